import { setTimeout as sleep } from 'node:timers/promises'
import { layProbe, liftAfterFailure, type ProbeInput, plannedProbe } from '#change/probe.ts'
import type { AdmissionDoor, AdmissionPreview, AdmissionUnknown, PolicyVerdict, Served, TypeWarning } from '#model/admission.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import { PROBE } from '#model/journal.ts'
import { type Json, type KubeObject, refLabel, refOf } from '#model/refs.ts'
import { fieldManager } from '#model/wizard.ts'
import { leadOf, probeName } from '#simulate/admission/copy.ts'
import type { ProposedPolicy } from '#simulate/admission/proposal.ts'
import { ADMISSION_API } from '#simulate/admission/schema.ts'
import { type Asked, askAll } from './admissionAsk.ts'
import { standingNotes } from './admissionStanding.ts'
import type { Trial } from './admissionTrials.ts'

export interface ProbeRun extends ProbeInput {
  readonly admission: AdmissionDoor
  readonly served: Served
  readonly policies: readonly ProposedPolicy[]
  readonly trials: readonly Trial[]
  readonly unknown: ReadonlyMap<Trial, readonly AdmissionUnknown[]>
  readonly namespace?: string
  readonly onNote?: (text: string) => void
}

interface Result extends Asked {
  readonly trial: Trial
  readonly types?: readonly TypeWarning[]
}

/** Writes the copies, asks, and removes them, whatever happened in between. */
export async function runProbe(run: ProbeRun): Promise<AdmissionPreview> {
  const objects = run.trials.flatMap((trial) => trial.objects)
  const notes = await standingNotes(run)
  if (objects.length === 0) return previewOf(run, run.trials.map(nothingAsked), notes)
  await rehearse(run)
  const entry = plannedProbe(objects, run)
  const written = objects.map(refOf)
  run.onNote?.(
    `Writing into cluster ${run.cluster.name}, for our own dry runs only (journal entry ${entry.id}): ${written.map(refLabel).join(', ')}.`,
  )
  const results = await asked(run, entry, objects)
  run.onNote?.('Removed again.')
  return { ...previewOf(run, results, notes), probe: { entry: entry.id, written, removed: true } }
}

/** CEL that does not compile, or a right that is missing after all, is said by dry runs: of the policy as it stands in the file, then of its copy. */
async function rehearse({ trials, writer, signal }: ProbeRun): Promise<void> {
  const options = { fieldManager: fieldManager(PROBE), dryRun: true, ...(signal === undefined ? {} : { signal }) }
  for (const { objects, policy } of trials) {
    const copy = objects.find((o) => o.kind === 'ValidatingAdmissionPolicy')
    if (copy === undefined) continue
    try {
      await writer.create({ ...copy, spec: policy.spec as unknown as Json }, options)
      await writer.create(copy, options)
    } catch (error) {
      const { code, message } = toHardenError(error)
      if (code !== 'rejected') throw error
      const words = message.replaceAll(copy.metadata.name, policy.name)
      throw new HardenError(
        'input',
        `${policy.name} is refused by the API server: ${words} Nothing was written.`,
        'Correct the policy and run again.',
        {
          cause: error,
        },
      )
    }
  }
}

async function asked(run: ProbeRun, entry: ReturnType<typeof plannedProbe>, objects: readonly KubeObject[]): Promise<readonly Result[]> {
  let results: readonly Result[] | undefined
  let thrown: unknown
  try {
    await layProbe(entry, objects, run)
    results = await askTrials(run)
  } catch (error) {
    thrown = error
  }
  await liftAfterFailure(entry.id, run)
  if (results !== undefined) return results
  const problem = toHardenError(thrown)
  const removed = `What the probe wrote is removed (journal entry ${entry.id}).`
  if (run.signal?.aborted === true || problem.code === 'interrupted')
    throw new HardenError('interrupted', `Stopped. ${removed}`, 'Run it again when you are ready.', { cause: thrown })
  throw new HardenError(problem.code, `${problem.message} ${removed}`, problem.hint, { cause: thrown })
}

async function askTrials(run: ProbeRun): Promise<readonly Result[]> {
  const { admission, served, namespace, signal, onNote } = run
  let count = 0
  let told = performance.now()
  const onAsked = () => {
    count += 1
    if (performance.now() - told < 2000) return
    told = performance.now()
    onNote?.(`${count} dry runs so far.`)
  }
  const options = { onAsked, ...(namespace === undefined ? {} : { namespace }), ...(signal === undefined ? {} : { signal }) }
  const results: Result[] = []
  for (const trial of run.trials) {
    if (trial.objects.length === 0) results.push(nothingAsked(trial))
    else results.push({ trial, ...(await askAll(admission, trial, served, options)) })
  }
  const until = performance.now() + TYPES_MS
  return await Promise.all(
    results.map(async (r) => (r.trial.objects.length === 0 ? r : { ...r, types: await typesOf(run, r.trial, until) })),
  )
}

const nothingAsked = (trial: Trial): Result => ({ trial, evaluated: 0, violations: [], unknown: [] })

const TYPES_MS = 2000

/** A controller of the cluster checks the types of expressions, within moments where it runs at all. */
async function typesOf({ writer, signal }: ProbeRun, { mark, policy }: Trial, until: number): Promise<readonly TypeWarning[] | undefined> {
  for (;;) {
    const live = await writer.get({ apiVersion: ADMISSION_API, kind: 'ValidatingAdmissionPolicy', name: probeName(mark) })
    const status = live?.status as
      | { observedGeneration?: number; typeChecking?: { expressionWarnings?: { fieldRef: string; warning: string }[] } }
      | undefined
    if (status?.observedGeneration !== undefined)
      return (status.typeChecking?.expressionWarnings ?? []).flatMap(({ fieldRef, warning }) => ownField(fieldRef, policy, warning))
    if (signal?.aborted === true || performance.now() >= until) return undefined
    await sleep(300)
  }
}

/** The place in the policy as it was proposed; what is only in the copy has none. */
function ownField(field: string, { spec }: ProposedPolicy, warning: string): TypeWarning[] {
  const [, at, rest] = /^spec\.validations\[(\d+)\](.*)$/.exec(field) ?? []
  if (at === undefined) return [{ field, warning }]
  const index = Number(at) - leadOf(spec)
  return index < 0 || index >= (spec.validations ?? []).length ? [] : [{ field: `spec.validations[${index}]${rest}`, warning }]
}

function previewOf(
  { policies, unknown, cluster }: ProbeRun,
  results: readonly Result[],
  notes: ReadonlyMap<string, readonly string[]>,
): AdmissionPreview {
  const verdicts = policies.map((policy): PolicyVerdict => {
    const mine = results.filter(({ trial }) => trial.policy === policy)
    const once = <T>(all: readonly T[]) => [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
    return {
      name: policy.name,
      evaluated: mine.reduce((sum, r) => sum + r.evaluated, 0),
      violations: once(mine.flatMap((r) => r.violations)),
      unknown: once(
        mine.flatMap((r) => [
          ...(r.trial.blocked === undefined ? [] : [{ reason: r.trial.blocked }]),
          ...r.trial.selection.unknown,
          ...(unknown.get(r.trial) ?? []),
          ...r.unknown,
        ]),
      ),
      typeChecking: once(mine.flatMap((r) => r.types ?? [])),
      typeChecked: mine.every((r) => r.types !== undefined),
      notes: once([...mine.flatMap((r) => r.trial.selection.notes), ...(notes.get(policy.name) ?? [])]),
    }
  })
  return { cluster: cluster.name, policies: verdicts }
}

import { mapLimit } from '#change/limit.ts'
import type {
  AdmissionDoor,
  AdmissionUnknown,
  AdmissionViolation,
  AskedOperation,
  ListedName,
  Served,
  ServedResource,
} from '#model/admission.ts'
import { toHardenError } from '#model/errors.ts'
import type { ObjectRef } from '#model/refs.ts'
import { type Ask, selectorText } from '#simulate/admission/select.ts'
import { Judge, type Judgement } from './admissionJudge.ts'
import type { Trial } from './admissionTrials.ts'

/** Dry runs at the same time: each runs all of admission, webhooks of others among it. */
const IN_FLIGHT = 4

export interface Asked {
  readonly evaluated: number
  readonly violations: readonly AdmissionViolation[]
  readonly unknown: readonly AdmissionUnknown[]
}

export interface AskOptions {
  readonly namespace?: string
  readonly signal?: AbortSignal
  readonly onAsked?: () => void
}

/** Every object that a policy under its binding selects, a few at a time, page by page. */
export async function askAll(door: AdmissionDoor, trial: Trial, served: Served, options: AskOptions): Promise<Asked> {
  const { spec } = trial.policy
  const found = { evaluated: 0, violations: [] as AdmissionViolation[], unknown: [] as AdmissionUnknown[] }
  const judge = new Judge(door, trial, served, options.signal)
  const bound = trial.binding?.matchResources
  const namespaces = await selectedNamespaces(
    door,
    served,
    [spec.matchConstraints.namespaceSelector, bound?.namespaceSelector],
    options.signal,
  )
  const labels = selectorText([spec.matchConstraints.objectSelector, bound?.objectSelector])
  const seen = new Set<string>()
  const exact = spec.matchConstraints.matchPolicy === 'Exact'
  for (const ask of trial.selection.asks) {
    try {
      for await (const page of pages(door, ask, namespaces, labels, options)) {
        const fresh = page.filter(
          (o) => !isKnown(seen, o, exact ? ask.resource.version : '') && isSelected(ask.resource, o, namespaces, options.namespace),
        )
        const questions = fresh.flatMap((object) =>
          ask.operations.filter((op) => ask.covers(op, object.name)).map((op) => ({ object, op })),
        )
        const answers = await mapLimit(
          questions,
          async ({ object, op }) => {
            const said = await judge.judge(ask, object, op)
            options.onAsked?.()
            return said
          },
          IN_FLIGHT,
        )
        for (const [i, { object, op }] of questions.entries()) note(found, trial, refOf(ask.resource, object), op, answers[i])
      }
    } catch (error) {
      found.unknown.push({ kind: kindOf(ask.resource), reason: reasonOf(error, options.signal) })
    }
  }
  return found
}

/** A kind that cannot be listed does not keep the others from being asked; a stop, or a lost cluster, does. */
function reasonOf(error: unknown, signal: AbortSignal | undefined): string {
  const problem = toHardenError(error)
  if (signal?.aborted === true || problem.code === 'interrupted' || problem.code === 'credentials' || problem.code === 'internal')
    throw error
  return problem.message
}

/** Only the selected namespaces, where there are few; else everything, page by page. */
async function* pages(
  door: AdmissionDoor,
  { resource }: Ask,
  namespaces: ReadonlySet<string> | undefined,
  labels: string | undefined,
  { namespace, signal }: AskOptions,
): AsyncGenerator<readonly ListedName[], void, undefined> {
  const common = { ...(labels === undefined ? {} : { labels }), ...(signal === undefined ? {} : { signal }) }
  const single = namespace !== undefined ? [namespace] : namespaces !== undefined && namespaces.size <= 20 ? [...namespaces] : undefined
  if (!resource.namespaced || single === undefined) yield* door.names(resource, common)
  else for (const one of single) yield* door.names(resource, { ...common, namespace: one })
}

/** The names of the namespaces that both selectors select; undefined for all of them. */
async function selectedNamespaces(
  door: AdmissionDoor,
  { resources }: Served,
  selectors: Parameters<typeof selectorText>[0],
  signal?: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const labels = selectorText(selectors)
  const resource = resources.find((r) => r.group === '' && r.plural === 'namespaces')
  if (labels === undefined || resource === undefined) return undefined
  const found = new Set<string>()
  for await (const page of door.names(resource, { labels, ...(signal === undefined ? {} : { signal }) }))
    for (const { name } of page) found.add(name)
  return found
}

/** Namespace selectors look at the namespace of an object, at a Namespace itself, and let pass what belongs to none. */
function isSelected(
  resource: ServedResource,
  object: ListedName,
  namespaces: ReadonlySet<string> | undefined,
  only: string | undefined,
): boolean {
  const place = resource.namespaced ? object.namespace : resource.group === '' && resource.plural === 'namespaces' ? object.name : undefined
  if (only !== undefined && place !== only) return false
  return place === undefined || namespaces === undefined || namespaces.has(place)
}

/** The same object may be served in two groups (events); with matchPolicy Exact each version is another question. */
function isKnown(seen: Set<string>, { uid }: ListedName, version: string): boolean {
  if (uid === undefined) return false
  const key = `${uid} ${version}`
  const known = seen.has(key)
  seen.add(key)
  return known
}

const kindOf = ({ group, plural }: ServedResource) => (group === '' ? plural : `${plural}.${group}`)

function refOf({ group, version, kind, namespaced }: ServedResource, { namespace, name }: ListedName): ObjectRef {
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    ...(namespaced && namespace !== undefined ? { namespace } : {}),
    name,
  }
}

interface Found {
  evaluated: number
  readonly violations: AdmissionViolation[]
  readonly unknown: AdmissionUnknown[]
}

function note(found: Found, { policy }: Trial, object: ObjectRef, operation: AskedOperation, said: Judgement | undefined): void {
  if (said === undefined || said.kind === 'gone' || said.kind === 'let-through') return
  if (said.kind === 'unknown') found.unknown.push({ object, operation, reason: said.reason })
  if (said.kind === 'refused') found.violations.push({ object, operation, message: said.reason, error: true })
  if (said.kind !== 'judged') return
  found.evaluated += 1
  for (const message of said.messages) found.violations.push({ object, operation, message })
  for (const field of said.failing) {
    const what = `${field} cannot be evaluated for it`
    if (policy.spec.failurePolicy === 'Ignore')
      found.unknown.push({ object, operation, reason: `${what}, and failurePolicy Ignore lets it through unjudged` })
    else found.violations.push({ object, operation, message: `${what}, and failurePolicy Fail refuses it therefore`, error: true })
  }
}

import { applyPreview } from '#change/apply.ts'
import { toFolder } from '#change/folder.ts'
import { previewChanges } from '#change/preview.ts'
import { liftLeftProbes } from '#change/probe.ts'
import { settleJournal } from '#change/settle.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import type { Writer } from '#model/access.ts'
import type { Preview } from '#model/change.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import { canGoBack, type JournalRun, type Verification } from '#model/journal.ts'
import type { Answers } from '#model/questions.ts'
import type { KubeObject } from '#model/refs.ts'
import type { Wizard } from '#model/wizard.ts'
import type { SessionDeps } from './deps.ts'
import { encryptionBack } from './encryptionBack.ts'
import { withForeseen } from './foreseen/foreseen.ts'
import { readLines } from './lines.ts'
import { type Link, reread } from './link.ts'
import { folderItems, offlinePreview } from './offline.ts'
import { seenAgain } from './seenAgain.ts'
import type { ActOptions, Outcome } from './types.ts'
import { verify } from './verify.ts'

/** What a wizard's answers would do to this cluster; asks the server, writes nothing. */
export async function previewOf(deps: SessionDeps, link: Link, wizard: Wizard, answers: Answers, signal?: AbortSignal): Promise<Preview> {
  const plan = {
    wizard: wizard.id,
    changes: wizard.plan(link.state, answers),
    impacts: [...wizard.impact(link.state, answers), ...(await wizard.measure(link.state, answers, readLines))],
    reversible: wizard.reversible,
    cluster: named(link),
  }
  const folder = folderItems(wizard, link.state, answers)
  if (link.writer === undefined) return { ...(await withForeseen(offlinePreview(plan), link.look, deps.now(), signal)), ...folder }
  await settle(link, link.writer)
  const preview = await previewChanges({ ...plan, writer: link.writer, ...nodesOf(link), ...(signal === undefined ? {} : { signal }) })
  return { ...(await withForeseen(preview, link.look, deps.now(), signal)), ...folder }
}

/** What a crash left open; only with the lock held, so never in a session that may not write. */
async function settle(link: Link, writer: Writer): Promise<void> {
  if (link.readOnly !== undefined) return
  // It warns nobody: what cannot be removed now is no reason not to go on.
  await liftLeftProbes({ journal: link.stores.journal, writer }).catch(() => [])
  await settleJournal({ journal: link.stores.journal, writer, ...nodesOf(link) })
}

/** The name under which objects of own manifests are journaled and owned. */
export const MANIFESTS = 'manifests'

/** What applying these objects would do. Namespaced ones without a namespace go where kubectl would put them. */
export async function previewOfObjects(
  deps: SessionDeps,
  link: Link,
  objects: readonly KubeObject[],
  { namespace = 'default', signal }: { readonly namespace?: string; readonly signal?: AbortSignal },
): Promise<Preview> {
  const writer = writerOf(link)
  const placed = await Promise.all(
    objects.map(async (object) => {
      if (object.metadata.namespace !== undefined) return object
      const { namespaced } = await writer.plural(object.apiVersion, object.kind)
      return namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object
    }),
  )
  await settle(link, writer)
  const plan = { wizard: MANIFESTS, impacts: [], reversible: true, cluster: named(link), writer } as const
  const changes = placed.map((object) => ({ kind: 'object', object }) as const)
  const preview = await previewChanges({ ...plan, changes, ...(signal === undefined ? {} : { signal }) })
  return withForeseen(preview, link.look, deps.now(), signal)
}

/** The checks that a run of these wizards is held against; own manifests may touch any. */
function checksOf(deps: SessionDeps, wizards: readonly string[]): readonly string[] {
  if (wizards.includes(MANIFESTS)) return deps.checks.map((c) => c.id)
  return [...new Set(deps.wizards.filter((w) => wizards.includes(w.id)).flatMap((w) => w.fixes))]
}

function nodesOf({ nodes }: Link) {
  return nodes === undefined ? {} : { nodes }
}

function named(link: Link) {
  const { uid, name } = link.state.cluster
  return { ...(uid === undefined ? {} : { uid }), name }
}

/** Applies, then reads the cluster again: the proof is a new assessment and the objects as they are stored now. */
export async function applyAndVerify(deps: SessionDeps, link: Link, preview: Preview, options: ActOptions): Promise<Outcome> {
  const writer = writerOf(link)
  const run = await applyPreview(preview, { ...acting(deps, link, options), writer })
  return prove(link, writer, { run, preview, checks: checksOf(deps, [preview.wizard]) }, options.outDir)
}

/** What taking a run back would do now; settles first what a crash left open. */
export async function previewOfUndo(link: Link, runId: string, signal?: AbortSignal): Promise<Preview> {
  const writer = writerOf(link)
  await settle(link, writer)
  const { journal } = link.stores
  const run = await runOf(link, runId)
  const verdict = encryptionBack(run, link.state)
  return previewUndo(run, { journal, writer, verdict, ...nodesOf(link), ...(signal === undefined ? {} : { signal }) })
}

/** Carries out a previewed undo, then reads again. */
export async function undoAndVerify(deps: SessionDeps, link: Link, runId: string, preview: Preview, options: ActOptions): Promise<Outcome> {
  const writer = writerOf(link)
  const undone = await runOf(link, runId)
  const run = await applyUndo(preview, { ...acting(deps, link, options), writer })
  const wizards = undone.entries.map((e) => e.wizard)
  return prove(link, writer, { run, preview, checks: checksOf(deps, wizards) })
}

interface Done {
  readonly run: JournalRun
  readonly preview: Preview
  readonly checks: readonly string[]
}

async function prove(link: Link, writer: Writer, done: Done, outDir?: string): Promise<Outcome> {
  const { run } = done
  try {
    const verified = { ...run, verification: await proofOf(link, writer, done) }
    await link.stores.journal.save(verified)
    return outcome(verified, outDir)
  } catch (thrown) {
    const error = toHardenError(thrown)
    const back = run.kind === 'apply' && run.entries.some(canGoBack) ? ` kubeharden undo ${run.id} takes it back.` : ''
    throw new HardenError(
      'change-failed',
      `All changes were made, but not proven: ${error.message}`,
      `${error.hint} The journal has them as run ${run.id}.${back}`,
      { cause: error },
    )
  }
}

async function proofOf(link: Link, writer: Writer, { run, preview, checks }: Done): Promise<Verification> {
  const before = link.assessment
  const objects = await seenAgain(run, preview, writer)
  await reread(link, {})
  return verify(checks, before, link.assessment, objects, run.kind)
}

function outcome(run: JournalRun & { readonly verification: Verification }, outDir: string | undefined): Outcome {
  const { verification } = run
  const wroteFiles = run.entries.some((e) => e.action === 'files')
  return { run, verification, ...(wroteFiles && outDir !== undefined ? { folder: outDir } : {}) }
}

function acting(deps: SessionDeps, link: Link, options: ActOptions) {
  const { server } = link.state.cluster
  return {
    journal: link.stores.journal,
    ...nodesOf(link),
    who: deps.who,
    ...(server === undefined ? {} : { server }),
    ...(options.outDir === undefined ? {} : { outDir: options.outDir }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }
}

function writerOf(link: Link): Writer {
  if (link.writer !== undefined) return link.writer
  throw new HardenError(
    'read-only',
    `Nothing can be written: ${link.readOnly ?? 'there is no live cluster'}.`,
    'Connect to a live cluster, or write the change to a folder.',
  )
}

async function runOf(link: Link, id: string): Promise<JournalRun> {
  const run = await link.stores.journal.get(id)
  if (run !== undefined) return run
  throw new HardenError('not-found', `The journal of this cluster has no entry ${id}.`, 'kubeharden journal lists them.')
}

export const folderOf = (preview: Preview, dir: string): Promise<readonly string[]> => toFolder(preview, dir)

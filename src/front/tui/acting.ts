import { needsFolder, type Preview } from '#model/change.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { JournalEntry } from '#model/journal.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { nodeHead } from '#report/nodeText.ts'
import type { ChangeProgress, Outcome } from '#session/types.ts'
import { type Line, line, span } from './lines.ts'
import { type Plan, top } from './nav.ts'
import type { Ui } from './ui.ts'

export function hasGuide(preview: Preview): boolean {
  return preview.items.some((item) => item.kind === 'guide')
}

/** Changes that are really made: what is already so is left out. */
export function changing(preview: Preview) {
  return preview.items.filter((item) => item.kind !== 'guide' && item.action !== 'none')
}

function touchesCluster(preview: Preview): boolean {
  return changing(preview).some((item) => item.kind === 'node' || (item.kind === 'object' && item.ref.namespace === undefined))
}

/** Why this preview cannot be applied, in words; undefined where it can. */
export function obstacle(ui: Ui, preview: Preview): string | undefined {
  const view = ui.session.view()
  if (view.phase === 'ready' && view.readOnly !== undefined) return ui.t('Nothing can be written here: {why}', { why: safe(view.readOnly) })
  if (!preview.ok) return ui.t('The server refused a part of it, or another manager owns a field. The preview says which.')
  if (changing(preview).length === 0 && !hasGuide(preview)) return ui.t('Everything is already as the wizard would make it.')
  return undefined
}

/** From the preview to the cluster: asks (focus on Cancel), for cluster-wide changes with the cluster's name typed. */
export function askApply(ui: Ui, plan: Plan): void {
  const why = obstacle(ui, plan.preview)
  if (why !== undefined) {
    const hint = ui.t('w writes the changes to a folder instead.')
    ui.set({ dialog: { kind: 'notice', title: ui.t('Not applied'), text: why, ...(plan.undo === undefined ? { hint } : {}) } })
  } else if (needsFolder(plan.preview) && plan.undo === undefined) {
    const help = hasGuide(plan.preview)
      ? ui.t('The files for the nodes go into this folder; it must not exist or be empty.')
      : ui.t(
          'A copy of the files with the new key is kept here, for you alone; it must not exist or be empty. Without it the key is on the nodes only.',
        )
    askFolder(ui, plan.preview.wizard, help, (dir) => confirm(ui, plan, dir))
  } else confirm(ui, plan)
}

function confirm(ui: Ui, plan: Plan, outDir?: string): void {
  const { cluster } = plan.preview
  const view = ui.session.view()
  const name = ui.options.confirmName ?? (view.phase === 'ready' ? view.cluster.context : undefined) ?? cluster.name
  const typed = touchesCluster(plan.preview) ? { typed: { expected: name, text: '' } } : {}
  const items = changing(plan.preview)
  const filesOnly = items.length === 0 && outDir !== undefined
  const where = filesOnly ? ui.t('Nothing is sent to cluster') : ui.t('On cluster')
  const lines: Line[] = [line(where, ' ', span(safe(cluster.name), undefined, true)), []]
  for (const item of items.slice(0, 6)) {
    if (item.kind === 'object') lines.push(line(`  ${ui.t(item.action)}  ${safe(refLabel(item.ref))}`))
    if (item.kind === 'node') lines.push(line(`  ${nodeHead(item)}`))
  }
  if (items.length > 6) lines.push(line(`  ${ui.t('and {n} more', { n: items.length - 6 })}`))
  if (outDir !== undefined) lines.push(line(`  ${ui.t('files')}   ${safe(outDir)}`))
  ui.set({
    dialog: {
      kind: 'confirm',
      title: plan.undo !== undefined ? ui.t('Undo this run?') : filesOnly ? ui.t('Write these files?') : ui.t('Apply these changes?'),
      lines,
      yes: plan.undo !== undefined ? ui.t('Undo') : filesOnly ? ui.t('Write') : ui.t('Apply'),
      focus: 'cancel',
      ...typed,
      run: () => void act(ui, plan, outDir),
    },
  })
}

/** How many lines of a guard are on the screen. */
const NOTES = 8

/** Applies (or undoes) and shows each entry as it is done, then the result. */
async function act(ui: Ui, { preview, undo }: Plan, outDir?: string): Promise<void> {
  const plan: Plan = { preview, ...(undo === undefined ? {} : { undo }) }
  const abort = new AbortController()
  ui.applying = abort
  const seen = new Map<string, JournalEntry>()
  let total = changing(plan.preview).length + (hasGuide(plan.preview) ? 1 : 0)
  ui.go({ do: 'push', screen: { name: 'apply', ...plan, entries: [], total } })
  const notes: string[] = []
  const onProgress = (progress: ChangeProgress) => {
    if (progress.note === undefined) notes.length = 0
    else notes.push(progress.note)
    seen.set(progress.entry.id, progress.entry)
    total = progress.total
    const { screen } = top(ui.state().nav)
    if (screen.name === 'apply')
      ui.go({ do: 'patch', screen: { ...screen, entries: [...seen.values()], total, notes: notes.slice(-NOTES) } })
  }
  const options = { onProgress, signal: abort.signal, ...(outDir === undefined ? {} : { outDir }) }
  let ended: { outcome?: Outcome; error?: HardenError }
  try {
    ended = { outcome: await (plan.undo === undefined ? ui.session.apply(plan.preview, options) : ui.session.undo(plan.undo, options)) }
  } catch (error) {
    ended = { error: abort.signal.aborted ? stopped(ui, error) : toHardenError(error) }
  }
  ui.applying = undefined
  const entries = ended.outcome?.run.entries ?? [...seen.values()]
  ui.go({
    do: 'replace',
    screen: { name: 'result', ...plan, entries, total, ...(abort.signal.aborted ? { stopping: true } : {}), ...ended },
  })
}

function stopped(ui: Ui, error: unknown): HardenError {
  if (error instanceof HardenError) return error
  return new HardenError('interrupted', ui.t('Stopped before the end.'), ui.t('What was done is in the journal and can be undone there.'))
}

function askFolder(ui: Ui, name: string, help: string, run: (dir: string) => void): void {
  const text = `./kubeharden-${name.replaceAll(/[^a-z0-9-]+/gi, '-')}`
  ui.set({ dialog: { kind: 'prompt', title: ui.t('Which folder?'), help, text, at: [...text].length, run } })
}

/** Writes the objects and files of a preview as a folder instead of applying them. */
export function askWrite(ui: Ui, preview: Preview): void {
  askFolder(
    ui,
    preview.wizard,
    preview.inFolder === undefined
      ? ui.t('Manifests and files are written there; nothing is sent to the cluster.')
      : ui.t('The same change is written there, to be run by hand on the nodes; nothing is sent to the cluster.'),
    (dir) => void write(ui, preview, dir),
  )
}

async function write(ui: Ui, preview: Preview, dir: string): Promise<void> {
  const paths = await ui.run(ui.t('Writing files'), () => ui.session.writeFolder(preview, dir))
  if (paths === undefined) return
  const shown = paths.slice(0, 12).map((p) => `  ${p}`)
  const more = paths.length > 12 ? [ui.t('  and {n} more', { n: paths.length - 12 })] : []
  ui.set({ dialog: { kind: 'notice', title: ui.t('Files are written'), text: [...shown, ...more].join('\n') } })
}

/** The undo of a run: its preview first. */
export async function previewUndo(ui: Ui, run: string): Promise<void> {
  const preview = await ui.run(ui.t('Asking the cluster what the undo would change'), (signal) => ui.session.previewUndo(run, signal))
  if (preview !== undefined) ui.go({ do: 'push', screen: { name: 'preview', preview, undo: run } })
}

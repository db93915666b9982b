import { needsFolder, type Preview, type PreviewItem } from '#model/change.ts'
import { say } from '#model/text.ts'
import { previewLines } from '#report/previewText.ts'
import { perform } from './perform.ts'
import type { Tone } from './printer.ts'
import { BACK, Back, type Choice } from './prompter.ts'
import { ready, showError, type Ui } from './ui.ts'
import { clusterName, count, whereAmI } from './words.ts'

const TONES: Record<ReturnType<typeof previewLines>[number]['tone'], Tone | undefined> = {
  title: 'title',
  plain: undefined,
  add: 'good',
  remove: 'bad',
  note: 'dim',
  warn: 'warn',
  danger: 'bad',
}

/** The whole preview as text; a guided change also says what there will be to do by hand. */
export function printPreview(ui: Ui, preview: Preview): void {
  ui.out.line()
  ui.out.line(ui.t('Preview. Nothing has been changed yet.'), 'title')
  for (const line of previewLines(preview, ui.lang)) ui.out.line(line.text, TONES[line.tone])
  for (const item of preview.items) {
    if (item.kind !== 'guide') continue
    const { title, steps, rollback } = item.change
    const text = ui.t('By hand on the nodes: {title}. {steps} to do, {rollback} to go back.', {
      title: say(title, ui.lang),
      steps: count(steps.length, 'step', 'steps'),
      rollback: count(rollback.length, 'step', 'steps'),
    })
    ui.out.para(text, 2)
  }
}

type Decision = 'apply' | 'folder' | 'change'

/** Shows the preview and asks what to do; `change` means: ask the questions again. Cancel is the default. */
export async function decide(ui: Ui, preview: Preview): Promise<'change' | 'done'> {
  printPreview(ui, preview)
  const obstacle = obstacleOf(ui, preview)
  if (obstacle !== undefined) ui.out.para(obstacle, 0, 'warn')
  const guide = preview.items.some((i) => i.kind === 'guide')
  const apply: Choice<Decision> = {
    value: 'apply',
    label: guide ? ui.t('Apply: write the files and note it in the journal') : ui.t('Apply'),
  }
  for (;;) {
    const decision = await ui.ask.select<Decision>({
      message: ui.t('{where}: {summary}', { where: whereAmI(ready(ui)), summary: summary(preview) }),
      choices: [
        ...(obstacle === undefined ? [apply] : []),
        ...(preview.items.length === 0 ? [] : [{ value: 'folder' as const, label: ui.t('Write to a folder instead') }]),
        { value: 'change', label: ui.t('Change the answers') },
      ],
      default: BACK,
      back: ui.t('Cancel: change nothing'),
      careful: true,
    })
    if (decision === 'change') return 'change'
    if (decision === 'folder' ? await writeFolder(ui, preview) : await applied(ui, preview)) return 'done'
  }
}

async function applied(ui: Ui, preview: Preview): Promise<boolean> {
  const keysOnly = needsFolder(preview) && !preview.items.some((i) => i.kind === 'guide')
  if (keysOnly)
    ui.out.para(ui.t('This makes a key. A copy of its files is kept in a folder of yours; without it the key is on the nodes only.'))
  const outDir = needsFolder(preview) ? await askFolder(ui, preview) : undefined
  if (!(await confirmed(ui, preview, ui.t('Apply this now?')))) return false
  await perform(ui, preview, (options) => ui.session.apply(preview, { ...options, ...(outDir === undefined ? {} : { outDir }) }))
  return true
}

/** Why it cannot be applied here, in words. */
export function obstacleOf(ui: Ui, preview: Preview): string | undefined {
  const { readOnly } = ready(ui)
  if (preview.items.every((i) => i.kind !== 'guide' && i.action === 'none' && i.refused === undefined))
    return ui.t('There is nothing to change: the cluster already is as it should be after this.')
  if (readOnly !== undefined) return ui.t('READ-ONLY ({why}): this cannot be applied from here.', { why: readOnly })
  if (!preview.ok) return ui.t('This cannot be applied as it is: see the lines with ! above.')
  return undefined
}

function summary(preview: Preview): string {
  const acting = preview.items.filter((i) => i.kind === 'object')
  const words = (['create', 'update', 'delete'] as const).flatMap((action) => {
    const n = acting.filter((i) => i.action === action).length
    return n === 0 ? [] : [`${n} to ${action === 'update' ? 'change' : action}`]
  })
  const nodes = preview.items.filter((i) => i.kind === 'node' && i.action !== 'none').length
  if (nodes > 0) words.push(count(nodes, 'change on a node', 'changes on nodes'))
  const files = preview.items.reduce((sum, i) => sum + (i.kind === 'guide' ? i.files.length : 0), 0)
  if (files > 0) words.push(count(files, 'file to write', 'files to write'))
  return words.length === 0 ? 'nothing to change' : words.join(', ')
}

function clusterWide(item: PreviewItem): boolean {
  if (item.kind === 'node') return item.action !== 'none'
  return item.kind === 'object' && item.action !== 'none' && item.ref.namespace === undefined
}

/** The explicit yes. What reaches the whole cluster wants the context's name typed; going back or Enter is no. */
export async function confirmed(ui: Ui, preview: Preview, question: string): Promise<boolean> {
  try {
    if (await saidYes(ui, preview, question)) return true
  } catch (error) {
    if (!(error instanceof Back)) throw error
  }
  ui.out.line(ui.t('Not applied.'))
  return false
}

async function saidYes(ui: Ui, preview: Preview, question: string): Promise<boolean> {
  if (!preview.items.some(clusterWide)) return ui.ask.confirm({ message: question, default: false, careful: true })
  const name = clusterName(ready(ui)).trim()
  ui.out.para(ui.t('This changes objects of the whole cluster.'), 0, 'warn')
  const typed = await ui.ask.text({
    message: ui.t('{question} Type the name {name} to apply, or press Enter to cancel', { question, name }),
    check: (v) => (v === '' || v === name ? undefined : ui.t('that is not {name}', { name })),
    careful: true,
  })
  return typed !== '' && typed === name
}

function askFolder(ui: Ui, preview: Preview): Promise<string> {
  return ui.ask.text({
    message: ui.t('Folder for the files (new or empty)'),
    default: `kubeharden-${preview.wizard}`,
    check: (v) => (v === '' ? ui.t('a folder is needed') : undefined),
  })
}

async function writeFolder(ui: Ui, preview: Preview): Promise<boolean> {
  try {
    const paths = await ui.session.writeFolder(preview, await askFolder(ui, preview))
    ui.out.line(ui.t('Written, nothing applied:'), 'good')
    for (const path of paths) ui.out.line(ui.t('  {path}', { path }))
    if (preview.inFolder !== undefined) ui.out.para(ui.t('It is run by hand on the nodes: README.md there says how.'), 2)
    return true
  } catch (error) {
    if (error instanceof Back) return false
    if (!isKnown(error)) throw error
    showError(ui, error)
    return false
  }
}

function isKnown(error: unknown): boolean {
  return error instanceof Error && error.name === 'HardenError'
}

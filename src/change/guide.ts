import type { Change, GeneratedFile, KeySource, Values } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { maskedPlanText, planText, runId } from './node/bundle.ts'
import { renderTemplate } from './render.ts'
import { loadNodeScript } from './templates.ts'

export type Guide = Extract<Change, { kind: 'guide' }>

/** What stands for a key where it may be seen. */
export function keyMask(source: KeySource): string {
  return source.from === 'random'
    ? `‹${source.bytes} random bytes, made when the file is written›`
    : `‹key ${source.keyName} of ${source.provider}, taken from ${source.file} when the file is written›`
}

/** The text of a generated file; `resolve` gives what stands in a hole for a key. */
export function fileText(file: GeneratedFile, resolve: (source: KeySource) => string, templates?: string): string {
  if (file.content.kind === 'text') return file.content.text
  if (file.content.kind === 'text-patch') return textPatch(file.content)
  if (file.content.kind === 'node-script') return loadNodeScript(templates)
  if (file.content.kind === 'node-plan') return nodePlanText(file.content, resolve, templates)
  const { template, values, keys = {} } = file.content
  const filled: Values = { ...values, ...Object.fromEntries(Object.entries(keys).map(([hole, source]) => [hole, resolve(source)])) }
  return renderTemplate(template, filled, templates).text
}

/** It says what it expects to find, so that nothing of what somebody else wrote since is lost. */
function textPatch({ path, from, to }: Extract<GeneratedFile['content'], { kind: 'text-patch' }>): string {
  const at = path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  const patch = [
    { op: 'test', path: at, value: from },
    { op: 'replace', path: at, value: to },
  ]
  return `${JSON.stringify(patch, null, 2)}\n`
}

/** Where a key is only a mask, the sha256 of its file is not known either. */
function nodePlanText(
  { node, plan }: Extract<GeneratedFile['content'], { kind: 'node-plan' }>,
  resolve: (source: KeySource) => string,
  templates?: string,
): string {
  const text = (file: Pick<GeneratedFile, 'path' | 'mode' | 'content'>) => fileText(file, resolve, templates)
  const run = runId(plan, node)
  if (resolve !== keyMask) return planText(plan, node, run, text)
  return maskedPlanText(plan, node, run, (file) => (holdsKeys(file) ? undefined : text(file)))
}

/** The keys that a file needs to be written. */
export function keysOf({ content }: Pick<GeneratedFile, 'content'>): readonly KeySource[] {
  if (content.kind === 'node-plan') return content.plan.files.flatMap(keysOf)
  return content.kind === 'template' ? Object.values(content.keys ?? {}) : []
}

/** Does a key stand in this file? The plan of a node names files with keys and holds none. */
export function holdsKeys(file: Pick<GeneratedFile, 'content'>): boolean {
  return file.content.kind === 'template' && Object.keys(file.content.keys ?? {}).length > 0
}

/** Files with keys are for their owner only, whatever the plan says. */
export function modeOf(file: GeneratedFile): number {
  return holdsKeys(file) ? 0o600 : file.mode
}

/** A generated file never leads out of its folder. */
export function checkPath(path: string): void {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\') || part.includes('\0')))
    throw new HardenError(
      'internal',
      `${JSON.stringify(path)} is not a path inside a folder.`,
      'This is a defect in kubeharden: report it.',
    )
}

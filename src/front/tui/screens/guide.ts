import type { Change, GuideFile, Step } from '#model/change.ts'
import { safe, safeLines, say } from '#model/text.ts'
import { inOrder } from '#report/guideText.ts'
import { hardWrap, heading, type Line, line, numbered, paragraph, span } from '../lines.ts'
import type { Ctx } from '../screen.ts'
import { patch } from './diff.ts'

type Guide = Extract<Change, { kind: 'guide' }>

/** The files of a guide as they would be written, what is to be read first; keys are masked. */
export function fileLines(ctx: Ctx, files: readonly GuideFile[]): Line[] {
  return inOrder(files).flatMap((file) => {
    const mode = `${ctx.t('mode')} ${file.mode.toString(8).padStart(4, '0')}`
    if (file.told !== undefined)
      return [
        ...paragraph(`+ ${safe(file.path)}  ${mode}`, ctx.width, 0),
        ...paragraph(safe(say(file.told, ctx.lang)), ctx.width, 4, 'dim'),
      ]
    const head = line(span('+ ', 'good', true), span(safe(file.path), undefined, true), span(`  ${mode}`, 'dim'))
    if (file.compared !== undefined) return [head, ...patch(file.compared.before, file.compared.after, ctx.width)]
    const body = safeLines(file.masked.trimEnd()).split('\n')
    return [
      head,
      ...body.flatMap((l) => hardWrap(l, ctx.width - 6).map((part, i): Line => [span(`  + ${i === 0 ? '' : '↳ '}${part}`, 'good')])),
    ]
  })
}

/** The way back first, then the steps, each with its number. */
export function stepLines(ctx: Ctx, guide: Guide): Line[] {
  const way = (title: string, steps: readonly Step[]) =>
    steps.length === 0 ? [] : [[], heading(ctx.t(title)), ...steps.flatMap((s, i) => stepLine(ctx, s, i + 1))]
  return [...way('The way back, before anything else', guide.rollback), ...way('Steps', guide.steps)]
}

function stepLine(ctx: Ctx, step: Step, number: number): Line[] {
  return [
    ...numbered(number, say(step.title, ctx.lang), ctx.width),
    ...(step.explain === undefined ? [] : paragraph(say(step.explain, ctx.lang), ctx.width, 3, 'dim')),
    ...(step.commands ?? []).flatMap((command) => commandLines(command, ctx.width)),
  ]
}

function commandLines(command: string, width: number): Line[] {
  return safeLines(command)
    .split('\n')
    .flatMap((l) => hardWrap(l, width - 8).map((part, i): Line => [span(i === 0 ? '   $ ' : '     ↳ ', 'dim'), span(part, 'info')]))
}

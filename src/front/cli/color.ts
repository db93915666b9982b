import { styleText } from 'node:util'
import type { Line, Tone } from '#report/previewText.ts'

const STYLE: Record<Tone, Parameters<typeof styleText>[0] | undefined> = {
  title: 'bold',
  plain: undefined,
  add: 'green',
  remove: 'red',
  note: 'dim',
  warn: 'yellow',
  danger: ['bold', 'red'],
}

/** Lines as text; colours only repeat what the signs say. */
export function paint(lines: readonly Line[], color: boolean): string {
  const one = ({ tone, text }: Line) => {
    const style = STYLE[tone]
    return color && style !== undefined ? styleText(style, text, { validateStream: false }) : text
  }
  return `${lines.map(one).join('\n')}\n`
}

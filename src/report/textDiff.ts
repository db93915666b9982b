import { structuredPatch } from 'diff'
import { safeLines } from '#model/text.ts'
import type { Line, Tone } from './previewText.ts'

/** The changed lines of a text with those around them, each with its sign; `⋮` stands where lines are left out. */
export function textDiff(before: string, after: string, context = 3): readonly { readonly sign: string; readonly text: string }[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context })
  return hunks.flatMap((hunk, i) => [
    ...(i === 0 ? [] : [{ sign: '⋮', text: '' }]),
    ...hunk.lines.map((line) => ({ sign: line[0] ?? ' ', text: line.slice(1) })),
  ])
}

const TONES: { readonly [sign: string]: Tone } = { '+': 'add', '-': 'remove' }

/** The same as lines of a preview. */
export function diffText(before: string, after: string, indent: string): readonly Line[] {
  return textDiff(before, after).map(({ sign, text }) => ({
    tone: TONES[sign] ?? 'plain',
    text: `${indent}${sign} ${safeLines(text)}`.trimEnd(),
  }))
}

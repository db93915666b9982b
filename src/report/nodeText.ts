import { stringify } from 'yaml'
import type { FieldChange, FlagChange, Impact, NodeItem } from '#model/change.ts'
import type { Json } from '#model/refs.ts'
import { type Lang, safe, safeLines, say } from '#model/text.ts'
import type { Line, Tone } from './previewText.ts'

const WORDS = { change: 'change', undo: 'put back', none: 'leave as it is' } as const

/** What a guard would do on a node, as lines without indent: the head, what it may touch, what changes, why not. */
export function nodeLines(item: NodeItem, lang: Lang = 'en'): readonly Line[] {
  return [
    { tone: 'title', text: nodeHead(item) },
    // First of all: how much is handed over for it.
    ...(item.action === 'none' ? [] : item.touches.map((t) => touchText(t, lang))),
    ...item.folders.map((f): Line => ({ tone: 'add', text: `  + folder ${safe(f.path)} (mode ${octal(f.mode)})` })),
    ...item.files.map((f): Line => ({ tone: 'add', text: `  + ${fileHead(f)}` })),
    ...item.mounts.map(
      (m): Line => ({ tone: 'add', text: `  + mount ${safe(m.hostPath)} at ${safe(m.mountPath)}${m.readOnly ? ', read-only' : ''}` }),
    ),
    ...(item.unmounts ?? []).map(
      (m): Line => ({ tone: 'remove', text: `  - mount ${safe(m.hostPath)} at ${safe(m.mountPath)} (the folder stays on the node)` }),
    ),
    ...item.flags.flatMap(flagText),
    ...item.settings.flatMap(settingText),
    ...item.warnings.map((w): Line => ({ tone: 'warn', text: `  ! ${safe(w)}` })),
    ...(item.refused === undefined
      ? []
      : [
          { tone: 'danger', text: `  ! refused: ${safe(item.refused.message)}` } as const,
          { tone: 'note', text: `    ${safe(item.refused.hint)}` } as const,
        ]),
    // Last: a long file hides nothing of what is changed.
    ...item.files.flatMap(fileText),
  ]
}

/** `change: kube-apiserver on node cp-1`. */
export function nodeHead(item: NodeItem): string {
  return `${WORDS[item.action]}: ${item.component} on node ${safe(item.node)}`
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0')

const fileHead = (file: NodeItem['files'][number]) => `file ${safe(file.path)} (mode ${octal(file.mode)})`

function fileText(file: NodeItem['files'][number]): Line[] {
  if (file.masked === '') return []
  const body = safeLines(file.masked.trimEnd()).split('\n')
  return [{ tone: 'title', text: `  ${fileHead(file)}:` }, ...body.map((line): Line => ({ tone: 'add', text: `      ${line}` }))]
}

function flagText({ name, before, after }: FlagChange): Line[] {
  const one = (sign: '-' | '+' | '=', tone: Tone, value: string): Line => ({
    tone,
    text: `  ${sign} --${safe(name)}${value === '' ? '' : `=${safe(value)}`}`,
  })
  if (before === after) return before === undefined ? [] : [one('=', 'plain', before)]
  return [
    ...(before === undefined ? [] : [one('-', 'remove', before)]),
    ...(after === undefined ? (before === undefined ? [one('-', 'remove', '')] : []) : [one('+', 'add', after)]),
  ]
}

function settingText({ path, before, after }: FieldChange): Line[] {
  const name = path.map(String).join('.')
  const value = (v: Json, sign: string, tone: Tone): Line[] =>
    safeLines(stringify(v).trimEnd())
      .split('\n')
      .map((line) => ({ tone, text: `    ${sign} ${line}` }))
  return [
    { tone: 'plain', text: `  ${safe(name)}` },
    ...(before === undefined ? [] : value(before, '-', 'remove')),
    ...(after === undefined ? [] : value(after, '+', 'add')),
  ]
}

function touchText({ level, text, params = {} }: Impact, lang: Lang): Line {
  const values = Object.fromEntries(Object.entries(params).map(([k, v]) => [k, typeof v === 'string' ? safe(v) : v]))
  return { tone: level === 'info' ? 'note' : 'warn', text: `  ${level === 'info' ? '-' : '!'} ${say(text, lang, values)}` }
}

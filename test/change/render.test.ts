// biome-ignore-all lint/suspicious/noTemplateCurlyInString: holes of templates
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { jsonEqual } from '#change/json.ts'
import { renderObject, renderTemplate, renderText } from '#change/render.ts'
import { loadTemplate, packageRoot } from '#change/templates.ts'
import { toYaml } from '#change/yaml.ts'
import type { Json } from '#model/refs.ts'

const HOSTILE = [
  'y',
  'n',
  'yes',
  'No',
  'ON',
  'off',
  'true',
  'null',
  'Null',
  '~',
  '',
  ' ',
  '=',
  '<<',
  '0600',
  '0o17',
  '0x1f',
  '12:30',
  '190:20:30',
  '1_000',
  '1e3',
  '.5',
  '+1',
  '-',
  '- a',
  '? a',
  ': a',
  'a: b',
  'a #b',
  '#a',
  '&a',
  '*',
  '!a',
  '|',
  '>',
  '%a',
  '@a',
  '`a',
  '{',
  '[',
  '"',
  "'",
  '\t',
  'a\tb',
  '\n',
  'a\n',
  'a\n\n',
  '\na',
  ' a\nb',
  'a \nb',
  '\u0085',
  'a\u2028b',
  '\u2029',
  '\u007f',
  '\u009f',
  '\ufeff',
  '\ufffe',
  '\uffff',
  '\u0000',
  '\r',
  'a\r\nb',
  '2001-12-14',
  '2001-12-14 21:59:43.10 -5',
  '.inf',
  '-.INF',
  '.nan',
  '---',
  '...',
  '--- a',
  '${x}',
  '${name?}',
  '__proto__',
  'constructor',
  '1.',
  '08',
  '0b1',
  '1,000',
  '😀',
  '中文',
  '---\na',
  'a\n---\nb',
]

const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string())
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}))

describe('YAML that is written', () => {
  it('reads back unchanged with a YAML 1.1 reader, whatever the value', () => {
    fc.assert(
      fc.property(value, (v) => {
        const { text: out } = renderText('t', '# head\na:\n  # inner\n  b: ${x} # behind\n  c:\n    - ${x}\nd: last\n', { x: v })
        for (const version of ['1.1', '1.2'] as const) {
          expect(jsonEqual(parse(out, { version, merge: version === '1.1' }), { a: { b: v, c: [v] }, d: 'last' })).toBe(true)
        }
        expect(out).toContain('# head')
        expect(out).toContain('# inner')
        expect(out).toContain('# behind')
      }),
      { numRuns: 400 },
    )
  })

  it('is ASCII-safe where YAML 1.1 sees line breaks', () => {
    for (const c of ['\u0085', '\u2028', '\u2029', '\ufeff', '\u007f', '\u009f', '\ufffe', '\uffff', '\t', '\u0000'])
      expect(toYaml({ [`k${c}`]: `a${c}b` })).not.toContain(c)
  })

  it.each(HOSTILE)('quotes %j as value and as key', (word) => {
    expect(parse(toYaml({ [word]: word }), { version: '1.1' })).toEqual({ [word]: word })
  })

  it('keeps ordinary words plain', () => {
    expect(toYaml({ kind: 'Role', cpu: '10m', image: 'nginx:1.27', cidr: '10.0.0.0/8', script: 'set -e\necho hi\n' })).toBe(
      'kind: Role\ncpu: 10m\nimage: nginx:1.27\ncidr: 10.0.0.0/8\nscript: |\n  set -e\n  echo hi\n',
    )
    expect(toYaml({ mode: '0600', on: 'off', schedule: '12:30' })).toBe('mode: "0600"\n"on": "off"\nschedule: "12:30"\n')
  })

  it.each(['y', 'No', '<<', '=', '~', '.inf', '0o17', '0600', '12:30', '190:20:30', '1_000', '1,000', '1e3', '2001-12-14'])(
    'puts %j in double quotes, for readers that are not this package',
    (word) => {
      expect(toYaml({ a: word })).toBe(`a: ${JSON.stringify(word)}\n`)
    },
  )

  it('refuses half characters and numbers that are none', () => {
    expect(() => toYaml({ a: '\ud800' })).toThrow(/a holds half of a character/)
    expect(() => toYaml([Number.NaN])).toThrow(/not a finite number/)
  })
})

describe('holes', () => {
  it('never visits a value again', () => {
    expect(renderText('t', 'a: ${x}\nb: pre-${x}', { x: '${y}' }).object).toEqual({ a: '${y}', b: 'pre-${y}' })
  })

  it('takes strings and numbers inside a text, and nothing else', () => {
    expect(renderText('t', 'a: "every-${n}-${s}"', { n: 5, s: 'min' }).object).toEqual({ a: 'every-5-min' })
    expect(() => renderText('t', 'a: x-${n}', { n: true })).toThrow(/string or a number/)
  })

  it('fills keys and leaves escaped holes to the shell', () => {
    expect(renderText('t', '"${k}": "$${HOME}/${k}"', { k: 'dir' }).object).toEqual({ dir: '${HOME}/dir' })
    expect(() => renderText('t', 'a: 1\n"${k}": 2', { k: 'a' })).toThrow(/twice/)
  })

  it('removes the pair or the item of an optional hole without a value', () => {
    expect(renderText('t', 'a: 1\nb: ${x?}\nc:\n  - ${x?}\n  - 2', {}).object).toEqual({ a: 1, c: [2] })
    expect(renderText('t', 'a: 1\nb: ${x?}', { x: [1] }).text).toBe('a: 1\nb:\n  - 1\n')
  })

  it('never empties a parent, for `from: []` means everybody', () => {
    expect(() => renderText('t', 'ingress:\n  - from:\n      - ${peer?}', {})).toThrow(/left empty/)
    expect(() => renderText('t', 'a:\n  b: ${x?}', { x: undefined })).toThrow(/left empty/)
  })

  it('names values that are missing or not used', () => {
    expect(() => renderText('t', 'a: ${x}', {})).toThrow(/no value for x/)
    expect(() => renderText('t', 'a: 1', { y: 1 })).toThrow(/no hole for y/)
    expect(() => renderText('t', 'a: ${toString}', {})).toThrow(/no value for toString/)
  })

  it('refuses what YAML 1.1 and 1.2 read differently, and aliases', () => {
    expect(() => renderText('t', 'mode: 0644', {})).toThrow(/0644 means one number/)
    expect(() => renderText('t', 'mode: 0o644', {})).toThrow(/read back/)
    expect(() => renderText('t', 'a: &x 1\nb: *x', {})).toThrow(/anchors/)
    expect(renderText('t', 'a: on\nb: {c: [1]}', {}).text).toBe('a: "on"\nb:\n  c:\n    - 1\n')
  })

  it('keeps a script readable, with its comments', () => {
    const out = renderText('t', '# why\nargs:\n  - |\n    set -eu\n    cp ${file} /backup # keep\n', { file: 'x.db' })
    expect(out.text).toBe('# why\nargs:\n  - |\n    set -eu\n    cp x.db /backup # keep\n')
  })
})

describe('the templates folder', () => {
  it('is found from the source, and no id leads out of it', () => {
    expect(packageRoot()).toBe(path.resolve(import.meta.dirname, '../..'))
    for (const id of ['../package', 'a/../../b', '/etc/passwd', 'a', 'a//b', 'A/b', 'a/b.yaml', ''])
      expect(() => loadTemplate(id)).toThrow(/name/)
    expect(() => loadTemplate('no/such')).toThrow(/no template no\/such/)
  })

  it('gives objects with their comments', () => {
    const root = mkdtempSync(path.join(os.tmpdir(), 'kh-templates-'))
    mkdirSync(path.join(root, 'x'))
    writeFileSync(
      path.join(root, 'x/role.yaml'),
      '# read only\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: ${name}\nrules: ${rules}\n',
    )
    writeFileSync(path.join(root, 'x/part.yaml'), 'a: ${name}\n')
    const { text: out, object } = renderObject('x/role', { name: 'no', rules: [{ verbs: ['*'] }] }, root)
    expect(object.metadata.name).toBe('no')
    expect(out).toContain('# read only\n')
    expect(out).toContain('name: "no"')
    expect(renderTemplate('x/part', { name: 'b' }, root).object).toEqual({ a: 'b' })
    expect(() => renderObject('x/part', { name: 'b' }, root)).toThrow(/not an object/)
  })
})

it('keeps an empty collection on the line of its key, and its comment above', () => {
  const { text } = renderText('t', 'a:\n  # all\n  b: {}\n  c: 1\n  # key\n  d: ${x} # hole\n  e: ${y} # last\nf:\n  - {} # item\n', {
    x: {},
    y: [],
  })
  expect(text).toBe('a:\n  # all\n  b: {}\n  c: 1\n  # key\n  # hole\n  d: {}\n  # last\n  e: []\nf:\n  - {} # item\n')
  expect(toYaml({ spec: { podSelector: {} } })).toBe('spec:\n  podSelector: {}\n')
})

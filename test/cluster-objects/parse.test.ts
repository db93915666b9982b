import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { MAX_TEXT, parseManifests } from '#cluster/objects/parse.ts'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import { HardenError } from '#model/errors.ts'

function refusal(text: string): HardenError {
  try {
    parseManifests(text, 'shop.yaml')
  } catch (error) {
    if (error instanceof HardenError) return error
    throw error
  }
  throw new Error('was not refused')
}

const pod = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`

describe('parseManifests', () => {
  it('reads several documents and says where each stands', () => {
    const { objects, skipped } = parseManifests(`${pod('a')}---\n# nothing\n---\n${pod('b')}`, 'shop.yaml')
    expect(objects.map((o) => [o.object.metadata.name, o.at])).toEqual([
      ['a', 'shop.yaml:1'],
      ['b', 'shop.yaml:8'],
    ])
    expect(skipped).toEqual([])
  })

  it('opens lists, also those of one kind whose items do not name it', () => {
    const text =
      'apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Pod, metadata: {name: a}}\n  - apiVersion: v1\n    kind: List\n    items:\n      - {apiVersion: v1, kind: Pod, metadata: {name: b}}\n---\napiVersion: v1\nkind: ServiceList\nitems: [{metadata: {name: c}}]\n'
    expect(parseManifests(text, 'x').objects.map((o) => `${o.object.kind} ${o.object.metadata.name}`)).toEqual([
      'Pod a',
      'Pod b',
      'Service c',
    ])
  })

  it('skips and names documents that are no Kubernetes objects', () => {
    expect(parseManifests(`stages: [build]\n---\n${pod('a')}---\njust text\n`, 'ci.yaml')).toMatchObject({
      skipped: ['ci.yaml:1', 'ci.yaml:8'],
    })
  })

  it('reads booleans as kubectl does, and leaves times and dates alone', () => {
    const [first] = parseManifests(`${pod('a')}x: {a: yes, b: off, c: 12:30, d: 2026-01-02, e: "no"}`, 'x').objects
    expect(first?.object.x).toEqual({ a: true, b: false, c: '12:30', d: '2026-01-02', e: 'no' })
  })

  it.each([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'shop.yaml:3:1: Map keys must be unique'],
    ['an open bracket', 'a: [1\nb: 2\n', 'shop.yaml:2:1:'],
    ['an unknown alias', 'a: *nobody\n', 'shop.yaml:1:1: Unresolved alias'],
    ['a key that is a map', '? {a: 1}\n: 2\n', 'shop.yaml:1:3: a key must be a plain value'],
  ])('names file, line and column of %s', (_what, text, message) => {
    const error = refusal(text)
    expect(error.code).toBe('input')
    expect(error.message).toContain(message)
  })

  it.each([
    '{{- if .Values.on }}\na: b\n{{- end }}\n',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: "{{ .Release.Name }}-web"\n',
  ])('tells what to do with a Helm template', (text) => {
    expect(refusal(text).hint).toContain('helm template')
  })

  it('stops alias bombs, endless nesting and oversized text', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
    ].join('\n')
    expect(refusal(bomb).message).toContain('alias')
    expect(refusal('['.repeat(20_000)).code).toBe('input')
    expect(refusal(`${'['.repeat(300)}${']'.repeat(300)}`).message).toContain('nested too deeply')
    expect(refusal(Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')).message).toContain('nested too deeply')
    expect(refusal('#'.repeat(MAX_TEXT + 1)).message).toContain('larger than')
  })

  it('keeps __proto__ a key like others', () => {
    const { objects } = parseManifests(`${pod('a')}__proto__: {polluted: 1}\ndata: {__proto__: x, constructor: y}\n`, 'x')
    const [first] = objects
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect((first?.object as Record<string, unknown> | undefined)?.polluted).toBeUndefined()
    expect(Object.keys(first?.object.data as object)).toEqual(['__proto__', 'constructor'])
  })

  it('answers random text with objects or one clear error', () => {
    const bits = fc.constantFrom(
      'apiVersion: v1\n',
      'kind: Pod\n',
      'kind: List\n',
      'items:\n',
      '- ',
      'a: ',
      '&x ',
      '*x',
      '{',
      '}',
      '[',
      ']',
      '\n',
      '  ',
      '---\n',
      '"',
      "'",
      '|\n',
      '? ',
      '!!binary ',
      '%YAML 1.1\n',
      '<<: *x\n',
      '\t',
      '{{ x }}',
      '__proto__: 1\n',
      '\u0000',
      '\ufeff',
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(bits, fc.string({ maxLength: 4 })), { maxLength: 40 }).map((b) => b.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const { objects } = parseManifests(text, 'x')
          for (const { object } of objects) expect(typeof object.kind).toBe('string')
        } catch (error) {
          expect(error).toBeInstanceOf(HardenError)
          expect((error as HardenError).code).toBe('input')
        }
      }),
      { numRuns: 500 },
    )
  })

  it('never fails on objects of any shape', () => {
    const kind = fc.constantFrom(
      ...[
        'v1 Pod',
        'v1 Secret',
        'v1 Namespace',
        'v1 ConfigMap',
        'apps/v1 Deployment',
        'networking.k8s.io/v1 NetworkPolicy',
        'rbac.authorization.k8s.io/v1 Role',
        'rbac.authorization.k8s.io/v1 RoleBinding',
        'batch/v1beta1 CronJob',
        'v1 List',
      ],
    )
    const shape = fc.dictionary(
      fc.oneof(fc.constantFrom('metadata', 'spec', 'data', 'rules', 'items', 'name', '__proto__'), fc.string()),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(kind, shape, fc.jsonValue(), (api, body, metadata) => {
        const [apiVersion, k] = api.split(' ')
        const text = stringify({ ...body, metadata, apiVersion, kind: k })
        // A key << merges maps, and is an error of its own where it cannot: see the next test.
        fc.pre(!text.includes('<<'))
        const { objects } = parseManifests(text, 'x')
        const state = stateFromObjects(
          objects.map((o) => o.object),
          { source: 'manifests', name: 'x', now: new Date() },
        )
        expect(() => JSON.stringify(state)).not.toThrow()
      }),
      { numRuns: 150 },
    )
  })

  it.each(['<<: 1', 'spec: { <<: [a] }'])('a merge of what is no map is an error of the file: %s', (line) => {
    expect(() => parseManifests(`apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n${line}\n`, 'x')).toThrow(HardenError)
  })
})

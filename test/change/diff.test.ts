import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldChanges, restoreValue, unifiedLines } from '#change/diff.ts'
import { applyEdits, putBack } from '#change/edits.ts'
import { meant } from '#change/json.ts'
import { pathLabel } from '#model/change.ts'
import type { Json, KubeObject } from '#model/refs.ts'

const scalar = fc.oneof(fc.constantFrom('a', 'b', ''), fc.boolean(), fc.integer({ min: 0, max: 2 }))
const map = fc.dictionary(fc.constantFrom('x', 'y', 'z'), scalar, { maxKeys: 3 })
const byName = (inner: fc.Arbitrary<object>) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r', 's'), inner), { selector: ([name]) => name, maxLength: 4 })
    .map((items) => items.map(([name, rest]) => ({ ...rest, name })))
const container = fc.record(
  {
    env: byName(fc.record({ value: scalar }, { requiredKeys: [] })),
    securityContext: map,
    args: fc.array(scalar, { maxLength: 3 }),
    image: scalar,
  },
  { requiredKeys: [] },
)
const spec = fc.record(
  { containers: byName(container), nodeSelector: map, rules: fc.array(map, { maxLength: 2 }), on: scalar },
  { requiredKeys: [] },
)
const object = fc.record({ labels: map, spec }).map(
  ({ labels, spec: s }): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'x', labels: labels as never },
    spec: s as unknown as Json,
  }),
)

describe('changed paths', () => {
  it('bring back exactly what was there, order too', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const { object: restored, clashes } = putBack(after, fieldChanges(before, after))
        expect(clashes).toEqual([])
        expect(restored).toEqual(before)
      }),
      { numRuns: 2000 },
    )
  })

  it('are put back twice with the same result', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const fields = fieldChanges(before, after)
        expect(putBack(putBack(after, fields).object, fields)).toEqual({ object: before, clashes: [] })
      }),
      { numRuns: 500 },
    )
  })

  it('leave alone what others added elsewhere', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const theirs: Json = { ...(after.metadata.labels ?? {}), theirs: '1' }
        const { object: restored, clashes } = putBack(
          { ...after, metadata: { ...after.metadata, labels: theirs as never } },
          fieldChanges(before, after),
        )
        expect(clashes).toEqual([])
        expect(restored.metadata.labels).toEqual({ ...before.metadata.labels, theirs: '1' })
      }),
    )
  })

  it('are none where nothing but bookkeeping differs', () => {
    const a: KubeObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x', uid: '1', resourceVersion: '1', managedFields: [] },
      status: { phase: 'Running' },
    }
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
    expect(fieldChanges(a, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', uid: '2', generation: 2, annotations } })).toEqual([])
    expect(meant({ ...a, metadata: { ...a.metadata, annotations } })).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } })
  })

  it('name list items by their key, and take other lists whole', () => {
    const of = (image: string, rules: Json): KubeObject => ({
      apiVersion: 'v1',
      kind: 'T',
      metadata: { name: 'x' },
      spec: {
        containers: [
          { name: 'b', image: '1' },
          { name: 'a', image },
        ],
        rules,
      },
    })
    expect(fieldChanges(of('1', [1]), of('2', [2])).map((f) => [pathLabel(f.path), f.before, f.after])).toEqual([
      ['spec.containers[name=a].image', '1', '2'],
      ['spec.rules', [1], [2]],
    ])
  })

  it('list a new object field by field', () => {
    const made: KubeObject = { apiVersion: 'v1', kind: 'T', metadata: { name: 'x', namespace: 'n', labels: { a: 'b' } }, rules: [1] }
    expect(fieldChanges(undefined, made).map((f) => pathLabel(f.path))).toEqual(['metadata.labels', 'rules'])
    expect(fieldChanges(made, undefined).every((f) => f.after === undefined)).toBe(true)
  })
})

describe('clashes', () => {
  it.each<[string, Json | undefined, Json | undefined, Json | undefined, Json | 'clash' | undefined]>([
    ['untouched', 'new', 'old', 'new', 'old'],
    ['already back', 'old', 'old', 'new', 'old'],
    ['changed by others', 'theirs', 'old', 'new', 'clash'],
    ['removed by others', undefined, 'old', 'new', 'clash'],
    ['a map we added, with more in it', { a: 1, b: 2 }, undefined, { a: 1 }, { b: 2 }],
    ['a map we added, changed in it', { a: 3 }, undefined, { a: 1 }, 'clash'],
    ['a map we removed, made again', { b: 1 }, { a: 1 }, undefined, { b: 1, a: 1 }],
    ['a list changed by others', [1, 2], [], [1], 'clash'],
  ])('%s', (_, current, before, after, expected) => {
    const restored = restoreValue(current, before, after)
    expect(restored.kind === 'clash' ? 'clash' : restored.value).toEqual(expected)
  })

  it('are items that somebody removed', () => {
    const of = (containers: Json): KubeObject => ({ apiVersion: 'v1', kind: 'T', metadata: { name: 'x' }, spec: { containers } })
    const fields = fieldChanges(of([{ name: 'a', image: '1' }, { name: 'b' }]), of([{ name: 'a', image: '2' }, { name: 'b' }]))
    expect(putBack(of([{ name: 'b' }]), fields).clashes.map((c) => pathLabel(c.path))).toEqual(['spec.containers[name=a].image'])
  })
})

describe('edits', () => {
  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', namespace: 'n' },
    spec: { containers: [{ name: 'a', image: '1', ports: [{ containerPort: 80 }] }] },
  }
  const at = ['spec', 'containers', { key: 'name', value: 'a' }] as const

  it('set, add and remove', () => {
    const edited = applyEdits(deployment, [
      { op: 'set', path: [...at, 'securityContext', 'runAsNonRoot'], value: true },
      { op: 'set', path: [...at, 'env', { key: 'name', value: 'A' }], value: { value: '1' } },
      { op: 'set', path: [...at, 'ports', { key: 'containerPort', value: '81' }], value: { protocol: 'TCP' } },
      { op: 'remove', path: [...at, 'ports', { key: 'containerPort', value: '80' }] },
      { op: 'remove', path: [...at, 'no', 'such'] },
      { op: 'remove', path: [...at, 'image'] },
    ])
    expect(edited.spec).toEqual({
      containers: [
        {
          name: 'a',
          ports: [{ containerPort: 81, protocol: 'TCP' }],
          securityContext: { runAsNonRoot: true },
          env: [{ name: 'A', value: '1' }],
        },
      ],
    })
    expect(deployment.spec).toEqual({ containers: [{ name: 'a', image: '1', ports: [{ containerPort: 80 }] }] })
  })

  it('say which item is not there', () => {
    const path = ['spec', 'containers', { key: 'name', value: 'gone' }, 'image']
    expect(() => applyEdits(deployment, [{ op: 'set', path, value: '2' }])).toThrow(
      'Deployment n/x has no spec.containers[name=gone].image.',
    )
    expect(() => applyEdits(deployment, [{ op: 'set', path: ['spec', 'containers', 'x'], value: '2' }])).toThrow(/has no/)
  })
})

describe('lines', () => {
  it('show what goes and what comes, with a little around it', () => {
    const of = (verbs: string[]): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Role',
      metadata: { name: 'x' },
      rules: [{ verbs }],
      a: 1,
      b: 2,
      c: 3,
      d: 4,
      e: 5,
    })
    const lines = unifiedLines(of(['*']), of(['get', 'list']), 1)
    expect(lines.map((l) => `${l.kind}:${l.text}`)).toEqual([
      'context:  - verbs:',
      'remove:      - "*"',
      'add:      - get',
      'add:      - list',
      'context:a: 1',
    ])
    expect(unifiedLines(undefined, of([])).every((l) => l.kind === 'add')).toBe(true)
    expect(unifiedLines(of([]), undefined).every((l) => l.kind === 'remove')).toBe(true)
    expect(unifiedLines(of([]), of([]))).toEqual([])
  })
})

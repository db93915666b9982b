import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connectFrom } from '#cluster/objects/from.ts'
import { parseManifests } from '#cluster/objects/parse.ts'
import { parseSnapshot } from '#cluster/objects/snapshot.ts'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import { HardenError } from '#model/errors.ts'
import { ALL_KINDS } from '#model/kinds.ts'

const SNAPSHOT = {
  schemaVersion: 1,
  takenAt: '2026-01-01T00:00:00Z',
  source: 'live',
  cluster: { name: 'c', distribution: 'unknown' },
  kinds: {},
}
const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

function errorOf(work: () => unknown): HardenError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(HardenError)
    return error as HardenError
  }
  throw new Error('nothing was thrown')
}

describe('a snapshot from a stranger', () => {
  it.each([
    ['deep', JSON.stringify(SNAPSHOT).replace('"kinds":{}', `"kinds":{"configMaps":{"gaps":[],"items":${deep}}}`)],
    ['a list as kinds', JSON.stringify({ ...SNAPSHOT, kinds: [] })],
    ['items of text', JSON.stringify({ ...SNAPSHOT, kinds: { namespaces: { items: ['x'], gaps: [] } } })],
    ['no gaps', JSON.stringify({ ...SNAPSHOT, kinds: { namespaces: { items: [] } } })],
    ['a newer version', JSON.stringify({ ...SNAPSHOT, schemaVersion: 99 })],
    ['a date that is none', JSON.stringify({ ...SNAPSHOT, takenAt: 'yesterday' })],
  ])('is refused by name: %s', (_, text) => {
    const error = errorOf(() => parseSnapshot(text, 'evil.json'))
    expect(error.code).toBe('input')
    expect(error.message).toMatch(/^evil\.json/)
  })

  it('changes no prototype and brings no kind of its own', () => {
    const text = JSON.stringify({
      ...SNAPSHOT,
      kinds: { namespaces: { items: [{ metadata: { name: 'x', labels: {} } }], gaps: [] }, constructor: { items: [], gaps: [] } },
    }).replace('"labels":{}', '"labels":{"__proto__":"polluted","a":"b"},"__proto__":{"name":"y"}')
    const state = parseSnapshot(text, 'evil.json')
    expect(Object.keys(state.kinds)).toEqual(['namespaces'])
    expect(state.kinds.namespaces?.items[0]?.metadata).toMatchObject({ name: 'x', labels: { a: 'b' } })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('is read as a snapshot only where it looks like one, and an error names the file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kh-from-')), 'evil.json')
    for (const text of ['{"schemaVersion":1,"kinds":null}', `{"schemaVersion":1,"kinds":${deep}}`, `{"a":${deep}}`, '\u0000', '{}']) {
      writeFileSync(file, text)
      await expect(connectFrom(file), text.slice(0, 40)).rejects.toMatchObject({ code: 'input', message: expect.stringContaining(file) })
    }
  })
})

describe('manifests from a stranger', () => {
  it('change no prototype', () => {
    const yaml =
      'apiVersion: v1\nkind: Namespace\n__proto__: { polluted: yes }\nmetadata:\n  name: x\n  labels: { __proto__: y, constructor: z }\n  annotations: { toString: v }\n'
    const objects = parseManifests(yaml, 'x.yaml').objects.map((o) => o.object)
    const state = stateFromObjects(objects, { source: 'manifests', name: 'x', now: new Date(0) })
    expect(state.kinds.namespaces?.items).toHaveLength(1)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it.each(['constructor', '__proto__', 'toString', ''])('of kind %j are no kind of ours', (kind) => {
    const object = { apiVersion: 'v1', kind, metadata: { name: 'x' } }
    const state = stateFromObjects([object], { source: 'manifests', name: 'x', now: new Date(0) })
    expect(ALL_KINDS.filter((k) => (state.kinds[k]?.items.length ?? 0) > 0)).toEqual([])
  })
})

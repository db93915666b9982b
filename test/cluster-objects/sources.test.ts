import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectFrom } from '#cluster/objects/from.ts'
import { connectManifests } from '#cluster/objects/manifests.ts'
import { connectSnapshot, parseSnapshot, writeSnapshot } from '#cluster/objects/snapshot.ts'
import type { Connection } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { ALL_KINDS } from '#model/kinds.ts'
import { itemsOf, type State } from '#model/state.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubeharden-objects-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const put = async (name: string, text: string) => {
  const path = join(dir, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, text)
  return path
}
const ns = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`
const names = async (connection: Connection) =>
  itemsOf(await connection.reader.collect(['namespaces']), 'namespaces').map((n) => n.metadata.name)
const refusal = (promise: Promise<unknown>): Promise<HardenError> =>
  promise.then(
    () => Promise.reject(new Error('was not refused')),
    (error: unknown) => (error instanceof HardenError ? error : Promise.reject(error)),
  )

describe('connectManifests', () => {
  it('reads a folder on all levels, in order, without what does not belong', async () => {
    await put('b/deep/two.yml', ns('two'))
    await put('a.yaml', ns('one'))
    await put('c.json', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'three' } }))
    await put('.git/x.yaml', ns('git'))
    await put('node_modules/x.yaml', ns('modules'))
    await put('README.md', 'a: [')
    const connection = await connectManifests(dir)
    expect(await names(connection)).toEqual(['one', 'two', 'three'])
    expect(connection.writer).toBeUndefined()
    expect(connection.readOnlyReason).toBeTruthy()
  })

  it('follows links to files inside the folder, none out of it and none to folders', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'kubeharden-outside-'))
    await writeFile(join(outside, 'x.yaml'), ns('outside'))
    const inside = await put('sub/real.txt.yaml', ns('inside'))
    await symlink(join(outside, 'x.yaml'), join(dir, 'out.yaml'))
    await symlink(outside, join(dir, 'folder'))
    await symlink(dir, join(dir, 'loop'))
    await symlink(inside, join(dir, 'link.yaml'))
    await symlink(join(dir, 'nothing'), join(dir, 'dangling.yaml'))
    expect(await names(await connectManifests(dir))).toEqual(['inside'])
    await rm(outside, { recursive: true })
  })

  it('names every broken file with line and column, and reads nothing then', async () => {
    await put('good.yaml', ns('one'))
    await put('bad.yaml', 'a: [\n')
    await put('worse.yaml', 'a: 1\na: 2\n')
    const error = await refusal(connectManifests(dir))
    expect(error.code).toBe('input')
    expect(error.message).toContain(`${join(dir, 'bad.yaml')}:2:1: `)
    expect(error.message).toContain(`${join(dir, 'worse.yaml')}:2:1: Map keys must be unique`)
  })

  it('says what was left out', async () => {
    const file = await put('mixed.yaml', `stages: [a]\n---\n${ns('one')}`)
    expect((await connectManifests(file)).notes).toEqual([`1 document is no Kubernetes object and was left out: ${file}:1`])
  })

  it('reads standard input once, and files again at each collection', async () => {
    async function* input() {
      yield Buffer.from(ns('from-stdin'))
    }
    const connection = await connectManifests('-', input())
    expect(await names(connection)).toEqual(['from-stdin'])
    expect(await names(connection)).toEqual(['from-stdin'])
    const file = await put('a.yaml', ns('one'))
    const files = await connectManifests(file)
    expect(await names(files)).toEqual(['one'])
    await writeFile(file, ns('two'))
    expect(await names(files)).toEqual(['two'])
  })

  it.each([
    ['a path that is not there', async () => join(dir, 'nowhere')],
    ['an empty folder', async () => dir],
    ['a file without objects', () => put('a.yaml', 'a: 1\n')],
    [
      'bytes that are no text',
      async () => {
        const path = await put('a.yaml', '')
        await writeFile(path, Buffer.from([0xff, 0xfe, 0x00, 0xc3]))
        return path
      },
    ],
  ])('refuses %s', async (_what, path) => {
    const error = await refusal(connectManifests(await path()))
    expect(error.code).toBe('input')
    expect(error.hint).not.toBe('')
  })
})

describe('snapshots', () => {
  const taken = async (): Promise<State> => {
    const file = await put(
      'in.yaml',
      `${ns('one')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: one}\nstringData: {a: marked-value}\n`,
    )
    return (await connectManifests(file)).reader.collect(ALL_KINDS)
  }

  it('come back as they were written, in a file of mode 0600, with nothing left beside it', async () => {
    const state = await taken()
    const path = join(dir, 'snap.json')
    await writeFile(path, 'old', { mode: 0o644 })
    await writeSnapshot(state, path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await readdir(dir)).sort()).toEqual(['in.yaml', 'snap.json'])
    expect(await readFile(path, 'utf8')).not.toContain('marked-value')
    const { reader, writer } = await connectSnapshot(path)
    expect(writer).toBeUndefined()
    expect(await reader.collect(ALL_KINDS)).toEqual({ ...JSON.parse(JSON.stringify(state)), source: 'snapshot' })
  })

  it('have a gap for a kind that they do not hold', async () => {
    const { nodes: _, ...kinds } = (await taken()).kinds
    const state = parseSnapshot(JSON.stringify({ ...(await taken()), kinds }), 'x')
    const path = join(dir, 's.json')
    await writeSnapshot(state, path)
    const again = await (await connectSnapshot(path)).reader.collect(['nodes'])
    expect(again.kinds.nodes).toMatchObject({ items: [], gaps: [{ reason: 'not-in-source' }] })
  })

  it('are trimmed again when they come from elsewhere', () => {
    const item = {
      metadata: { name: 's', namespace: 'a', annotations: { x: 'marked-value' } },
      type: 'Opaque',
      keys: 1,
      data: { a: 'marked-value' },
    }
    const kinds = { secrets: { items: [item], gaps: [] } }
    const text = JSON.stringify({
      schemaVersion: 1,
      takenAt: '2026-01-01T00:00:00Z',
      source: 'live',
      cluster: { name: 'x', distribution: 'kubeadm' },
      kinds,
    })
    expect(JSON.stringify(parseSnapshot(text, 'x'))).not.toContain('marked-value')
  })

  it.each([
    ['text that is no JSON', '{"schemaVersion":', 'is not JSON'],
    ['a newer schema', '{"schemaVersion": 2, "kinds": {}}', 'newer'],
    [
      'a broken item',
      JSON.stringify({
        schemaVersion: 1,
        takenAt: '2026-01-01T00:00:00Z',
        source: 'live',
        cluster: { name: 'x', distribution: 'kubeadm' },
        kinds: { pods: { items: [{}], gaps: [] } },
      }),
      'kinds.pods.items.0.metadata',
    ],
  ])('refuse %s', (_what, text, message) => {
    expect(() => parseSnapshot(text, 'snap.json')).toThrowError(
      expect.objectContaining({ code: 'input', message: expect.stringContaining(message) }),
    )
  })

  it('cannot be written where there is no folder', async () => {
    expect((await refusal(writeSnapshot(await taken(), join(dir, 'no', 'snap.json')))).code).toBe('input')
  })
})

describe('connectFrom', () => {
  it('tells snapshots from manifests', async () => {
    const manifests = await connectFrom(
      await put('a.json', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } })),
    )
    expect(manifests.reader.kind).toBe('manifests')
    const path = join(dir, 'snap.json')
    await writeSnapshot(await manifests.reader.collect(ALL_KINDS), path)
    expect((await connectFrom(path)).reader.kind).toBe('snapshot')
    expect((await connectFrom(dir).catch((e: unknown) => e)) instanceof HardenError).toBe(false)
    expect((await refusal(connectFrom(join(dir, 'nowhere')))).code).toBe('input')
  })
})

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { maskObject } from '#change/credentials.ts'
import { fieldChanges } from '#change/diff.ts'
import { toFolder } from '#change/folder.ts'
import { managedBy } from '#change/managedBy.ts'
import type { Change } from '#model/change.ts'
import type { KubeObject } from '#model/refs.ts'
import { cluster, journal, live, options, preview, ref } from './scene.ts'
import { temporaryFolder } from './support.ts'

const guide: Change = {
  kind: 'guide',
  title: { en: 'Keys' },
  rollback: [],
  steps: [],
  proof: { kind: 'check', check: 'x/y' },
  files: [
    {
      path: 'keys/config.yaml',
      mode: 0o644,
      content: { kind: 'template', template: 't/encryption', values: {}, keys: { key: { from: 'random', id: 'k', bytes: 32 } } },
    },
  ],
}

describe('names that JavaScript knows', () => {
  it('are names like others', () => {
    const odd = (value: number): KubeObject =>
      ({ ...live('a'), constructor: [{ name: 'x', value }], toString: [value], valueOf: value }) as never
    expect(fieldChanges(odd(1), odd(2)).map((f) => f.path)).toEqual([['constructor'], ['toString'], ['valueOf']])
    const managed = {
      ...live('a'),
      metadata: { name: 'a', managedFields: [{ manager: 'constructor', operation: 'Update', fieldsV1: {} }] },
    }
    expect(managedBy(managed as never)).toBeUndefined()
  })
})

describe('annotations of other tools', () => {
  const applied = 'objectset.rio.cattle.io/applied'
  const holding = (value: string) =>
    live('a', { a: '1' }, { annotations: { [applied]: value, note: 'db password: hunter2hunter2', plain: 'x' } })
  it('are shown without what they hold', () => {
    const text = JSON.stringify(maskObject(holding('H4sIAAAAAAAA'), { everyEnv: true }))
    expect(text).not.toMatch(/H4sI|hunter2/)
    expect(text).toContain('"plain":"x"')
  })
  it('keep an object from being removed, for they would go into the journal', async () => {
    cluster.put(holding('H4sIAAAAAAAA'))
    const shown = await preview({ kind: 'remove', ref: ref('a') })
    expect(shown.ok).toBe(false)
    expect(journal.saved).toEqual([])
  })
})

it('journals no removed object that got a credential since the preview, behind the mask', async () => {
  const pod = (value: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { containers: [{ name: 'c', env: [{ name: 'DB', value }] }] },
  })
  const put = cluster.put(pod('plain'))
  const shown = await preview({ kind: 'remove', ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'p' } })
  expect(shown.ok).toBe(true)
  cluster.put({ ...pod('postgres://u:hunter2@db/x'), metadata: { ...put.metadata } })
  await expect(applyPreview(shown, options())).rejects.toMatchObject({ code: 'conflict' })
  expect(JSON.stringify(journal.saved)).not.toContain('hunter2')
})

it('sees a foreign edit of the very field that it is about to change', async () => {
  cluster.put(live('a'))
  const change: Change = { kind: 'edit', ref: ref('a'), edits: [{ op: 'set', path: ['data', 'a'], value: '2' }] }
  const shown = await preview(change)
  const now = await cluster.get(ref('a'))
  cluster.put({ ...live('a', { a: '9' }), metadata: { ...now?.metadata, name: 'a' } } as never)
  await expect(applyPreview(shown, options())).rejects.toMatchObject({ code: 'conflict' })
  expect(await cluster.get(ref('a'))).toMatchObject({ data: { a: '9' } })
  expect(journal.saved).toEqual([])
})

it('goes on where only the bookkeeping moved', async () => {
  cluster.put(live('a'))
  const shown = await preview({ kind: 'edit', ref: ref('a'), edits: [{ op: 'set', path: ['data', 'a'], value: '2' }] })
  const now = await cluster.get(ref('a'))
  cluster.put({ ...live('a'), metadata: { ...now?.metadata, name: 'a' } } as never)
  expect((await applyPreview(shown, options())).entries[0]?.state).toBe('done')
})

describe('folders', () => {
  it('puts no name of a stranger into a shell line unquoted', async () => {
    const name = "x'; rm -rf ~ `id` $(id)\u001b[2J"
    const stranger = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name }
    cluster.put({ ...stranger, metadata: { name } } as never)
    const dir = path.join(temporaryFolder(), 'out')
    const files = await toFolder(await preview({ kind: 'remove', ref: stranger }), dir)
    const readme = readFileSync(path.join(dir, 'README.md'), 'utf8')
    expect(readme).toContain(`kubectl delete ClusterRoleBinding 'x'\\''; rm -rf ~ \`id\` $(id)\\x1b[2J'`)
    expect(readme).toContain('`` kubectl delete')
    expect(readme).not.toContain('\u001b')
    for (const file of files) expect([dir, path.join(dir, 'before')]).toContain(path.dirname(path.resolve(file)))
  })

  it.each(['..', '../../etc/passwd', '/etc/passwd', 'a/../../b', '\u0000', '-rf'])('keeps an object named %j inside', async (name) => {
    const stranger = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name }
    cluster.put({ ...stranger, metadata: { name }, rules: [] } as never)
    const dir = path.join(temporaryFolder(), 'out')
    const change: Change = { kind: 'edit', ref: stranger, edits: [{ op: 'set', path: ['rules'], value: [] }] }
    const files = await toFolder(await preview(change), dir)
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect([dir, path.join(dir, 'before')]).toContain(path.dirname(path.resolve(file)))
  })

  it('writes keys for their owner alone, into no link and no folder of others', async () => {
    const base = temporaryFolder()
    const shown = await preview(guide)
    mkdirSync(path.join(base, 'real'))
    symlinkSync(path.join(base, 'real'), path.join(base, 'link'))
    mkdirSync(path.join(base, 'open'))
    chmodSync(path.join(base, 'open'), 0o777)
    for (const name of ['link', 'link/', 'open'])
      await expect(toFolder(shown, path.join(base, name)), name).rejects.toMatchObject({
        code: 'input',
        message: expect.stringMatching(/not used/),
      })
    expect([...readdirSync(path.join(base, 'real')), ...readdirSync(path.join(base, 'open'))]).toEqual([])

    const dir = path.join(base, 'new')
    const run = await applyPreview(shown, { ...options(), outDir: dir })
    const key = readFileSync(path.join(dir, 'keys/config.yaml'), 'utf8').match(/secret: (\S+)/)?.[1] ?? ''
    expect(Buffer.from(key, 'base64')).toHaveLength(32)
    expect(statSync(path.join(dir, 'keys/config.yaml')).mode & 0o777).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(JSON.stringify([run, journal.saved, shown])).not.toContain(key)
    await expect(applyPreview(shown, { ...options(), outDir: dir })).rejects.toThrow(/not empty/)
    expect(existsSync(path.join(dir, 'keys'))).toBe(true)
  })
})

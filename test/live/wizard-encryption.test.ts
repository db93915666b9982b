import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { connectLive, type LiveConnection } from '../../src/cluster/index.ts'
import type { Answers } from '../../src/model/questions.ts'
import type { State } from '../../src/model/state.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { applyPlan } from '../wizards/live.ts'
import { planOf, WIZARDS } from '../wizards/run.ts'
import { SAMPLE } from '../wizards/state.ts'

const wizard = WIZARDS.encryptionConfig
let cluster: TestCluster
let admin: LiveConnection
let folders = 0

beforeAll(async () => {
  cluster = await startCluster({ name: 'wizard-encryption' })
  await cluster.createNamespace('shop')
  admin = await connectLive({ kubeconfig: cluster.adminKubeconfig, env: {} })
})
afterAll(async () => {
  await admin?.reader.close()
  await cluster?.stop()
})

/** Writes the folder of a plan, as apply does; the configurations in it, in order. */
async function folderOf(given: Answers, state: State = SAMPLE): Promise<string[]> {
  folders += 1
  const dir = path.join(cluster.dir, `plan-${folders}`)
  await applyPlan(admin, wizard, planOf(wizard, state, given), dir)
  const all = (await readdir(dir, { recursive: true })).toSorted()
  return all.filter((f) => f.endsWith('encryption-config.yaml')).map((f) => path.join(dir, f))
}

const use = async (file: string | undefined) => await cluster.restartApiserver([`--encryption-provider-config=${file}`])
const stored = async (name: string) => (await cluster.etcdGet(`/registry/secrets/shop/${name}`)).toString('latin1')
const create = async (name: string) =>
  await cluster.kubectl(['-n', 'shop', 'create', 'secret', 'generic', name, '--from-literal=word=plain-word'])

/** Read from etcd, not from the watch cache: it must decrypt. */
async function reads(name: string): Promise<boolean> {
  const answer = await cluster.api(`/api/v1/namespaces/shop/secrets/${name}`)
  return answer.status === 200 && answer.text.includes(Buffer.from('plain-word').toString('base64'))
}

async function rewrite(): Promise<void> {
  const { stdout } = await cluster.kubectl(['get', 'secrets', '--all-namespaces', '-o', 'json'])
  await cluster.kubectl(['replace', '-f', '-'], { stdin: stdout })
}

describe.each(['secretbox', 'aesgcm', 'aescbc'])('%s', (provider) => {
  it('first encryption: what is new is encrypted, what is old still reads, and plain text goes', async () => {
    await cluster.restartApiserver([])
    await create(`old-${provider}`)
    const files = await folderOf({ situation: 'first-encryption', provider })
    expect(files.map((f) => path.basename(path.dirname(f)))).toEqual(['1-encrypt', '2-drop-plain-text', 'back-to-plain-text'])
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600)

    await use(files[0])
    await create(`new-${provider}`)
    const prefix = `k8s:enc:${provider}:v1:key1:`
    expect(await stored(`new-${provider}`)).toMatch(new RegExp(`^${prefix}`))
    expect(await stored(`old-${provider}`)).not.toMatch(/^k8s:enc/)
    expect(await reads(`old-${provider}`)).toBe(true)

    await rewrite()
    expect(await stored(`old-${provider}`)).toMatch(new RegExp(`^${prefix}`))
    await use(files[1])
    expect([await reads(`old-${provider}`), await reads(`new-${provider}`)]).toEqual([true, true])

    // The way back: plain text is written again, what is encrypted still reads.
    await use(files[2])
    await rewrite()
    expect(await stored(`new-${provider}`)).not.toMatch(/^k8s:enc/)
    expect(await reads(`new-${provider}`)).toBe(true)
  })
})

describe('rotation', () => {
  it.each([
    ['secretbox', 'secretbox'],
    ['aescbc', 'secretbox'],
  ])('from a key of %s to one of %s: every step reads what the one before wrote', async (from, to) => {
    const [, inUse = ''] = await folderOf({ situation: 'first-encryption', provider: from })
    await cluster.kubectl(['-n', 'shop', 'delete', 'secrets', '--all'])
    await use(inUse)
    await create('before')

    const state = await admin.reader.collect(wizard.reads)
    const seen = wizard.defaults({ ...state, cluster: { ...state.cluster, distribution: 'kubeadm' } })
    expect(seen).toMatchObject({ situation: 'rotation', currentProvider: from, resources: ['secrets'] })

    const files = await folderOf({
      ...seen,
      situation: 'rotation',
      provider: to,
      currentFile: inUse,
      currentKeyName: 'key1',
      keyName: 'key2',
    })
    expect(files.map((f) => path.basename(path.dirname(f)))).toEqual(['1-add-new-key', '2-promote-new-key', '3-drop-old-key'])
    await use(files[0])
    await create('during')
    expect(await stored('during')).toMatch(new RegExp(`^k8s:enc:${from}:v1:key1:`))
    await use(files[1])
    await create('after')
    expect(await stored('after')).toMatch(new RegExp(`^k8s:enc:${to}:v1:key2:`))
    expect(await Promise.all(['before', 'during', 'after'].map(reads))).toEqual([true, true, true])
    // The step before still reads what this one wrote: the way back.
    await use(files[0])
    expect(await reads('after')).toBe(true)
    await use(files[1])
    await rewrite()
    await use(files[2])
    expect(await Promise.all(['before', 'during', 'after'].map(reads))).toEqual([true, true, true])
    expect(await stored('before')).toMatch(new RegExp(`^k8s:enc:${to}:v1:key2:`))
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600)
    // The next server does not know these keys.
    await cluster.kubectl(['-n', 'shop', 'delete', 'secrets', '--all'])
  })
})

it('the same key stands in every file of a plan, and in no other place', async () => {
  const files = await folderOf({ situation: 'first-encryption', provider: 'secretbox' })
  const secrets = await Promise.all(
    files.map(async (file) => {
      const { resources } = parse(await readFile(file, 'utf8')) as {
        resources: { providers: { secretbox?: { keys: { secret: string }[] } }[] }[]
      }
      return resources[0]?.providers.flatMap((p) => p.secretbox?.keys.map((k) => k.secret) ?? [])
    }),
  )
  expect(new Set(secrets.flat()).size).toBe(1)
  expect(Buffer.from(secrets.flat()[0] ?? '', 'base64')).toHaveLength(32)
})

it('with several servers a file comes first that knows the key and still writes plain text', async () => {
  const several: State = { ...SAMPLE, kinds: { ...SAMPLE.kinds, nodes: { items: [], gaps: [] } } }
  const [learn] = await folderOf({ situation: 'first-encryption', provider: 'aesgcm', resources: ['secrets', 'configmaps'] }, several)
  expect(learn).toContain('1-learn-key')
  await use(learn)
  await create('learning')
  expect(await stored('learning')).not.toMatch(/^k8s:enc/)
})

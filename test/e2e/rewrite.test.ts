import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { command, emptyHome } from './command.ts'

const SECRETS = process.env.KUBEHARDEN_LONG ? 2000 : 600
const KILLS = process.env.KUBEHARDEN_LONG ? 8 : 3
const NAMESPACES = ['shop', 'team-a', 'team-b']
const VALUE = 'never-on-the-wire'

let cluster: TestCluster
let home: Record<string, string>
const keys = { key1: randomBytes(32).toString('base64'), key2: randomBytes(32).toString('base64') }

/** Providers in order: `identity` or the name of a key. */
async function use(...order: readonly ('identity' | keyof typeof keys)[]): Promise<void> {
  const providers = order.map((id) => (id === 'identity' ? { identity: {} } : { secretbox: { keys: [{ name: id, secret: keys[id] }] } }))
  const file = join(cluster.dir, `${order.join('-')}.json`)
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [{ resources: ['secrets'], providers }],
    }),
    { mode: 0o600 },
  )
  await cluster.restartApiserver([`--encryption-provider-config=${file}`])
}

beforeAll(async () => {
  cluster = await startCluster({ name: 'rewrite' })
  home = emptyHome()
  for (const namespace of NAMESPACES) await cluster.createNamespace(namespace)
  const create = async (i: number) => {
    const namespace = NAMESPACES[i % NAMESPACES.length] ?? ''
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `s-${i}` }, stringData: { word: `${VALUE}-${i}` } }
    const answer = await cluster.api(`/api/v1/namespaces/${namespace}/secrets`, { method: 'POST', body })
    expect(answer.status).toBe(201)
  }
  for (let i = 0; i < SECRETS; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => create(i + k)))
})
afterAll(async () => {
  await cluster?.stop()
})

const kubeharden = (args: readonly string[], options?: Parameters<typeof command>[2]) =>
  command([...args, '--kubeconfig', cluster.adminKubeconfig], home, options)

/** How many Secrets are stored with this prefix in etcd, and how many there are. */
async function stored(prefix: string): Promise<{ readonly with: number; readonly all: number }> {
  const all = await cluster.etcdKeys('/registry/secrets/')
  let count = 0
  for (const key of all) if ((await cluster.etcdGet(key)).subarray(0, prefix.length).toString('latin1') === prefix) count += 1
  return { with: count, all: all.length }
}

it('refuses where nothing would be encrypted', async () => {
  const ran = await kubeharden(['encryption', 'rewrite', '--yes'])
  expect(ran.code).toBe(4)
  expect(ran.err).toContain('No API server announces an encryption configuration')
})

it('stores everything again, killed in the middle and gone on with; the proof stands, and no value crossed the wire', async () => {
  await use('key1', 'identity')
  const resumed: string[] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    const ran = await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '100'], {
      onErr: (text, signal) => {
        if (/stored again: \d/.test(text)) signal('SIGKILL')
      },
    })
    expect(ran.code).toBe(128)
    if (ran.out.includes('Goes on where it stopped')) resumed.push(ran.out)
    const status = await kubeharden(['encryption', 'status'])
    expect(status.out).toMatch(/Rewrite: stopped at [1-9]\d* of/)
    expect(status.out).toContain('Proof: none')
  }
  expect(resumed).toHaveLength(KILLS - 1)

  const began = performance.now()
  const last = await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '1000'])
  const seconds = (performance.now() - began) / 1000
  expect(last.err).not.toContain('kubeharden:')
  expect(last.code).toBe(0)
  expect(last.out).toContain('Goes on where it stopped')
  expect(last.out).toMatch(/Proven: \d+ objects asked for once more; none had to be stored again/)
  const { with: encrypted, all } = await stored('k8s:enc:secretbox:v1:key1:')
  expect(all).toBeGreaterThanOrEqual(SECRETS)
  expect(encrypted).toBe(all)

  const again = await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '1000'])
  expect(again.out).toMatch(/Rewrite: ended .*: 0 stored again/)
  const journal = await kubeharden(['journal'])
  expect(journal.out).toContain('rewrite')
  expect(`${last.out}${last.err}${again.out}${journal.out}`).not.toContain(VALUE)
  // A read of one object names it; the lists and patches of a rewrite are answered as tables.
  const events = (await cluster.auditEvents()).filter((e) => e.userAgent?.startsWith('kubeharden') && e.objectRef?.resource === 'secrets')
  expect(events.some((e) => e.verb === 'patch')).toBe(true)
  for (const event of events) expect(event.requestURI).toContain('includeObject=None')
  console.info(`rewrite: ${all} Secrets, ${KILLS} kills; the last run wrote the rest and proved all in ${seconds.toFixed(1)} s`)
}, 300_000)

it('an object that an admission plugin refuses is named, and nothing counts as proven until it is stored again too', async () => {
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'frozen' },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'], operations: ['UPDATE'] }] },
      validations: [{ expression: "object.metadata.name != 's-5'", message: 's-5 is frozen' }],
    },
  }
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'frozen' },
    spec: { policyName: 'frozen', validationActions: ['Deny'] },
  }
  const items = { apiVersion: 'v1', kind: 'List', items: [policy, binding] }
  await cluster.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(items) })
  await use('key2', 'key1')
  await sleep(2000)
  const ran = await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '1000'])
  expect(ran.out).toMatch(/NOT secrets team-b\/s-5: .*s-5 is frozen/)
  expect(ran.out).toContain('1 failed')
  expect(ran.err).toContain('No key may be removed before')
  expect(ran.code).toBe(4)
  await cluster.kubectl(['delete', '-f', '-'], { stdin: JSON.stringify(items) })
  await sleep(2000)
  const mended = await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '1000'])
  expect(mended.out).toMatch(/: 1 stored again/)
  expect(mended.code).toBe(0)
  const { with: encrypted, all } = await stored('k8s:enc:secretbox:v1:key2:')
  expect(encrypted).toBe(all)
}, 300_000)

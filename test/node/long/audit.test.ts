import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type AuditPolicy, auditOf } from '../../../src/simulate/auditPolicy.ts'
import { requestOf } from '../../../src/simulate/auditVolume.ts'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { type Bundle, Kubeharden } from '../support/wizards.ts'

let node: TestNode
let bundle: Bundle

interface AuditEvent {
  readonly level: string
  readonly verb: string
  readonly stage: string
  readonly requestURI: string
  readonly user: { readonly username: string; readonly groups: string[] }
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly namespace?: string; readonly name?: string }
}

const LOG = '/var/log/kubernetes/audit/audit.log'
const events = async (): Promise<AuditEvent[]> =>
  (await node.must(['cat', LOG]))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEvent)

beforeAll(async () => {
  node = await startNode('audit')
  await node.shop()
  bundle = await (await Kubeharden.on(node)).bundle('audit-policy', { way: 'by-hand' })
}, 300_000)
afterAll(async () => {
  await node?.down()
})

test('an exec and a read of a Secret are recorded, its content is not, and everything is put back', { timeout: 600_000 }, async () => {
  const before = await node.must(['sha256sum', '/etc/kubernetes/manifests/kube-apiserver.yaml'])
  const kept = await node.kubectl(['-n', 'kube-system', 'get', 'configmap', 'kubeadm-config', '-o', 'jsonpath={.data}'])
  expect((await bundle.apply()).map((o) => o.state)).toEqual(['applied'])
  try {
    const value = 'never-in-the-log-7f3a'
    await node.kubectl(['-n', 'shop', 'create', 'secret', 'generic', 'audited', `--from-literal=word=${value}`])
    expect(await node.kubectl(['-n', 'shop', 'get', 'secret', 'audited', '-o', 'jsonpath={.data.word}'])).toBe(btoa(value))
    await node.kubectl(['-n', 'other', 'exec', 'client', '--', 'shop', 'resolve', 'db.shop.svc.cluster.local'])
    await node.kubectl(['-n', 'shop', 'create', 'role', 'audited', '--verb=get', '--resource=pods'])
    await node.kubectl(['-n', 'shop', 'delete', 'role', 'audited'])

    const all = await events()
    const of = (resource: string, verb: string, name?: string) =>
      all.filter((e) => e.objectRef?.resource === resource && e.verb === verb && (name === undefined || e.objectRef.name === name))
    expect(of('secrets', 'get', 'audited').map((e) => e.level)).toEqual(['Metadata'])
    expect(of('secrets', 'create', 'audited').map((e) => e.level)).toEqual(['Metadata'])
    const execs = all.filter((e) => e.objectRef?.subresource === 'exec' && e.objectRef.name === 'client')
    expect(new Set(execs.map((e) => e.level))).toEqual(new Set(['Metadata']))
    expect(execs[0]?.requestURI).toContain('command=resolve')
    expect(of('roles', 'create', 'audited').map((e) => e.level)).toEqual(['RequestResponse'])

    const text = await node.must(['cat', LOG])
    for (const secret of [value, btoa(value)]) expect(text).not.toContain(secret)
    const mode = await node.must([
      'stat',
      '-c',
      '%a %U',
      '/var/log/kubernetes/audit',
      '/etc/kubernetes/audit',
      '/etc/kubernetes/audit/policy.yaml',
    ])
    expect(mode.trim().split('\n')).toEqual(['700 root', '700 root', '600 root'])

    // The API server decides as our evaluator does, event by event.
    const policy = parse(await node.must(['cat', '/etc/kubernetes/audit/policy.yaml'])) as AuditPolicy
    for (const event of all) expect(auditOf(policy, requestOf(event)).level, JSON.stringify(event)).toBe(event.level)
    expect(all.length).toBeGreaterThan(20)
    expect(all.filter((e) => e.stage === 'RequestReceived')).toEqual([])
  } finally {
    expect((await bundle.undo()).map((o) => o.state)).toEqual(['undone'])
  }
  expect(await node.must(['sha256sum', '/etc/kubernetes/manifests/kube-apiserver.yaml'])).toBe(before)
  expect(await node.kubectl(['-n', 'kube-system', 'get', 'configmap', 'kubeadm-config', '-o', 'jsonpath={.data}'])).toBe(kept)
})

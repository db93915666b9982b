import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PodSecurityPreview } from '../../src/model/podSecurity.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { cliBench } from '../front/cli/bench.ts'

const bench = cliBench()
let cluster: TestCluster

const ADMISSION = `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    exemptions: {namespaces: [exempt], runtimeClasses: [sandbox]}
`
const BAD = { hostPID: true, containers: [{ name: 'c', image: 'x', securityContext: { privileged: true } }] }
const PLAIN = { containers: [{ name: 'c', image: 'x' }] }

async function create(namespace: string, name: string, spec: object, annotations = {}): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations }, spec }
  const answer = await cluster.api(`/api/v1/namespaces/${namespace}/pods`, { method: 'POST', body })
  if (answer.status !== 201) throw new Error(answer.text)
}

beforeAll(async () => {
  const config = join(mkdtempSync(join(tmpdir(), 'kubeharden-psa-')), 'admission.yaml')
  writeFileSync(config, ADMISSION)
  cluster = await startCluster({ name: 'psapreview', extraArgs: [`--admission-control-config-file=${config}`] })
  const enforce = 'pod-security.kubernetes.io/enforce'
  await cluster.createNamespace('shop')
  await cluster.createNamespace('exempt')
  await cluster.createNamespace('mixed')
  await cluster.createNamespace('done', { [enforce]: 'baseline' })
  await cluster.createNamespace('pinned', { [enforce]: 'restricted', [`${enforce}-version`]: 'v1.0' })
  for (const name of ['b', 'a']) await create('shop', name, BAD)
  await create('shop', 'plain', PLAIN)
  await create('exempt', 'bad', BAD)
  const sandbox = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'sandbox' }, handler: 'sandbox' }
  expect((await cluster.api('/apis/node.k8s.io/v1/runtimeclasses', { method: 'POST', body: sandbox })).status).toBe(201)
  await create('mixed', 'bad', BAD)
  await create('mixed', 'boxed', { ...BAD, runtimeClassName: 'sandbox' })
  await create('done', 'plain', PLAIN)
  const template = { metadata: { labels: { a: 'b' } }, spec: BAD }
  const body = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'asleep' },
    spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template },
  }
  expect((await cluster.api('/apis/apps/v1/namespaces/shop/deployments', { method: 'POST', body })).status).toBe(201)
}, 240_000)
afterAll(async () => {
  await cluster?.stop()
})

async function preview(
  ...argv: string[]
): Promise<PodSecurityPreview & { readonly code: number; readonly server: (ns: string) => unknown }> {
  const ran = await bench.run(['preview', 'pod-security', '--kubeconfig', cluster.adminKubeconfig, '-o', 'json', ...argv])
  expect(ran.err).toBe('')
  const found = JSON.parse(ran.out) as PodSecurityPreview
  return { ...found, code: ran.code, server: (ns) => found.namespaces.find((n) => n.name === ns)?.server }
}

it('asks the API server too, which agrees of the pods that exist and does not see what is scaled to zero', async () => {
  const found = await preview('--level', 'baseline')
  expect(found.code).toBe(1)
  expect(found.violations.map((v) => `${v.object.kind} ${v.object.namespace}/${v.object.name} ${v.check}`).toSorted()).toEqual([
    'Deployment shop/asleep hostNamespaces',
    'Deployment shop/asleep privileged',
    ...['Pod exempt/bad', 'Pod mixed/bad', 'Pod mixed/boxed', 'Pod shop/a', 'Pod shop/b'].flatMap((pod) => [
      `${pod} hostNamespaces`,
      `${pod} privileged`,
    ]),
  ])
  expect(found.server('shop')).toEqual({ kind: 'agrees', pods: 2 })
  expect(found.gaps).toEqual([])
})

it('a namespace that is exempt is shown as what it is: not known', async () => {
  const { server } = await preview('--level', 'baseline', '-n', 'exempt')
  expect(server('exempt')).toMatchObject({ kind: 'unknown', why: expect.stringContaining('is exempt from Pod Security') })
})

it('where the server exempts by what cannot be read, both answers are shown', async () => {
  const { server } = await preview('--level', 'baseline', '-n', 'mixed')
  const group = { reasons: 'host namespaces, privileged', pod: 'bad' }
  expect(server('mixed')).toEqual({ kind: 'differs', onlyServer: [{ ...group, pods: 1 }], onlyHere: [{ ...group, pods: 2 }] })
  const table = await bench.run(['preview', 'pod-security', '--kubeconfig', cluster.adminKubeconfig, '--level', 'baseline', '-n', 'mixed'])
  expect(table.out).toContain('only the API server: bad: host namespaces, privileged\n')
  expect(table.out).toContain('only these rules: bad and 1 more: host namespaces, privileged\n')
})

it('a level that is enforced already, or a weaker one, is asked by another name: the server is silent about what stays', async () => {
  const { server } = await preview('--level', 'baseline')
  expect(server('done')).toEqual({ kind: 'agrees', pods: 0 })
  const strict = await preview('--level', 'restricted')
  expect(strict.server('done')).toEqual({ kind: 'agrees', pods: 1 })
  expect(strict.server('shop')).toEqual({ kind: 'agrees', pods: 3 })
  // v1.0 to v1.7 are the same at this level.
  expect((await preview('--level', 'restricted', '--policy-version', 'v1.0')).server('pinned')).toEqual({ kind: 'agrees', pods: 0 })
  expect(strict.namespaces.map((ns) => [ns.name, ns.strictest])).toEqual(
    expect.arrayContaining([
      ['shop', 'privileged'],
      ['done', 'baseline'],
      ['pinned', 'restricted'],
    ]),
  )
})

it('stores nothing', async () => {
  const labels = async () =>
    (await cluster.api('/api/v1/namespaces/shop')).json<{ metadata: { resourceVersion: string; labels: object } }>().metadata
  const before = await labels()
  await preview('--level', 'restricted')
  expect(await labels()).toEqual(before)
  const patches = (await cluster.auditEvents()).filter((e) => e.verb === 'patch' && e.objectRef?.resource === 'namespaces')
  expect(patches.length).toBeGreaterThan(4)
  expect(patches.filter((e) => !e.requestURI.includes('dryRun=All'))).toEqual([])
})

it('without the right to patch namespaces the rules here still stand, and the missing right is named', async () => {
  const view = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'look' } }
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]
  const path = '/apis/rbac.authorization.k8s.io/v1'
  await cluster.api(`${path}/clusterroles`, { method: 'POST', body: { ...view, rules } })
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'look' }
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'viewer' }]
  await cluster.api(`${path}/clusterrolebindings`, { method: 'POST', body: { ...view, kind: 'ClusterRoleBinding', roleRef, subjects } })
  const { server, violations } = await preview('--level', 'baseline', '--kubeconfig', await cluster.kubeconfigFor('viewer'))
  expect(violations.length).toBe(12)
  expect(server('shop')).toMatchObject({ kind: 'unknown', why: expect.stringContaining('patch') })
})

it('somebody who may read no pods is told so, and never that nothing breaks', async () => {
  const argv = ['preview', 'pod-security', '--level', 'baseline', '--kubeconfig', await cluster.kubeconfigFor('nobody')]
  const { code, out, err } = await bench.run(argv)
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(err).toContain('list pods')
})

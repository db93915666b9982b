import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { parse } from 'yaml'
import { check } from '../../src/checks/images/vulnerabilities.ts'
import { connectLive } from '../../src/cluster/index.ts'
import { evaluate, kindsOf } from '../../src/evaluate/evaluate.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'

let cluster: TestCluster
const API = '/apis/aquasecurity.github.io/v1alpha1'

beforeAll(async () => {
  cluster = await startCluster({ name: 'images', auditLog: false })
  await cluster.createNamespace('shop')
})
afterAll(async () => {
  await cluster?.stop()
})

async function post(path: string, body: object) {
  const made = await cluster.api(path, { method: 'POST', body })
  if (made.status !== 201) throw new Error(`${made.status} ${made.text}`)
}

/** The check as a session makes it: collected, trimmed, judged. */
async function judged() {
  const { reader } = await connectLive({ kubeconfig: cluster.adminKubeconfig, env: {} })
  onTestFinished(() => reader.close())
  const state = await reader.collect(kindsOf([check]))
  const [result] = evaluate(state, [check], new Date()).checks
  return { state, found: result?.findings.map(({ object, status, message }) => `${object.name}: ${status} ${message}`), gaps: result?.gaps }
}

const report = (name: string, tag: string, vulnerabilities: readonly object[]) => ({
  apiVersion: 'aquasecurity.github.io/v1alpha1',
  kind: 'VulnerabilityReport',
  metadata: {
    name: `replicaset-${name}-6d4cf56db6-app`,
    namespace: 'shop',
    labels: { 'trivy-operator.container.name': 'app', 'trivy-operator.resource.kind': 'ReplicaSet' },
  },
  report: {
    artifact: { repository: 'library/nginx', tag },
    os: { family: 'debian', name: '10.3' },
    registry: { server: 'index.docker.io' },
    scanner: { name: 'Trivy', vendor: 'Aqua Security', version: '0.53.0' },
    summary: { criticalCount: vulnerabilities.length, highCount: 0, mediumCount: 0, lowCount: 0, unknownCount: 0, noneCount: 0 },
    updateTimestamp: new Date().toISOString(),
    vulnerabilities,
  },
})
const CVE = {
  vulnerabilityID: 'CVE-2019-20367',
  severity: 'CRITICAL',
  resource: 'libbsd0',
  installedVersion: '0.9.1-2',
  fixedVersion: '0.9.1-2+deb10u1',
  title: 'nlist.c in libbsd before 0.10.0 has an out-of-bounds read',
  publishedDate: '2020-01-08T00:00:00Z',
  lastModifiedDate: '2021-01-20T00:00:00Z',
}
const pod = (name: string, image: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { automountServiceAccountToken: false, containers: [{ name: 'app', image }] },
})

it('reports of Trivy Operator are read where they are served, and joined to what runs', { timeout: 60_000 }, async () => {
  await post('/api/v1/namespaces/shop/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }).catch(
    () => {},
  )
  for (const [name, image] of [
    ['old', 'nginx:1.16'],
    ['new', 'docker.io/nginx:1.29'],
    ['other', 'nginx:1.17'],
  ] as const)
    await post('/api/v1/namespaces/shop/pods', pod(name, image))
  const before = await judged()
  expect(before.found).toEqual(['cluster: unknown noScans'])
  expect(before.gaps).toEqual([])

  const crd = parse(readFileSync(new URL('./crds/aquasecurity.github.io_vulnerabilityreports.yaml', import.meta.url), 'utf8')) as object
  await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd)
  await vi.waitFor(async () => expect((await cluster.api(`${API}/vulnerabilityreports`)).status).toBe(200), { timeout: 20_000 })
  const path = `${API}/namespaces/shop/vulnerabilityreports?fieldValidation=Strict`
  await post(path, report('old', '1.16', [CVE]))
  await post(path, report('new', '1.29', [{ ...CVE, severity: 'LOW' }]))

  const { found, state } = await judged()
  expect(found?.toSorted()).toEqual(['new: pass clean', 'old: fail fixable', 'other: unknown unscanned'])
  expect(JSON.stringify(state.kinds.vulnerabilityReports)).not.toContain('out-of-bounds')
})

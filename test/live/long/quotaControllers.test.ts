import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { connectLive } from '../../../src/cluster/index.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { quotaOf } from '../../../src/session/quota.ts'
import { compare, quantityOf } from '../../../src/simulate/quantity.ts'
import { countedKinds, QUOTA_READS } from '../../../src/simulate/quota/ground.ts'
import { startCluster, type TestCluster } from '../../cluster/apiserver.ts'
import { Daemon } from '../../cluster/daemon.ts'
import { ensureNodeAssets } from '../../cluster/node/assets.mjs'
import { makeWorkspace, type Workspace } from '../../cluster/workspace.ts'

/*
 * The controllers themselves roll workloads out under quotas; there is no kubelet, so the test says that pods are ready. What
 * the preview says beforehand (refused, standing still, used) is held against what they do.
 */

let cluster: TestCluster
let workspace: Workspace
let controllers: Daemon

beforeAll(async () => {
  cluster = await startCluster({ name: 'quota-controllers', auditLog: false })
  workspace = await makeWorkspace('quota-controllers')
  const config = cluster.adminKubeconfig
  const flags = [
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    '--authentication-skip-lookup',
    '--secure-port=0',
    '--leader-elect=false',
    '--controllers=resourcequota-controller,deployment-controller,replicaset-controller,statefulset-controller,daemonset-controller',
  ]
  // As many as DaemonSets have pods here.
  for (const name of ['a', 'b', 'c']) {
    await send('POST', '/api/v1/nodes', { metadata: { name } })
    // A new node is tainted as not ready until its kubelet says otherwise.
    await send('PATCH', `/api/v1/nodes/${name}`, { spec: { taints: null } }, 'application/merge-patch+json')
  }
  const file = path.join((await ensureNodeAssets()).bin, 'kube-controller-manager')
  const log = path.join(workspace.dir, 'controllers.log')
  controllers = new Daemon(file, flags, { name: 'controllers', log, cwd: workspace.dir, guard: workspace.guard })
}, 600_000)
afterAll(async () => {
  await controllers?.stop()
  await cluster?.stop()
  await workspace?.remove()
})

async function send<T = KubeObject>(method: string, url: string, body?: object, patch?: string): Promise<T> {
  const headers = patch === undefined ? {} : { headers: { 'content-type': patch } }
  const answer = await cluster.api(url, { method, ...(body === undefined ? {} : { body }), ...headers })
  if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`)
  return answer.json<T & Record<string, unknown>>()
}

interface Pod {
  readonly metadata: { readonly name: string }
  readonly status: { readonly phase?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}
interface Workload {
  readonly metadata: { readonly generation: number }
  readonly status: { readonly observedGeneration?: number; readonly [count: string]: number | string | undefined }
}
/** The counts that all are at the number wanted where a workload is rolled out. */
const COUNTS = {
  deployments: ['updatedReplicas', 'replicas', 'availableReplicas'],
  statefulsets: ['updatedReplicas', 'replicas', 'availableReplicas'],
  daemonsets: ['updatedNumberScheduled', 'desiredNumberScheduled', 'numberAvailable'],
} as const
type Plural = keyof typeof COUNTS

/** Says of every pod that it is ready, as a kubelet would after a while. */
async function makeReady(namespace: string): Promise<void> {
  const { items } = await send<{ items: Pod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: new Date().toISOString() }] }
  for (const pod of items)
    if (pod.status.phase === 'Pending') {
      const url = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/status`
      // It may have gone meanwhile.
      await cluster.api(url, { method: 'PATCH', body: { status }, headers: { 'content-type': 'application/merge-patch+json' } })
    }
}

async function isRolledOut(namespace: string, plural: Plural, replicas: number): Promise<boolean> {
  const { metadata, status } = await send<Workload>('GET', `/apis/apps/v1/namespaces/${namespace}/${plural}/web`)
  return status.observedGeneration === metadata.generation && COUNTS[plural].every((name) => status[name] === replicas)
}

/** Is it done before the time is over? */
async function rollsOut(namespace: string, plural: Plural, replicas: number, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(250)) {
    await makeReady(namespace)
    if (await isRolledOut(namespace, plural, replicas)) return true
  }
  return false
}

type Hard = Readonly<Record<string, string>>
interface Case {
  readonly plural: Plural
  readonly replicas: number
  readonly surge: number | string
  readonly unavailable: number | string
  /** A quota of ours, or what is proposed. */
  readonly hard: Hard | 'proposed'
  readonly type?: string
}
const rolling = (replicas: number, surge: number | string, unavailable: number | string, hard: Case['hard']): Case => ({
  plural: 'deployments',
  replicas,
  surge,
  unavailable,
  hard,
})
const CASES: readonly Case[] = [
  rolling(3, 1, 0, { pods: '4' }),
  rolling(3, 1, 0, { pods: '3' }),
  rolling(3, 1, 1, { pods: '3' }),
  rolling(3, 2, 0, { pods: '4' }),
  rolling(4, '25%', '25%', { pods: '4' }),
  rolling(5, '25%', '0%', { pods: '6' }),
  rolling(5, '25%', '0%', { pods: '5' }),
  rolling(3, 0, 1, { pods: '3' }),
  rolling(3, '0%', '10%', { pods: '3' }),
  rolling(1, '25%', '25%', { pods: '1' }),
  rolling(2, 1, 0, { 'requests.cpu': '300m', 'count/pods': '9' }),
  rolling(2, 1, 0, { 'requests.cpu': '290m' }),
  rolling(2, 1, 0, { 'count/pods': '3' }),
  rolling(2, 1, 0, { 'count/replicasets.apps': '1' }),
  rolling(2, 1, 0, { 'count/replicasets.apps': '2', 'count/deployments.apps': '1', secrets: '2', configmaps: '3', services: '1' }),
  { ...rolling(3, 0, 0, { pods: '3' }), type: 'Recreate' },
  { ...rolling(3, 1, 0, { pods: '3' }), plural: 'daemonsets' },
  { ...rolling(3, '34%', 0, { pods: '4' }), plural: 'daemonsets' },
  { ...rolling(3, '34%', 0, { pods: '5' }), plural: 'daemonsets' },
  { ...rolling(3, 0, 1, { pods: '3' }), plural: 'daemonsets' },
  { ...rolling(3, 0, 0, { pods: '3', 'requests.cpu': '300m' }), plural: 'statefulsets' },
  { ...rolling(3, 1, 0, 'proposed'), plural: 'daemonsets' },
  { ...rolling(2, 0, 0, 'proposed'), plural: 'statefulsets' },
  rolling(3, 1, 0, 'proposed'),
  rolling(4, '50%', 0, 'proposed'),
]
const template = (version: string) => ({
  metadata: { labels: { app: 'web' }, annotations: { version } },
  spec: { containers: [{ name: 'app', image: 'x', resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '64Mi' } } }] },
})

/** How a new version takes the place of the old: of a StatefulSet one by one, there is no choice. */
function strategyOf({ plural, surge, unavailable, type = 'RollingUpdate' }: Case): object {
  if (plural === 'statefulsets') return { updateStrategy: { type } }
  const how = type === 'RollingUpdate' ? { type, rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } : { type }
  return plural === 'deployments' ? { strategy: how } : { updateStrategy: how }
}

/** A workload whose pods are all ready, and a pod that has ended. */
async function place(one: Case, namespace: string): Promise<void> {
  const { plural, replicas } = one
  await cluster.createNamespace(namespace)
  const size = plural === 'daemonsets' ? {} : { replicas }
  const spec = { ...size, ...strategyOf(one), selector: { matchLabels: { app: 'web' } }, template: template('1') }
  await send('POST', `/apis/apps/v1/namespaces/${namespace}/${plural}`, { metadata: { name: 'web' }, spec })
  await send('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'c' } })
  await send('POST', `/api/v1/namespaces/${namespace}/pods`, { metadata: { name: 'ended' }, spec: template('1').spec })
  await send(
    'PATCH',
    `/api/v1/namespaces/${namespace}/pods/ended/status`,
    { status: { phase: 'Succeeded' } },
    'application/merge-patch+json',
  )
  expect(await rollsOut(namespace, plural, replicas, 60_000), namespace).toBe(true)
}

async function preview(namespace: string, headroom?: number) {
  const { reader } = await connectLive({ kubeconfig: cluster.adminKubeconfig, version: 'test', env: {} })
  try {
    const state = await reader.collect(QUOTA_READS)
    const more = await reader.collect(countedKinds(state))
    const asked = { namespace, ...(headroom === undefined ? {} : { headroom }) }
    return quotaOf({ ...state, kinds: { ...more.kinds, ...state.kinds } }, asked, [], new Date())
  } finally {
    await reader.close()
  }
}

/** The quotas of the namespace, once the controller has counted. */
async function counted(
  namespace: string,
): Promise<readonly { readonly spec: { hard: Hard }; readonly status: { hard?: Hard; used?: Hard } }[]> {
  return await vi.waitFor(
    async () => {
      const { items } = await send<{ items: { spec: { hard: Hard }; status: { hard?: Hard; used?: Hard } }[] }>(
        'GET',
        `/api/v1/namespaces/${namespace}/resourcequotas`,
      )
      expect(items.length).toBeGreaterThan(0)
      for (const { spec, status } of items) expect(Object.keys(status.used ?? {}).toSorted()).toEqual(Object.keys(spec.hard).toSorted())
      return items
    },
    { timeout: 60_000, interval: 250 },
  )
}

async function tried(one: Case, namespace: string): Promise<string | undefined> {
  await place(one, namespace)
  const quotas =
    one.hard === 'proposed'
      ? ((await preview(namespace, 0)).proposals ?? [])
      : [{ kind: 'ResourceQuota', metadata: { name: 'bound', namespace }, spec: { hard: one.hard } }]
  for (const object of quotas) await send('POST', `/api/v1/namespaces/${namespace}/${object.kind.toLowerCase()}s`, object)
  const [theirs] = await counted(namespace)
  const { namespaces, gaps } = await preview(namespace)
  const [said] = namespaces
  const [figures] = said?.quotas ?? []
  const label = `${namespace} ${JSON.stringify(one)}`
  if (gaps.length > 0 || said?.complete !== true) return `${label}: ${JSON.stringify(gaps)}`
  for (const [name, used] of Object.entries(theirs?.status.used ?? {}))
    if (compare(quantityOf(used, name), quantityOf(figures?.used[name] ?? '', name)) !== 0)
      return `${label}: ${name} used ${used}, we count ${figures?.used[name]}`
  const refused = said.refused.filter((r) => r.stage === 'rollout')
  const stuck = refused.some((r) => r.stuck === true)
  await send(
    'PATCH',
    `/apis/apps/v1/namespaces/${namespace}/${one.plural}/web`,
    { spec: { template: template('2') } },
    'application/merge-patch+json',
  )
  const done = await rollsOut(namespace, one.plural, one.replicas, stuck ? 12_000 : 90_000)
  if (done === stuck) return `${label}: ${done ? 'rolled out' : 'stood still'}, we say ${JSON.stringify(refused)}`
  console.log(`${label}: ${done ? 'rolled out' : 'stood still'}; refused: ${refused.length > 0}`)
  return undefined
}

it('rollouts under quotas stand still or go on as the preview says, and what is used is what the controller counts', {
  timeout: 900_000,
}, async () => {
  const wrong: string[] = []
  const queue = CASES.entries()
  const worker = async () => {
    for (const [i, one] of queue) {
      const difference = await tried(one, `roll-${i}`)
      if (difference !== undefined) wrong.push(difference)
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  expect(controllers.end, await controllers.lastLines()).toBeUndefined()
  expect(wrong).toEqual([])
})

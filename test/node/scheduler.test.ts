import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import { type Item, KINDS } from '../../src/model/kinds.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { itemsOf } from '../../src/model/state.ts'
import { placementOf, reasonsOf } from '../../src/simulate/schedule/filter.ts'
import { podView, worldOf } from '../../src/simulate/schedule/world.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { Daemon } from '../cluster/daemon.ts'
import { ensureNodeAssets } from '../cluster/node/assets.mjs'
import { makeWorkspace, type Workspace } from '../cluster/workspace.ts'
import { RANDOM_NAMESPACES, randomWorld } from '../simulate/schedule/randomWorld.ts'

/** Twelve pods are asked in each world. */
const WORLDS = Number(process.env.KUBEHARDEN_WORLDS ?? (process.env.KUBEHARDEN_LONG ? 60 : 8))
const SEED = Number(process.env.KUBEHARDEN_SEED ?? 1)
let cluster: TestCluster
let scheduler: Daemon
let workspace: Workspace

beforeAll(async () => {
  cluster = await startCluster({ name: 'scheduler', auditLog: false })
  workspace = await makeWorkspace('scheduler')
  for (const { name, labels } of RANDOM_NAMESPACES) {
    await cluster.createNamespace(name, labels)
    await send('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } }, [409])
  }
  const flags = [
    `--kubeconfig=${cluster.adminKubeconfig}`,
    `--authentication-kubeconfig=${cluster.adminKubeconfig}`,
    `--authorization-kubeconfig=${cluster.adminKubeconfig}`,
    '--authentication-skip-lookup',
    '--secure-port=0',
    '--leader-elect=false',
  ]
  const file = path.join((await ensureNodeAssets()).bin, 'kube-scheduler')
  const { dir, guard } = workspace
  scheduler = new Daemon(file, flags, { name: 'kube-scheduler', log: path.join(dir, 'scheduler.log'), cwd: dir, guard })
}, 240_000)
afterAll(async () => {
  await scheduler?.stop()
  await cluster?.stop()
  await workspace?.remove()
})

async function send(method: string, url: string, body?: object, fine: readonly number[] = []): Promise<unknown> {
  const answer = await cluster.api(url, { method, ...(body === undefined ? {} : { body }) })
  if (answer.status >= 300 && !fine.includes(answer.status)) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`)
  return answer.status >= 300 ? undefined : answer.json()
}

const PLURALS: Readonly<Record<string, string>> = {
  Node: 'nodes',
  Pod: 'pods',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
}
const listOf = ({ kind, metadata }: KubeObject) =>
  `/api/v1${metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`}/${PLURALS[kind]}`
const urlOf = (object: KubeObject) => `${listOf(object)}/${object.metadata.name}`

/** As the API server stores it: with everything it fills in. Undefined where it takes no such object. */
async function create(object: KubeObject): Promise<KubeObject | undefined> {
  return (await send('POST', listOf(object), object, [422])) as KubeObject | undefined
}

/** New nodes are tainted until a controller finds them ready: there is none here. */
async function createNode(object: KubeObject): Promise<KubeObject> {
  const created = (await create(object)) as KubeObject & { spec: { taints?: { key: string }[] } }
  const taints = (created.spec.taints ?? []).filter((t) => t.key !== 'node.kubernetes.io/not-ready')
  return (await send('PUT', urlOf(object), { ...created, spec: { ...created.spec, taints } })) as KubeObject
}

async function remove(object: KubeObject): Promise<void> {
  if (object.kind.startsWith('PersistentVolume')) {
    const live = (await send('GET', urlOf(object))) as KubeObject
    await send('PUT', urlOf(object), { ...live, metadata: { ...live.metadata, finalizers: [] } })
  }
  await send('DELETE', `${urlOf(object)}?gracePeriodSeconds=0`, undefined, [404])
}

interface Answer {
  readonly node?: string
  readonly message?: string
}

/** What the scheduler did with the pod. */
async function answerOf(pod: KubeObject): Promise<Answer> {
  return vi.waitFor(
    async () => {
      const live = (await send('GET', urlOf(pod))) as {
        spec: { nodeName?: string }
        status: { conditions?: { type: string; status: string; message?: string }[] }
      }
      const { nodeName } = live.spec
      if (nodeName !== undefined) return { node: nodeName }
      const condition = live.status.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
      if (condition?.message === undefined) throw new Error('not yet')
      return { message: condition.message }
    },
    { timeout: 60_000, interval: 15 },
  )
}

/** Taints by their count alone, as the scheduler tells of them now. */
function countsOf(refused: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const short = new Map([...refused].map(([node, reasons]) => [node, reasons.map((r) => r.replace(/ \{[^}]*\}$/, ''))]))
  return reasonsOf(short)
    .map(({ reason, nodes }) => `${nodes} ${reason}`)
    .toSorted()
}

/** `0/5 nodes are available: 1 Insufficient cpu, 4 node(s) …. preemption: …`: each reason with its count. */
function countsIn(message: string): readonly string[] {
  const [, text = ''] = /nodes are available: (.*?)\.(?: no new claims.*| preemption:.*|)$/s.exec(message) ?? []
  return text.split(/, (?=\d+ )/).toSorted()
}

const ours = (stored: readonly KubeObject[], pod: KubeObject) => {
  const state = stateFromObjects([...stored], { source: 'snapshot', name: 'x', now: new Date(), complete: true })
  const namespaces = new Map(RANDOM_NAMESPACES.map(({ name, labels }) => [name, labels]))
  const view = podView(KINDS.pods.schema.parse(pod) as Item<'pods'>, namespaces)
  return placementOf(
    view,
    worldOf({
      nodes: itemsOf(state, 'nodes'),
      running: itemsOf(state, 'pods').map((p) => podView(p, namespaces)),
      namespaces,
      claims: itemsOf(state, 'persistentVolumeClaims'),
      volumes: itemsOf(state, 'persistentVolumes'),
      exclusions: 'ignored',
    }),
  )
}

it(`${WORLDS} random worlds: where a pod may go is where kube-scheduler puts it, or why it does not`, { timeout: 3_600_000 }, async () => {
  const differences: unknown[] = []
  const counts = { placed: 0, refused: 0, waits: 0, invalid: 0 }
  const reasons = new Map<string, number>()
  for (const world of fc.sample(randomWorld, { seed: SEED, numRuns: WORLDS })) {
    const stored: KubeObject[] = []
    for (const node of world.nodes) stored.push(await createNode(node))
    for (const object of [...world.volumes, ...world.placed]) {
      const created = await create(object)
      if (created !== undefined) stored.push(created)
    }
    for (const asked of world.asked) {
      const pod = await create(asked)
      if (pod === undefined) {
        counts.invalid += 1
        continue
      }
      const answer = await answerOf(pod)
      const said = ours(stored, pod)
      const mine =
        said.is === 'answer' ? { nodes: said.nodes.map((n) => n.name), why: countsOf(said.refused) } : { nodes: [], why: [said.why] }
      const same =
        answer.node !== undefined
          ? mine.nodes.includes(answer.node)
          : mine.nodes.length === 0 &&
            (said.is === 'answer'
              ? JSON.stringify(mine.why) === JSON.stringify(countsIn(answer.message ?? ''))
              : (answer.message ?? '').includes(said.why))
      if (!same) differences.push({ answer, mine, spec: pod.spec, labels: pod.metadata.labels })
      counts[answer.node !== undefined ? 'placed' : said.is === 'answer' ? 'refused' : 'waits'] += 1
      if (said.is === 'answer') for (const { reason } of reasonsOf(said.refused)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      await remove(pod)
    }
    for (const object of stored.toReversed()) await remove(object)
  }
  console.log(`${JSON.stringify(counts)}; reasons: ${JSON.stringify(Object.fromEntries(reasons))}`)
  expect(scheduler.end, await scheduler.lastLines()).toBeUndefined()
  expect(differences.slice(0, 3), `${differences.length} differences`).toEqual([])
  expect(counts.placed).toBeGreaterThan(WORLDS)
  expect(counts.refused).toBeGreaterThan(WORLDS)
})

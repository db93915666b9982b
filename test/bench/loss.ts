// What the loss of a zone leaves, of clusters at three sizes: its time and its memory; part of `npm run bench`.
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { lossPreview } from '../../src/session/loss.ts'

const SIZES = [2500, 5000, 10_000]
/** How time may grow when pods and nodes double: each lost pod looks at each node, so that 4 would be the product of both. */
const MOST_GROWTH = 5
const ZONES = 10

/** A node for each 20 pods, in ten zones; a Deployment for each 5 pods, each third one spread, each seventh kept apart. */
function* cluster(pods: number): Generator<KubeObject> {
  const nodes = pods / 20
  for (let i = 0; i < nodes; i += 1) {
    const labels = { 'kubernetes.io/hostname': `n${i}`, 'topology.kubernetes.io/zone': `z${i % ZONES}` }
    const status = { allocatable: { cpu: '16', memory: '64Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] }
    yield { apiVersion: 'v1', kind: 'Node', metadata: { name: `n${i}`, labels }, spec: {}, status } as unknown as KubeObject
  }
  for (let i = 0; i < pods; i += 1) {
    const app = Math.floor(i / 5)
    const labels = { app: `app-${app}`, 'pod-template-hash': 'abc' }
    const labelSelector = { matchLabels: { app: `app-${app}` } }
    const topologyKey = 'kubernetes.io/hostname'
    const spread = app % 3 === 0 ? [{ topologyKey, maxSkew: 2, whenUnsatisfiable: 'DoNotSchedule', labelSelector }] : []
    const anti =
      app % 7 === 0 ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector }] } } : {}
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `app-${app}-abc`, controller: true }]
    yield {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `app-${app}-${i}`, namespace: `ns-${Math.floor(i / 25)}`, labels, ownerReferences },
      spec: {
        nodeName: `n${(i * 7) % nodes}`,
        containers: [{ name: 'c', image: 'registry.example.com/app:1', resources: { requests: { cpu: '250m', memory: '512Mi' } } }],
        topologySpreadConstraints: spread,
        affinity: anti,
      },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    } as unknown as KubeObject
  }
}

const seconds: number[] = []
for (const pods of [2500, ...SIZES]) {
  const now = new Date('2026-11-01T00:00:00Z')
  const state = stateFromObjects([...cluster(pods)], { source: 'snapshot', name: 'bench', now, complete: true })
  const run = () => {
    const began = process.cpuUsage()
    const { losses } = lossPreview(state, { nodes: [], zones: ['z3'], registries: [] })
    const { user, system } = process.cpuUsage(began)
    return { losses, took: (user + system) / 1e6 }
  }
  // CPU time, of the best of three: others may use the machine as well, and memory is cleaned up now and then.
  const runs = Array.from({ length: 3 }, run)
  const took = Math.min(...runs.map((r) => r.took))
  const moved = runs[0]?.losses[0]?.workloads.flatMap((w) => w.pods).filter((p) => p.fate.kind === 'moves').length ?? 0
  if (moved < (pods / ZONES) * 0.9) throw new Error(`${moved} pods moved`)
  seconds.push(took)
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(
    `${pods} pods on ${pods / 20} nodes, one of ten zones lost: ${took.toFixed(2)} s of CPU, peak ${peak} MiB, ${moved} pods moved`,
  )
}
const growth = [2, 3].map((i) => (seconds[i] ?? 0) / (seconds[i - 1] ?? 1))
console.log(`Growth when pods and nodes double: ${growth.map((g) => g.toFixed(1)).join(', ')} (at most ${MOST_GROWTH}).`)
process.exitCode = growth.every((g) => g <= MOST_GROWTH) ? 0 : 1

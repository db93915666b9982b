// What quotas would refuse and what is proposed, of clusters at three sizes: its time and its memory; part of `npm run bench`.
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { quotaOf } from '../../src/session/quota.ts'

const SIZES = [2500, 5000, 10_000]
/** How time may grow when the pods double: 2 is linear. */
const MOST_GROWTH = 3
const NOW = new Date('2026-11-01T00:00:00Z')

/** An init container, a sidecar, two containers; each third one says nothing of itself. */
function specOf(i: number) {
  const resources = i % 3 === 0 ? {} : { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } }
  const container = (name: string) => ({ name, image: `registry.example.com/${name}:1`, resources })
  return {
    initContainers: [container('prepare'), { ...container('mesh'), restartPolicy: 'Always' }],
    containers: [container('app'), container('proxy')],
  }
}

/** A namespace for each 25 pods with a quota and a limit range, a Deployment for each 5. */
function* cluster(pods: number): Generator<KubeObject> {
  for (let i = 0; i < pods; i += 1) {
    const namespace = `ns-${Math.floor(i / 25)}`
    const app = Math.floor(i / 5)
    const labels = { app: `app-${app}`, 'pod-template-hash': '5d9f' }
    if (i % 25 === 0) {
      const hard = { pods: '25', 'requests.cpu': '20', 'limits.memory': '24Gi', services: '3', persistentvolumeclaims: '3' }
      yield { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace }, spec: { hard } }
      const limits = [{ type: 'Container', default: { memory: '256Mi' }, defaultRequest: { cpu: '100m', memory: '128Mi' } }]
      yield { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits', namespace }, spec: { limits } }
    }
    if (i % 5 === 0) {
      const spec = { replicas: 5, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: specOf(app) } }
      yield { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `app-${app}`, namespace }, spec } as unknown as KubeObject
    }
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `app-${app}-5d9f`, controller: true }]
    const metadata = { name: `app-${app}-5d9f-${i}`, namespace, labels, ownerReferences }
    yield { apiVersion: 'v1', kind: 'Pod', metadata, spec: specOf(app), status: { phase: 'Running' } } as unknown as KubeObject
  }
}

const seconds: number[] = []
for (const pods of [2500, ...SIZES]) {
  const state = stateFromObjects([...cluster(pods)], { source: 'snapshot', name: 'bench', now: NOW, complete: true })
  const run = () => {
    const began = process.cpuUsage()
    const { namespaces } = quotaOf(state, {}, [], NOW)
    const judged = process.cpuUsage(began)
    const { proposals = [] } = quotaOf(state, { headroom: 30 }, [], NOW)
    const { user, system } = process.cpuUsage(began)
    return { namespaces, proposals, took: (judged.user + judged.system) / 1e6, both: (user + system) / 1e6 }
  }
  // CPU time, of the best of five: others may use the machine as well, and memory is cleaned up now and then.
  const runs = Array.from({ length: 5 }, run)
  const took = Math.min(...runs.map((r) => r.took))
  const both = Math.min(...runs.map((r) => r.both))
  const refused = runs[0]?.namespaces.flatMap((ns) => ns.refused).length ?? 0
  const proposals = runs[0]?.proposals.length ?? 0
  if (refused < pods / 5 || proposals < pods / 25) throw new Error(`${refused} refused, ${proposals} proposals`)
  seconds.push(both)
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(
    `${pods} pods in ${pods / 25} namespaces: judged in ${took.toFixed(2)} s of CPU, with proposals ${both.toFixed(2)} s, peak ${peak} MiB, ${refused} refused`,
  )
}
const growth = [2, 3].map((i) => (seconds[i] ?? 0) / (seconds[i - 1] ?? 1))
console.log(`Growth when the pods double: ${growth.map((g) => g.toFixed(1)).join(', ')} (at most ${MOST_GROWTH}).`)
process.exitCode = growth.every((g) => g <= MOST_GROWTH) ? 0 : 1

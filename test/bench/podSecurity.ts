// What a level of Pod Security refuses, of clusters at three sizes: its time and its memory; part of `npm run bench`.
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { podSecurityOf } from '../../src/session/podSecurity.ts'

const SIZES = [2500, 5000, 10_000]
/** How time may grow when the pods double: 2 is linear. */
const MOST_GROWTH = 3

/** A pod as they are: a main container with probes, a sidecar, an init container, four volumes; each third one hardened. */
function specOf(i: number) {
  const hardened = i % 3 === 0
  const securityContext = hardened
    ? { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
    : i % 50 === 1
      ? { privileged: true }
      : {}
  const probe = { httpGet: { path: '/', port: 8080 } }
  const container = (name: string) => ({
    name,
    image: `registry.example.com/${name}:1`,
    securityContext,
    env: Array.from({ length: 10 }, (_, n) => ({ name: `VAR_${n}`, value: 'x' })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [{ name: 'config', mountPath: '/etc/app' }],
  })
  return {
    securityContext: hardened ? { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } : {},
    hostNetwork: i % 100 === 7,
    initContainers: [container('prepare')],
    containers: [
      { ...container('app'), ports: [{ containerPort: 8080 }], readinessProbe: probe, livenessProbe: probe },
      container('proxy'),
    ],
    volumes: [
      { name: 'config', configMap: { name: 'app' } },
      { name: 'secret', secret: { secretName: 'app' } },
      { name: 'tmp', emptyDir: {} },
      i % 20 === 3 ? { name: 'logs', hostPath: { path: '/var/log' } } : { name: 'data', persistentVolumeClaim: { claimName: 'app' } },
    ],
  }
}

/** A namespace for each 25 pods, a Deployment for each 5. */
function* cluster(pods: number): Generator<KubeObject> {
  for (let i = 0; i < pods; i += 1) {
    const namespace = `ns-${Math.floor(i / 25)}`
    const app = Math.floor(i / 5)
    const labels = { app: `app-${app}`, 'pod-template-hash': '5d9f' }
    if (i % 5 === 0) {
      const template = { metadata: { labels }, spec: specOf(app) }
      const spec = { replicas: 5, selector: { matchLabels: labels }, template }
      yield { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `app-${app}`, namespace }, spec } as unknown as KubeObject
    }
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `app-${app}-5d9f`, controller: true }]
    const metadata = { name: `app-${app}-5d9f-${i}`, namespace, labels, ownerReferences }
    yield { apiVersion: 'v1', kind: 'Pod', metadata, spec: specOf(app) } as unknown as KubeObject
  }
}

const seconds: number[] = []
for (const pods of [2500, ...SIZES]) {
  const now = new Date('2026-11-01T00:00:00Z')
  const state = stateFromObjects([...cluster(pods)], { source: 'snapshot', name: 'bench', now, complete: true })
  const run = () => {
    const began = process.cpuUsage()
    const { preview } = podSecurityOf(state, { level: 'restricted', policyVersion: 'latest' })
    const { user, system } = process.cpuUsage(began)
    return { preview, took: (user + system) / 1e6 }
  }
  // CPU time, of the best of five: others may use the machine as well, and memory is cleaned up now and then.
  const runs = Array.from({ length: 5 }, run)
  const took = Math.min(...runs.map((r) => r.took))
  const { violations = [], namespaces = [] } = runs[0]?.preview ?? {}
  const objects = namespaces.reduce((sum, ns) => sum + ns.objects, 0)
  if (objects !== pods * 1.2 || violations.length < pods) throw new Error(`${objects} objects, ${violations.length} violations`)
  seconds.push(took)
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`${pods} pods, ${pods / 5} Deployments: ${took.toFixed(2)} s of CPU, peak ${peak} MiB, ${violations.length} violations`)
}
const growth = [2, 3].map((i) => (seconds[i] ?? 0) / (seconds[i - 1] ?? 1))
console.log(`Growth when the pods double: ${growth.map((g) => g.toFixed(1)).join(', ')} (at most ${MOST_GROWTH}).`)
process.exitCode = growth.every((g) => g <= MOST_GROWTH) ? 0 : 1

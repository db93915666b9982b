// The matrix of connections at three sizes, its time and its memory; part of `npm run bench`.
import { connect } from '../../src/simulate/network/decide.ts'
import type { PodEnd } from '../../src/simulate/network/endpoints.ts'
import { matrixOf } from '../../src/simulate/network/matrix.ts'
import { worldOf } from '../../src/simulate/network/world.ts'
import { parsePolicies, randomOf } from '../simulate/network/random.ts'

const SIZES = [
  [5000, 500],
  [10_000, 500],
  [20_000, 500],
  [10_000, 250],
  [10_000, 1000],
] as const
/** How time may grow when the pods double (the first three sizes), or the policies (the second, fourth and fifth). 2 is linear. */
const MOST_GROWTH = 3

/** A cluster as they are: a namespace for each 25 pods, workloads of 5, policies that name applications, namespaces and blocks. */
function cluster(pods: number, policies: number) {
  const random = randomOf(pods)
  const namespaces = Array.from({ length: Math.ceil(pods / 25) }, (_, i) => ({
    name: `ns-${i}`,
    labels: { team: `team-${i % 20}`, stage: i % 3 === 0 ? 'live' : 'test' },
  }))
  const ends = Array.from({ length: pods }, (_, i): PodEnd => {
    const namespace = namespaces[Math.floor(i / 25)]?.name ?? ''
    const app = `app-${Math.floor(i / 5) % 5}`
    const ip = `10.${100 + Math.floor(i / 65_536)}.${Math.floor(i / 256) % 256}.${i % 256}`
    const named = [{ name: 'http', port: i % 2 === 0 ? 8080 : 8081, protocol: 'TCP', sure: true }]
    return {
      kind: 'pod',
      namespace,
      name: `pod-${i}`,
      labels: { app, 'pod-template-hash': `${i % 97}`, unique: `${i}` },
      ip,
      node: `node-${i % 100}`,
      named,
    }
  })
  const app = () => ({ matchLabels: { app: `app-${random.below(5)}` } })
  const peer = () =>
    random.pick([
      { podSelector: app() },
      { namespaceSelector: { matchLabels: { team: `team-${random.below(20)}` } } },
      { namespaceSelector: { matchLabels: { stage: 'live' } }, podSelector: app() },
      { ipBlock: { cidr: `10.100.${random.below(256)}.0/24`, except: [`10.100.${random.below(256)}.0/26`] } },
    ])
  const rule = (list: string) => ({
    [list]: random.some(1, 3, peer),
    ports: [random.pick([{ port: 8080 }, { port: 'http' }, { port: 8000, endPort: 9000 }])],
  })
  const objects = Array.from({ length: policies }, (_, i) => ({
    metadata: { name: `p-${i}`, namespace: random.pick(namespaces).name },
    spec: { podSelector: i % 4 === 0 ? {} : app(), policyTypes: ['Ingress', 'Egress'], ingress: [rule('from')], egress: [rule('to')] },
  }))
  return { ends, world: worldOf(parsePolicies(objects), { namespaces: new Map(namespaces.map((n) => [n.name, n.labels])) }) }
}

const port = { port: 8080, protocol: 'TCP' } as const
const seconds: number[] = []
for (const [pods, policies] of [SIZES[0], ...SIZES]) {
  const { ends, world } = cluster(pods, policies)
  const run = () => {
    const began = performance.now()
    const matrix = matrixOf(world, ends, port)
    const summary = matrix.summary()
    return { matrix, summary, took: (performance.now() - began) / 1000 }
  }
  // The machine is shared: the best of three is what the work itself takes.
  const runs = [run(), run(), run()]
  const { matrix, summary } = runs[0] ?? run()
  const took = Math.min(...runs.map((r) => r.took))
  const random = randomOf(7)
  for (let i = 0; i < 2000; i += 1) {
    const [from, to] = [random.below(pods), random.below(pods)]
    const [a, b] = [ends[from], ends[to]]
    if (a === undefined || b === undefined || connect(world, a, b, port).verdict !== matrix.verdict(from, to))
      throw new Error(`pair ${from} ${to}`)
  }
  seconds.push(took)
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`${pods} pods x ${policies} policies: ${took.toFixed(2)} s, peak ${peak} MiB, ${JSON.stringify(summary)}`)
}
const [, small = 1, middle = 1, large = 1, few = 1, many = 1] = seconds
const growth = { pods: [middle / small, large / middle], policies: [middle / few, many / middle] }
const words = Object.entries(growth).map(([what, list]) => `${what} ${list.map((g) => g.toFixed(1)).join(' and ')}`)
console.log(`Growth when these double: ${words.join('; ')} (at most ${MOST_GROWTH}).`)
process.exitCode = [...growth.pods, ...growth.policies].every((g) => g <= MOST_GROWTH) ? 0 : 1

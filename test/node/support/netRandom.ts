import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../../src/simulate/network/decide.ts'
import { nameOf } from '../../../src/simulate/network/endpoints.ts'
import { worldOf } from '../../../src/simulate/network/world.ts'
import { parsePolicies, randomOf, randomPolicies } from '../../simulate/network/random.ts'
import { type Difference, explanationOf } from './netDifferences.ts'
import { NAMESPACES, type NetScene } from './netScene.ts'

export interface Figures {
  sets: number
  pairs: number
  allowed: number
  denied: number
  unknown: number
  /** Pairs that differed at first and not any more a moment later. */
  late: number
  readonly explained: Record<string, number>
  readonly unexplained: Difference[]
}

const namespaces = new Map(NAMESPACES.map((n) => [n.name as string, n.labels as Readonly<Record<string, string>>]))
/** kube-router holds egress to the pod's own node against the policies like any other. */
const KUBE_ROUTER = { toOwnNode: 0, blocksHoldCluster: 2 } as const
const PATIENCE_S = 8
const clusterOf = (scene: NetScene) => ({ pods: scene.ends, namespaces: Object.fromEntries(namespaces) })

/** Random policy sets, each on the real node: what we say against what connects. */
export async function compareSets(scene: NetScene, seed: number, sets: number): Promise<Figures> {
  const figures: Figures = { sets: 0, pairs: 0, allowed: 0, denied: 0, unknown: 0, late: 0, explained: {}, unexplained: [] }
  for (let set = seed; set < seed + sets; set += 1) {
    const policies = randomPolicies(randomOf(set), scene.scene)
    await scene.replace(policies)
    const differing = await differences(scene, set, policies, figures)
    for (const one of differing) {
      const because = explanationOf(one, clusterOf(scene))
      if (because === undefined) figures.unexplained.push(one)
      else figures.explained[because] = (figures.explained[because] ?? 0) + 1
    }
    figures.sets += 1
  }
  return figures
}

async function differences(scene: NetScene, set: number, policies: readonly object[], figures: Figures): Promise<Difference[]> {
  const world = worldOf(parsePolicies(policies), { namespaces, dialect: KUBE_ROUTER })
  const ours = scene.ends.map((from) => scene.targets.map(({ to, port, protocol }) => connect(world, from, to, { port, protocol }).verdict))
  for (const verdict of ours.flat()) figures[verdict] += 1
  figures.pairs += ours.flat().length
  let first: number | undefined
  for (let waited = 0; ; waited += 1) {
    const seen = await scene.probe()
    const differing = scene.ends.flatMap((from, i) =>
      scene.targets.flatMap(({ to, port, protocol }, j): Difference[] => {
        const said = ours[i]?.[j] ?? 'unknown'
        const open = seen[i]?.[j] === true
        if (said === 'unknown' || (said === 'allowed') === open) return []
        return [{ set, from, to, port, protocol, ours: said, open, policies }]
      }),
    )
    first ??= differing.length
    const open = differing.filter((d) => explanationOf(d, clusterOf(scene)) === undefined)
    if (open.length === 0 || waited === PATIENCE_S) {
      figures.late += first - differing.length
      return differing
    }
    await sleep(1000)
  }
}

export function said(figures: Figures): string {
  const { unexplained, ...rest } = figures
  const lines = unexplained
    .slice(0, 20)
    .map(
      (d) =>
        `set ${d.set}: ${nameOf(d.from)} -> ${nameOf(d.to)}:${d.port}/${d.protocol} ours ${d.ours}, really ${d.open ? 'open' : 'closed'}`,
    )
  return `${JSON.stringify(rest)}, unexplained ${unexplained.length}\n${lines.join('\n')}`
}

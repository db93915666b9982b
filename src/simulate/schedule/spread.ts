import type { TopologySpread } from '#model/objects/scheduling.ts'
import { selects, selectsAll } from '../selectors.ts'
import { wantsNode } from './nodeAffinity.ts'
import { untolerated } from './taints.ts'
import { narrowed } from './terms.ts'
import type { NodeView, PodView } from './world.ts'

const UNEVEN = "node(s) didn't match pod topology spread constraints"

/** Says of a node what keeps the pod off it. */
export type Rule = (node: NodeView) => string | undefined

/**
 * Constraints that must hold (`DoNotSchedule`). Counted are pods of the same namespace on nodes that carry the keys of all
 * constraints and that the pod itself may use, as far as its policies say so. Source: podtopologyspread/filtering.go.
 */
export function spreadRule(pod: PodView, nodes: readonly NodeView[]): Rule | undefined {
  const hard = pod.spec.topologySpreadConstraints.filter((c) => (c.whenUnsatisfiable ?? 'DoNotSchedule') === 'DoNotSchedule')
  if (hard.length === 0) return undefined
  const counted = nodes.filter((node) => hard.every((c) => Object.hasOwn(node.labels, c.topologyKey)))
  const rules = hard.map((constraint) => oneRule(pod, constraint, counted))
  return (node) => {
    for (const rule of rules) {
      const why = rule(node)
      if (why !== undefined) return why
    }
    return undefined
  }
}

function oneRule(pod: PodView, constraint: TopologySpread, nodes: readonly NodeView[]): Rule {
  const { topologyKey, maxSkew = 1, minDomains = 1 } = constraint
  const selector = narrowed(constraint.labelSelector, constraint.matchLabelKeys ?? [], pod)
  // The scheduler counts nothing for the empty selector, which elsewhere selects everything.
  const counts = !selectsAll(selector)
  const perDomain = new Map<string, number>()
  for (const node of nodes) {
    if (!isCounted(pod, constraint, node)) continue
    const domain = node.labels[topologyKey] ?? ''
    const own = node.pods.filter((p) => counts && !p.ending && p.namespace === pod.namespace && selects(selector, p.labels)).length
    perDomain.set(domain, (perDomain.get(domain) ?? 0) + own)
  }
  // No domain at all is not a least of zero: the scheduler starts from the largest number there is.
  const least = perDomain.size < minDomains ? 0 : perDomain.size === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...perDomain.values())
  const self = selects(selector, pod.labels) ? 1 : 0
  return (node) => {
    if (!Object.hasOwn(node.labels, topologyKey)) return `${UNEVEN} (missing required label)`
    const there = perDomain.get(node.labels[topologyKey] ?? '') ?? 0
    return there + self - least > maxSkew ? UNEVEN : undefined
  }
}

function isCounted(pod: PodView, { nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpread, node: NodeView): boolean {
  if (nodeAffinityPolicy !== 'Ignore' && !wantsNode(pod.spec, node)) return false
  return nodeTaintsPolicy !== 'Honor' || untolerated(node.taints, pod.spec.tolerations) === undefined
}

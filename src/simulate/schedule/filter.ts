import { lacks, portsTaken } from './fit.ts'
import { wantsNode } from './nodeAffinity.ts'
import { podAffinityRule } from './podAffinity.ts'
import { type Rule, spreadRule } from './spread.ts'
import { isCordonedFor, untolerated } from './taints.ts'
import { volumeRule } from './volumes.ts'
import type { NodeView, PodView, World } from './world.ts'

/** Where a pod could be placed, and what keeps it off each other node, in the scheduler's words. */
export type Placement =
  | { readonly is: 'answer'; readonly nodes: readonly NodeView[]; readonly refused: ReadonlyMap<string, readonly string[]> }
  /** It waits whatever node there is. */
  | { readonly is: 'waits'; readonly why: string }
  /** Decided by what is not read here. */
  | { readonly is: 'unknown'; readonly why: string }

/** A further condition of the question, such as the image that a node must hold. */
export type Extra = (pod: PodView, node: NodeView) => string | undefined

/**
 * The nodes that a new pod could go to, as kube-scheduler's own filters decide with their default settings. Not looked at:
 * how many volumes a node can attach, devices (dynamic resource allocation), other schedulers, plugins of one's own.
 */
export function placementOf(pod: PodView, world: World, extra?: Extra): Placement {
  const blind = blindSpot(pod)
  if (blind !== undefined) return { is: 'unknown', why: blind }
  const volumes = volumeRule(pod, world.volumes)
  if (volumes.is !== 'rule') return volumes
  const rules: readonly (Rule | undefined)[] = [volumes.rule, spreadRule(pod, world.nodes), podAffinityRule(pod, world)]
  const refused = new Map<string, readonly string[]>()
  const nodes = world.nodes.filter((node) => {
    const why = whyNot(pod, node, rules, extra)
    if (why.length > 0) refused.set(node.name, why)
    return why.length === 0
  })
  return { is: 'answer', nodes, refused }
}

function blindSpot({ spec }: PodView): string | undefined {
  if ((spec.schedulerName ?? 'default-scheduler') !== 'default-scheduler') return `it is placed by the scheduler ${spec.schedulerName}`
  if ((spec.resourceClaims ?? []).length > 0) return 'it claims devices (resourceClaims), which are not looked at'
  return undefined
}

/** The first filter that refuses speaks; what is too little is said all at once. */
function whyNot(pod: PodView, node: NodeView, rules: readonly (Rule | undefined)[], extra: Extra | undefined): readonly string[] {
  const { tolerations } = pod.spec
  if (isCordonedFor(node, tolerations)) return ['node(s) were unschedulable']
  const taint = untolerated(node.taints, tolerations)
  if (taint !== undefined) return [`node(s) had untolerated taint(s) {${taint.key}: ${taint.value ?? ''}}`]
  if (!wantsNode(pod.spec, node)) return ["node(s) didn't match Pod's node affinity/selector"]
  if (portsTaken(pod, node)) return ["node(s) didn't have free ports for the requested pod ports"]
  const short = lacks(pod, node)
  if (short.length > 0) return short
  for (const rule of rules) {
    const why = rule?.(node)
    if (why !== undefined) return [why]
  }
  const more = extra?.(pod, node)
  return more === undefined ? [] : [more]
}

/** How often each reason was given, as the scheduler's message counts them. */
export function reasonsOf(refused: ReadonlyMap<string, readonly string[]>): readonly { readonly reason: string; readonly nodes: number }[] {
  const counts = new Map<string, number>()
  for (const reasons of refused.values()) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, nodes]) => ({ reason, nodes })).toSorted((a, b) => b.nodes - a.nodes || (a.reason < b.reason ? -1 : 1))
}

import type { Toleration } from '#model/objects/scheduling.ts'
import type { NodeView, Taint } from './world.ts'

/** What a cordoned node is as good as tainted with. Source: component-helpers, NodeUnschedulable. */
const CORDON: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Does the toleration tolerate the taint? An absent key with Exists tolerates all, an absent effect any. Source: core/v1 toleration.go. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = '', value = '', effect = '' } = toleration
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  if (operator === 'Exists') return true
  return (operator === '' || operator === 'Equal') && value === (taint.value ?? '')
}

/** The first taint that keeps new pods with these tolerations off the node. */
export function untolerated(taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | undefined {
  return taints.find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((t) => tolerates(t, taint)))
}

export function isCordonedFor(node: NodeView, tolerations: readonly Toleration[]): boolean {
  return node.unschedulable && untolerated([CORDON], tolerations) !== undefined
}

/** Does the node take pods that tolerate nothing? Only such nodes are capacity for whatever comes. */
export function takesAnyPod(node: NodeView): boolean {
  return !node.unschedulable && untolerated(node.taints, []) === undefined
}

import type { NodeRequirement, NodeSelector } from '#model/objects/scheduling.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import type { Labels } from '../selectors.ts'

interface NodeNamed {
  readonly name: string
  readonly labels: Labels
}

/** Does the node have what the pod's nodeSelector and required node affinity ask for? Both must hold. */
export function wantsNode(spec: Pick<PodSpec, 'nodeSelector' | 'affinity'>, node: NodeNamed): boolean {
  for (const [key, value] of Object.entries(spec.nodeSelector)) if (labelOf(node.labels, key) !== value) return false
  const required = spec.affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || matchesNode(required, node)
}

/** One term is enough; a term without requirements matches nothing. Source: component-helpers, nodeaffinity.go. */
export function matchesNode(selector: NodeSelector, node: NodeNamed): boolean {
  return selector.nodeSelectorTerms.some(
    ({ matchExpressions, matchFields }) =>
      matchExpressions.length + matchFields.length > 0 &&
      matchExpressions.every((r) => holds(r, labelOf(node.labels, r.key))) &&
      matchFields.every((r) => r.key === 'metadata.name' && holds(r, node.name)),
  )
}

function holds({ operator, values }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
    case 'Lt':
      return compares(operator, value, values[0])
    default:
      return false
  }
}

/** Whole numbers on both sides, or it does not hold. */
function compares(operator: 'Gt' | 'Lt', value: string | undefined, than: string | undefined): boolean {
  const whole = /^[+-]?\d+$/
  if (value === undefined || than === undefined || !whole.test(value) || !whole.test(than)) return false
  return operator === 'Gt' ? BigInt(value) > BigInt(than) : BigInt(value) < BigInt(than)
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

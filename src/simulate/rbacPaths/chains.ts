import type { ObjectRef } from '#model/refs.ts'
import type { NamedSubject } from '../rbacNamed.ts'
import { everythingIn, GOAL, GOAL_ADMISSION, GOAL_NODE, KUBELETS, namespaceOfHub, nodeHub, subjectOfNode } from './hubs.ts'
import { liesInNamespace } from './powers.ts'
import type { Edge, Move, Need, Place, Right, Step } from './types.ts'

/** The steps of a way: each edge with a move, with what it leads to before the next one. */
export function stepsOf(start: NamedSubject, edges: readonly Edge[]): readonly Step[] {
  const steps: Step[] = []
  let by = start
  for (let i = 0; i < edges.length; i += 1) {
    const move = edges[i]?.move
    if (move === undefined) continue
    const rest = edges.slice(i + 1)
    const end = rest.findIndex((e) => e.move !== undefined)
    const trail = edges.slice(i, end < 0 ? edges.length : i + 1 + end).map((e) => e.to)
    const step = stepOf(by, move, trail)
    steps.push(step)
    if (step.to.kind === 'subject') by = step.to.subject
  }
  return steps
}

function stepOf(by: NamedSubject, move: Move, trail: readonly string[]): Step {
  const to = placeOf(trail)
  const through = throughOf(trail)
  return {
    kind: move.kind,
    by,
    rights: move.needs.map((need) => rightOf(need, trail, to)),
    to,
    ...(through === undefined ? {} : { through }),
    ...(move.assumes === undefined ? {} : { assumes: move.assumes }),
  }
}

const ADMIN = { kind: 'ClusterRole', name: 'cluster-admin' }

/** Where a trail ends: the goal, the first subject on it, or what lies between. */
function placeOf(trail: readonly string[]): Place {
  const last = trail.at(-1) ?? ''
  const node = nodeOn(trail)
  const named = node === undefined ? {} : { name: node }
  const subject = trail.map(subjectOfNode).find((s) => s !== undefined)
  if (subject !== undefined) return { kind: 'subject', subject }
  if (last === GOAL) return { kind: 'everything' }
  if (last === GOAL_ADMISSION) return { kind: 'admission' }
  if (last === GOAL_NODE) return { kind: 'control-plane-node', ...named }
  if (last === KUBELETS) return { kind: 'kubelet' }
  if (last.startsWith(everythingIn(''))) return { kind: 'role', role: ADMIN, namespace: last.slice(everythingIn('').length) }
  const [, kind, place, name] = /^#role\/(\w+)\/([^/]+)\/(.*)$/.exec(trail.findLast((n) => n.startsWith('#role/')) ?? '') ?? []
  if (kind !== undefined && name !== undefined)
    return { kind: 'role', role: { kind, name }, ...(place === undefined || place === '*' ? {} : { namespace: place }) }
  return { kind: 'node', ...named }
}

function nodeOn(trail: readonly string[]): string | undefined {
  const node = trail.findLast((n) => n.startsWith(nodeHub('')) && n !== nodeHub())
  return node?.slice(nodeHub('').length)
}

/** The object that the step goes through, the nearest to its end. */
function throughOf(trail: readonly string[]): ObjectRef | undefined {
  for (const at of trail.toReversed()) {
    const [, what, namespace = '', rest = ''] = /^#(pod|secret|workload)\/([^/]+)\/(.*)$/.exec(at) ?? []
    if (what === 'pod') return { apiVersion: 'v1', kind: 'Pod', namespace, name: rest }
    if (what === 'secret') return { apiVersion: 'v1', kind: 'Secret', namespace, name: rest }
    if (what === 'workload')
      return { apiVersion: rest.slice(0, rest.indexOf('/')), kind: rest.split('/')[1] ?? '', namespace, name: lastPart(rest) }
    const node = nodeOn([at])
    if (node !== undefined) return { apiVersion: 'v1', kind: 'Node', name: node }
  }
  return undefined
}

function lastPart(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1)
}

function rightOf({ held, name: what, namespace: own }: Need, trail: readonly string[], to: Place): Right {
  const { verb, group, resource } = held.wanted
  const found = trail.map(namespaceOfHub).findLast((ns) => ns !== undefined)
  const account = to.kind === 'subject' && to.subject.kind === 'ServiceAccount' ? to.subject.namespace : undefined
  const scope = held.scope.kind === 'namespace' ? held.scope.namespace : undefined
  // bind on a ClusterRole is asked for in the namespace of the binding.
  const inside = liesInNamespace(held.wanted) || (verb === 'bind' && found !== undefined)
  const namespace = own ?? (inside ? (scope ?? found ?? account) : undefined)
  const name = nameOf(what, trail, to)
  return {
    verb,
    group,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(held.via === undefined ? {} : { via: held.via }),
  }
}

function nameOf(what: Need['name'], trail: readonly string[], to: Place): string | undefined {
  if (typeof what === 'object') return what.name
  const on = (prefix: string) => trail.findLast((n) => n.startsWith(prefix))
  switch (what) {
    case 'none':
      return undefined
    case 'account':
    case 'subject':
      return to.kind === 'subject' ? to.subject.name : undefined
    case 'pod':
      return partOf(on('#pod/'))
    case 'secret':
      return partOf(on('#secret/'))
    case 'workload':
      return partOf(on('#workload/'))
    case 'binding':
      return partOf(on('#binding/'))
    case 'role':
      return on('#binding/')?.split('/').at(-2) ?? (to.kind === 'role' ? to.role.name : undefined)
    case 'node':
      return nodeOn(trail)
  }
}

/** Names of RBAC objects may hold a slash nowhere; the last part is the name. */
function partOf(node: string | undefined): string | undefined {
  return node === undefined ? undefined : lastPart(node)
}

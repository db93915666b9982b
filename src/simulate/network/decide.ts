import type { Doubt, PairAnswer, SideAnswer, Verdict } from '#model/network.ts'
import { selects } from '../selectors.ts'
import { type Endpoint, isSame, nameOf, type Port } from './endpoints.ts'
import { peerHolds, portsHold } from './match.ts'
import type { Direction } from './rules.ts'
import { any, both, either, type Tri } from './tri.ts'
import type { CompiledPolicy, CompiledRule, World } from './world.ts'

/** What one side says, before it is put into words. */
export interface Side {
  readonly sure: Tri
  readonly isolatedBy: readonly CompiledPolicy[]
  readonly allowedBy: readonly CompiledPolicy[]
  readonly doubts: readonly Doubt[]
}

const OPEN: Side = { sure: 2, isolatedBy: [], allowedBy: [], doubts: [] }

/** The policies that select this end in a direction; none means: not isolated, everything is let through. */
export function isolating(world: World, end: Endpoint, direction: Direction): readonly CompiledPolicy[] {
  if (end.kind !== 'pod') return []
  const own = world.policies.get(end.namespace) ?? []
  return own.filter((p) => p.rules.has(direction) && selects(p.selector, end.labels))
}

/** Does a rule of the policy let this connection through? */
export function lets(
  world: World,
  policy: CompiledPolicy,
  direction: Direction,
  other: Endpoint,
  port: Port | undefined,
  destination: Endpoint,
): Tri {
  return any(policy.rules.get(direction) ?? [], (rule) =>
    both(portsHold(rule.ports, port, destination), peersHold(world, policy, rule, direction, other)),
  )
}

export function peersHold(world: World, policy: CompiledPolicy, rule: CompiledRule, direction: Direction, other: Endpoint): Tri {
  if (rule.peers.length === 0) return 2
  return any(rule.peers, (peer) => peerHolds(peer, policy.namespace, other, direction, world.labelsOf, world.dialect))
}

/** What the egress of `own` towards `other`, or its ingress from there, says. */
export function sideOf(world: World, direction: Direction, own: Endpoint, other: Endpoint, port: Port | undefined): Side {
  if (own.kind === 'outside') return OPEN
  const destination = direction === 'Ingress' ? own : other
  const isolatedBy = isolating(world, own, direction)
  const answers = isolatedBy.map((policy) => ({ policy, tri: lets(world, policy, direction, other, port, destination) }))
  const allowedBy = answers.filter((a) => a.tri > 0).map((a) => a.policy)
  let sure: Tri = isolatedBy.length === 0 ? 2 : answers.reduce<Tri>((best, a) => either(best, a.tri), 0)
  const doubts: Doubt[] = []
  if (direction === 'Egress' && sure < 2 && own.kind === 'pod' && other.kind === 'node')
    sure = either(sure, toNode(world, own.node, other.node))
  if (sure === 1) doubts.push({ kind: 'undefined' })
  // What is let through stays so whichever policies come on top; what is denied or open does not.
  if (own.kind === 'pod' && world.unseen(own.namespace) && !(isolatedBy.length > 0 && sure === 2)) {
    sure = 1
    doubts.push({ kind: 'unseen', namespace: own.namespace })
  }
  for (const policy of world.foreign)
    if (policy.affects(own, direction, other, port, { sure, isolated: isolatedBy.length > 0 })) {
      sure = 1
      doubts.push({ kind: 'foreign', policy: policy.ref })
    }
  return { sure, isolatedBy, allowedBy, doubts }
}

/** Egress to a node that no rule names: a pod’s own may be reached all the same. */
export function toNode(world: World, from: string | undefined, to: string | undefined): Tri {
  if (from === undefined || to === undefined) return world.dialect.toOwnNode === 0 ? 0 : 1
  return from === to ? world.dialect.toOwnNode : 0
}

/** May `from` connect to `to`? Its egress and the other's ingress must both let it through. */
export function connect(world: World, from: Endpoint, to: Endpoint, port?: Port): PairAnswer {
  const always = alwaysOf(from, to)
  const egress = always === 'self' ? OPEN : sideOf(world, 'Egress', from, to, port)
  const ingress = always === 'self' || always === 'own-node' ? OPEN : fromNode(from, to, sideOf(world, 'Ingress', to, from, port))
  return {
    from: nameOf(from),
    to: nameOf(to),
    port: port === undefined ? 'any' : `${port.port}/${port.protocol}`,
    verdict: verdictOf(both(egress.sure, ingress.sure)),
    ...(always === undefined ? {} : { always }),
    egress: answerOf(egress),
    ingress: answerOf(ingress),
  }
}

/** Traffic that no policy is asked about. */
function alwaysOf(from: Endpoint, to: Endpoint): PairAnswer['always'] {
  if (from.kind === 'node' && to.kind === 'node') return 'nodes'
  if (isSame(from, to)) return 'self'
  return from.kind === 'node' && to.kind === 'pod' && from.node !== undefined && from.node === to.node ? 'own-node' : undefined
}

/** Where it is not known whether the node is that of the pod, what is denied is not sure. */
function fromNode(from: Endpoint, to: Endpoint, side: Side): Side {
  if (from.kind !== 'node' || to.kind !== 'pod' || side.sure > 0 || (from.node !== undefined && to.node !== undefined)) return side
  return { ...side, sure: 1, doubts: [...side.doubts, { kind: 'undefined' }] }
}

export function verdictOf(sure: Tri): Verdict {
  return sure === 2 ? 'allowed' : sure === 0 ? 'denied' : 'unknown'
}

function answerOf({ sure, isolatedBy, allowedBy, doubts }: Side): SideAnswer {
  return { verdict: verdictOf(sure), isolatedBy: isolatedBy.map((p) => p.ref), allowedBy: allowedBy.map((p) => p.ref), doubts }
}

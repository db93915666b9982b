import { emptyRange, type Range } from './bits.ts'
import { type EndClass, firstAbove } from './classes.ts'
import { isolating, toNode } from './decide.ts'
import type { Port } from './endpoints.ts'
import { type CompiledPeer, peerHolds, portsHold, selectsNamespace } from './match.ts'
import type { Direction } from './rules.ts'
import { both, type Tri } from './tri.ts'
import type { CompiledPolicy, CompiledRule, World } from './world.ts'

/** For each class, which others its egress (or ingress) lets through; classes with the same answer share it. */
export interface Reach {
  readonly groups: readonly { readonly members: readonly number[]; readonly others: Range }[]
  /** The group of a class. */
  readonly groupOf: readonly number[]
}

/** One direction of all classes at once. */
export function reachOf(world: World, classes: readonly EndClass[], direction: Direction, port: Port | undefined): Reach {
  const peers = new PeerSets(world, classes)
  const keys = new Map<string, number>()
  const groups: { members: number[]; others: Range }[] = []
  const numbers = new Map([...world.policies.values()].flat().map((p, i) => [p, i]))
  const groupOf = classes.map((own, i) => {
    const policies = isolating(world, own.rep, direction)
    const key = groupKey(world, own, direction, policies.map((p) => numbers.get(p)).join(), i)
    const known = keys.get(key)
    if (known !== undefined) {
      groups[known]?.members.push(i)
      return known
    }
    keys.set(key, groups.length)
    groups.push({ members: [i], others: others(world, classes, own, direction, policies, port, peers) })
    return groups.length - 1
  })
  return { groups, groupOf }
}

function groupKey(world: World, { rep }: EndClass, direction: Direction, policies: string, i: number): string {
  const unseen = rep.kind === 'pod' && world.unseen(rep.namespace)
  // Ports by name are looked up on the destination, which for ingress is the end itself.
  const names = direction === 'Ingress' && policies !== '' ? rep.named : []
  const own = world.foreign.length > 0 ? i : ''
  return JSON.stringify([rep.kind, rep.node === undefined, policies, unseen, names, own])
}

function others(
  world: World,
  classes: readonly EndClass[],
  { rep }: EndClass,
  direction: Direction,
  policies: readonly CompiledPolicy[],
  port: Port | undefined,
  peers: PeerSets,
): Range {
  const range = emptyRange(classes.length)
  const isolated = policies.length > 0
  if (!isolated) {
    range.sure.fill()
    range.maybe.fill()
  }
  for (const policy of policies)
    for (const rule of policy.rules.get(direction) ?? []) addRule(range, classes, rep, policy, rule, direction, port, peers)
  if (rep.kind === 'pod') {
    for (const j of peers.nodes) {
      const node = classes[j]?.rep.node
      const unknownNode = rep.node === undefined || node === undefined
      if (direction === 'Egress' ? toNode(world, rep.node, node) > 0 : unknownNode) range.maybe.add(j)
    }
    if (world.unseen(rep.namespace)) {
      if (!isolated) range.sure.clear()
      range.maybe.fill()
    }
  }
  if (world.foreign.length > 0) addForeign(world, range, classes, rep, direction, port, isolated)
  return range
}

function addRule(
  range: Range,
  classes: readonly EndClass[],
  own: EndClass['rep'],
  policy: CompiledPolicy,
  rule: CompiledRule,
  direction: Direction,
  port: Port | undefined,
  peers: PeerSets,
): void {
  const named = direction === 'Egress' && rule.ports.some((p) => typeof p.port === 'string')
  const whole = named ? 2 : portsHold(rule.ports, port, direction === 'Ingress' ? own : { kind: 'outside' })
  if (whole === 0) return
  const held = peers.of(policy, rule, direction)
  if (!named) {
    if (whole === 2) range.sure.addAll(held.sure)
    range.maybe.addAll(held.maybe)
    return
  }
  classes.forEach(({ rep }, j) => {
    if (!held.maybe.has(j)) return
    const tri = both(portsHold(rule.ports, port, rep), held.sure.has(j) ? 2 : 1)
    if (tri === 2) range.sure.add(j)
    if (tri > 0) range.maybe.add(j)
  })
}

function addForeign(
  world: World,
  range: Range,
  classes: readonly EndClass[],
  own: EndClass['rep'],
  direction: Direction,
  port: Port | undefined,
  isolated: boolean,
): void {
  classes.forEach(({ rep }, j) => {
    const sure: Tri = range.sure.has(j) ? 2 : range.maybe.has(j) ? 1 : 0
    if (!world.foreign.some((f) => f.affects(own, direction, rep, port, { sure, isolated }))) return
    range.sure.remove(j)
    range.maybe.add(j)
  })
}

/** The classes that a rule's peers hold; selectors recur, so each is worked out once. */
class PeerSets {
  private readonly byNamespace = new Map<string, number[]>()
  private readonly known = new Map<string, Range>()
  private readonly rules = new Map<CompiledRule, Range>()

  private readonly world: World
  private readonly classes: readonly EndClass[]
  /** Classes by the place of their address, and those without one. */
  private readonly placed: readonly number[]
  private readonly places: readonly bigint[]
  private readonly elsewhere: readonly number[]
  readonly nodes: readonly number[]

  constructor(world: World, classes: readonly EndClass[]) {
    this.world = world
    this.classes = classes
    const at = (i: number) => classes[i]?.place ?? 0n
    const all = [...classes.keys()]
    this.placed = all.filter((i) => classes[i]?.place !== undefined).toSorted((a, b) => (at(a) < at(b) ? -1 : 1))
    this.places = this.placed.map(at)
    this.elsewhere = all.filter((i) => classes[i]?.place === undefined)
    this.nodes = all.filter((i) => classes[i]?.rep.kind === 'node')
    classes.forEach(({ rep }, i) => {
      const namespace = (rep.kind === 'pod' ? rep.namespace : rep.pod?.namespace) ?? ''
      const here = this.byNamespace.get(namespace)
      if (here === undefined) this.byNamespace.set(namespace, [i])
      else here.push(i)
    })
  }

  of(policy: CompiledPolicy, rule: CompiledRule, direction: Direction): Range {
    const known = this.rules.get(rule)
    if (known !== undefined) return known
    const range = emptyRange(this.classes.length)
    if (rule.peers.length === 0) {
      range.sure.fill()
      range.maybe.fill()
    }
    for (const peer of rule.peers) {
      const held = this.peer(peer, policy.namespace, direction)
      range.sure.addAll(held.sure)
      range.maybe.addAll(held.maybe)
    }
    this.rules.set(rule, range)
    return range
  }

  private peer(compiled: CompiledPeer, own: string, direction: Direction): Range {
    const { peer } = compiled
    const scope = peer.ipBlock === undefined && peer.namespaceSelector === undefined ? own : ''
    const key = JSON.stringify([peer, scope, direction])
    const known = this.known.get(key)
    if (known !== undefined) return known
    const range = emptyRange(this.classes.length)
    for (const i of this.candidates(compiled, own)) {
      const end = this.classes[i]?.rep
      if (end === undefined) continue
      const tri = peerHolds(compiled, own, end, direction, this.world.labelsOf, this.world.dialect)
      if (tri === 2) range.sure.add(i)
      if (tri > 0) range.maybe.add(i)
    }
    this.known.set(key, range)
    return range
  }

  /** Those that can be meant at all: between two addresses, of one namespace, of the namespaces that are selected. */
  private candidates({ peer, block }: CompiledPeer, own: string): Iterable<number> {
    if (peer.ipBlock !== undefined) {
      const [first = 0n, end = 0n] = block?.borders ?? []
      const within = this.placed.slice(firstAbove(this.places, first - 1n), firstAbove(this.places, end - 1n))
      return [...within, ...this.elsewhere]
    }
    const { namespaceSelector } = peer
    if (namespaceSelector === undefined) return this.byNamespace.get(own) ?? []
    const names = [...this.byNamespace.keys()].filter((n) => selectsNamespace(namespaceSelector, n, this.world.labelsOf) > 0)
    return names.flatMap((n) => this.byNamespace.get(n) ?? [])
  }
}

import { placeOf } from './cidr.ts'
import type { NodeEnd, PodEnd, Port } from './endpoints.ts'
import { type CompiledPeer, peerHolds } from './match.ts'
import type { World } from './world.ts'

type End = PodEnd | NodeEnd

/** Ends that no policy tells apart; `rep` stands for all of them. */
export interface EndClass {
  readonly rep: End
  readonly members: readonly number[]
  /** Where the address of `rep` stands (`placeOf`), which no block tells from those of the others; undefined where it is not one address. */
  readonly place: bigint | undefined
}

/**
 * Groups ends: of the labels of thousands of pods only those count that a selector asks for, of their addresses only which
 * blocks hold them, of their ports only whether a name that is used is the port in question. Which node a pod is on counts
 * towards pods on that node's own network only; those pairs are looked at one by one.
 */
export function classesOf(world: World, ends: readonly End[], port: Port | undefined): readonly EndClass[] {
  const asked = askedFor(world)
  const found = new Map<string, { rep: End; members: number[]; place: bigint | undefined }>()
  ends.forEach((end, i) => {
    const place = end.kind === 'pod' && end.ip !== undefined && end.otherIps === undefined ? placeOf(end.ip) : undefined
    const zone = place === undefined ? undefined : firstAbove(asked.borders, place)
    const key = signature(world, asked, end, zone, port)
    const known = found.get(key)
    if (known === undefined) found.set(key, { rep: standIn(end, i), members: [i], place })
    else known.members.push(i)
  })
  return [...found.values()]
}

interface Asked {
  readonly labels: readonly string[]
  readonly blocks: readonly CompiledPeer[]
  readonly names: ReadonlySet<string>
  /** Between two neighbours of these no block begins or ends. */
  readonly borders: readonly bigint[]
  /** Which blocks hold a zone, as they were asked for. */
  readonly zones: Map<number, string>
}

function askedFor(world: World): Asked {
  const labels = new Set<string>()
  const blocks = new Map<string, CompiledPeer>()
  const names = new Set<string>()
  const note = (selector: { matchLabels: Readonly<Record<string, string>>; matchExpressions: readonly { key: string }[] } | undefined) => {
    for (const key of Object.keys(selector?.matchLabels ?? {})) labels.add(key)
    for (const { key } of selector?.matchExpressions ?? []) labels.add(key)
  }
  for (const policies of world.policies.values())
    for (const policy of policies) {
      note(policy.selector)
      for (const rule of [...policy.rules.values()].flat()) {
        for (const { port } of rule.ports) if (typeof port === 'string') names.add(port)
        for (const compiled of rule.peers) {
          note(compiled.peer.podSelector)
          if (compiled.peer.ipBlock !== undefined) blocks.set(JSON.stringify(compiled.peer.ipBlock), compiled)
        }
      }
    }
  const borders = new Set([...blocks.values()].flatMap(({ block }) => block?.borders ?? []))
  const sorted = [...borders].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return { labels: [...labels].toSorted(), blocks: [...blocks.values()], names, borders: sorted, zones: new Map() }
}

/** The index of the first of these sorted numbers that is above the value. */
export function firstAbove(sorted: readonly bigint[], value: bigint): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0n) <= value) low = middle + 1
    else high = middle
  }
  return low
}

function signature(world: World, asked: Asked, end: End, zone: number | undefined, port: Port | undefined): string {
  const pod = end.kind === 'pod' ? end : end.pod
  // What other kinds of policies ask for is theirs: then every label counts.
  const labels = world.foreign.length > 0 ? Object.entries(pod?.labels ?? {}).flat() : asked.labels.map((key) => pod?.labels[key])
  const held = (direction: 'Ingress' | 'Egress') =>
    asked.blocks.map((b) => peerHolds(b, '', end, direction, world.labelsOf, world.dialect)).join('')
  const names = end.named
    .filter((n) => asked.names.has(n.name) && (port === undefined || (n.port === port.port && n.protocol === port.protocol)))
    .map((n) => `${n.name}${n.sure}`)
  const inZone = (known: number) => {
    const text = asked.zones.get(known) ?? held('Egress')
    asked.zones.set(known, text)
    return text
  }
  const blocks = end.kind === 'node' ? [held('Ingress'), held('Egress')] : [zone === undefined ? held('Egress') : inZone(zone)]
  return JSON.stringify([end.kind, end.node === undefined, pod?.namespace, labels, blocks, names])
}

/** On a node of its own: what is true of pairs on one node is not true of the class. */
function standIn(end: End, i: number): End {
  return end.node === undefined ? end : { ...end, node: `class ${i}` }
}

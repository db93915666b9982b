import type { NodeEnd, PodEnd, Port } from './endpoints.ts'
import { type CompiledPeer, peerHolds } from './match.ts'
import type { World } from './world.ts'

type End = PodEnd | NodeEnd

/** Ends that no policy tells apart; `rep` stands for all of them. */
export interface EndClass {
  readonly rep: End
  readonly members: readonly number[]
}

/**
 * Groups ends: of the labels of thousands of pods only those count that a selector asks for, of their addresses only which
 * blocks hold them, of their ports only whether a name that is used is the port in question. Which node a pod is on counts
 * towards pods on that node's own network only; those pairs are looked at one by one.
 */
export function classesOf(world: World, ends: readonly End[], port: Port | undefined): readonly EndClass[] {
  const asked = askedFor(world)
  const found = new Map<string, { rep: End; members: number[] }>()
  ends.forEach((end, i) => {
    const key = signature(world, asked, end, port)
    const known = found.get(key)
    if (known === undefined) found.set(key, { rep: standIn(end, i), members: [i] })
    else known.members.push(i)
  })
  return [...found.values()]
}

interface Asked {
  readonly labels: readonly string[]
  readonly blocks: readonly CompiledPeer[]
  readonly names: ReadonlySet<string>
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
  return { labels: [...labels].toSorted(), blocks: [...blocks.values()], names }
}

function signature(world: World, asked: Asked, end: End, port: Port | undefined): string {
  const pod = end.kind === 'pod' ? end : end.pod
  // What other kinds of policies ask for is theirs: then every label counts.
  const labels = world.foreign.length > 0 ? Object.entries(pod?.labels ?? {}).flat() : asked.labels.map((key) => pod?.labels[key])
  const held = (direction: 'Ingress' | 'Egress') =>
    asked.blocks.map((b) => peerHolds(b, '', end, direction, world.labelsOf, world.dialect)).join('')
  const names = end.named
    .filter((n) => asked.names.has(n.name) && (port === undefined || (n.port === port.port && n.protocol === port.protocol)))
    .map((n) => `${n.name}${n.sure}`)
  const blocks = end.kind === 'node' ? [held('Ingress'), held('Egress')] : [held('Egress')]
  return JSON.stringify([end.kind, end.node === undefined, pod?.namespace, labels, blocks, names])
}

/** On a node of its own: what is true of pairs on one node is not true of the class. */
function standIn(end: End, i: number): End {
  return end.node === undefined ? end : { ...end, node: `class ${i}` }
}

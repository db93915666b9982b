import type { Item } from '#model/kinds.ts'
import type { PullLoss } from '#model/loss.ts'
import { refKey } from '#model/refs.ts'
import { pullPolicyOf } from '../images/pullPolicy.ts'
import { registryOf } from '../images/reference.ts'
import type { Extra } from '../schedule/filter.ts'
import { pullsFrom, unpullable } from './images.ts'
import type { Running, Scene } from './scene.ts'

/** The registries that images of running pods come from. */
export function registriesOf(scene: Scene): readonly string[] {
  const images = scene.running.flatMap(({ pod }) => [...pod.spec.initContainers, ...pod.spec.containers].map((c) => c.image))
  return [...new Set(images.filter((image) => image !== '').map(registryOf))].filter((name) => name !== '').toSorted()
}

/** Each workload with images of the lost registries: whether it starts again where it is, and where else it could. */
export function pullLosses(scene: Scene, registries: ReadonlySet<string>, lost: ReadonlySet<string>): readonly PullLoss[] {
  const groups = Map.groupBy(scene.running, (r) => refKey(r.owner))
  const nodes = scene.lists.nodes.filter((n) => !lost.has(n.metadata.name))
  return [...groups.values()].flatMap((running): PullLoss[] => {
    const pulling = running.filter((r) => pullsFrom(r.pod.spec, registries).length > 0)
    const [one] = pulling
    if (one === undefined) return []
    const containers = pullsFrom(one.pod.spec, registries)
    const always = containers.some((c) => pullPolicyOf(c) === 'Always')
    const own = new Set(running.map((r) => r.node))
    const others = nodes.filter((n) => !own.has(n.metadata.name))
    const holds = others.map((node) => ({ node, there: heldBy(node, one, registries) }))
    return [
      {
        object: one.owner,
        images: [...new Set(pulling.flatMap((r) => pullsFrom(r.pod.spec, registries).map((c) => c.image)))].toSorted(),
        restart: always ? 'fails' : 'fine',
        elsewhere: holds.filter((h) => h.there === 'yes').map((h) => h.node.metadata.name),
        others: others.length,
        elsewhereUnknown: holds.filter((h) => h.there === 'unknown').length,
      },
    ]
  })
}

function heldBy(node: Item<'nodes'>, { pod }: Running, registries: ReadonlySet<string>): 'yes' | 'no' | 'unknown' {
  const { no, unknown } = unpullable(pod.spec, registries, node)
  return no.length > 0 ? 'no' : unknown.length > 0 ? 'unknown' : 'yes'
}

/** Keeps pods off nodes on which an image of theirs can neither be pulled nor lies already. */
export function pullable(scene: Scene, registries: ReadonlySet<string>): Extra | undefined {
  if (registries.size === 0) return undefined
  const nodes = new Map(scene.lists.nodes.map((n) => [n.metadata.name, n]))
  return (pod, { name }) => {
    const node = nodes.get(name)
    const missing = node === undefined ? [] : unpullable(pod.spec, registries, node).no
    return missing.length === 0 ? undefined : `node(s) without an image that cannot be pulled (${missing[0]})`
  }
}

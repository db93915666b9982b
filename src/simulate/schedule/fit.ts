import type { PodSpec } from '#model/objects/workload.ts'
import type { NodeView, PodView } from './world.ts'

/** What of the node is too little for the pod: `Too many pods`, `Insufficient cpu`. What is not asked for is never too little. */
export function lacks(pod: PodView, node: NodeView): readonly string[] {
  const short: string[] = []
  const slots = node.allocatable.get('pods')
  if (slots !== undefined && BigInt(node.pods.length + 1) * 1000n > slots) short.push('Too many pods')
  for (const [resource, amount] of pod.requests) {
    if (amount === 0n) continue
    const free = (node.allocatable.get(resource) ?? 0n) - (node.used.get(resource) ?? 0n)
    if (amount > free) short.push(`Insufficient ${resource}`)
  }
  return short
}

interface HostPort {
  readonly port: number
  readonly protocol: string
  readonly ip: string
}

/** Is a port of the node that the pod wants already taken? An address of its own clashes with all addresses, and with itself. */
export function portsTaken(pod: PodView, node: NodeView): boolean {
  const wanted = hostPorts(pod.spec)
  if (wanted.length === 0) return false
  const taken = node.pods.flatMap((other) => hostPorts(other.spec))
  return wanted.some((a) =>
    taken.some((b) => a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY)),
  )
}

const ANY = '0.0.0.0'

/** Ports on the node, of containers that go on running: an init container only counts as a sidecar. */
function hostPorts(spec: PodSpec): readonly HostPort[] {
  return [...spec.initContainers.filter((c) => c.restartPolicy === 'Always'), ...spec.containers].flatMap(({ ports }) =>
    ports.flatMap(({ hostPort, containerPort, hostIP, protocol }) => {
      // On the node's own network a port is the node's, said or not; the API server writes it down.
      const port = hostPort ?? (spec.hostNetwork === true ? containerPort : 0)
      return port === 0 ? [] : [{ port, protocol: protocol ?? 'TCP', ip: hostIP === undefined || hostIP === '' ? ANY : hostIP }]
    }),
  )
}

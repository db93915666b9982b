import type { Endpoint, PodEnd } from '../../../src/simulate/network/endpoints.ts'
import { type Cluster, DEFECTS, type Defect, kubeRouter, type Packet } from '../../simulate/network/kubeRouter.ts'

/** One connection of which we and the network say different things. */
export interface Difference {
  readonly set: number
  readonly from: PodEnd
  readonly to: Endpoint
  readonly port: number
  readonly protocol: string
  readonly ours: string
  readonly open: boolean
  readonly policies: readonly object[]
}

const ALL = Object.keys(DEFECTS) as Defect[]
const PAIRS = ALL.flatMap((a, i) => ALL.slice(i + 1).map((b) => [a, b]))

/**
 * The defects of kube-router that explain a difference: the fewest with which its own rules give what was seen, while the
 * specification (no defect) gives what we said. Undefined where nothing explains it.
 */
export function explanationOf({ from, to, port, protocol, policies, open, ours }: Difference, cluster: Cluster): string | undefined {
  const address = to.kind === 'node' ? to.ips[0] : to.ip
  if (from.ip === undefined || address === undefined) return undefined
  // To kube-router a node is an address like any other.
  const packet: Packet = { from: from.ip, to: address, port, protocol }
  const says = (defects: readonly Defect[]) => kubeRouter(cluster, policies, new Set(defects))(packet)
  if (says([]) !== (ours === 'allowed')) return undefined
  return [...ALL.map((d) => [d]), ...PAIRS, ALL].find((defects) => says(defects) === open)?.join('+')
}

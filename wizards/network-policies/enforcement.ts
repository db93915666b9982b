import { itemsOf, type State } from '#model/state.ts'

export type Enforcement = 'enforced' | 'inert' | 'unknown'

const ENFORCES = /(calico|canal|cilium|antrea|kube-router|weave|kube-ovn|ovn|romana|kindnet|azure-npm|network-policy)/i
const INERT = /flannel/i

/** Does anything in this cluster carry out network policies? Told by what runs on the nodes; not seen is unknown, never "no". */
export function enforcement(state: State): Enforcement {
  const names = itemsOf(state, 'daemonSets').map((d) => d.metadata.name)
  if (names.some((n) => ENFORCES.test(n))) return 'enforced'
  return names.some((n) => INERT.test(n)) ? 'inert' : 'unknown'
}

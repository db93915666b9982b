import type { Item } from '#model/kinds.ts'
import type { EnforcementState } from '#model/network.ts'
import type { Container } from '#model/objects/workload.ts'

type DaemonSet = Item<'daemonSets'>

/**
 * What a network program does with NetworkPolicies. `enforced`: it makes them work; `inert`: the API accepts them and
 * nothing happens; `unclear`: it can, and whether it does is not to be seen from here.
 */
export type Enforcement =
  | { readonly kind: 'enforced'; readonly by: string }
  | { readonly kind: 'inert'; readonly by: string; readonly why: 'never' | 'off' }
  | { readonly kind: 'unclear'; readonly by: string }

/** The last part of an image's path, without registry, tag and digest. */
function imageName(image: string): string {
  const path = image.split('@')[0] ?? ''
  return (path.split('/').at(-1) ?? '').split(':')[0] ?? ''
}

/** Images whose presence in a DaemonSet is enough. kube-network-policies stands beside any other network program. */
const ENFORCERS: readonly { readonly by: string; readonly image: RegExp; readonly path?: RegExp }[] = [
  { by: 'Calico', image: /^(?:node|hardened-calico|calico-node)$/, path: /calico/ },
  { by: 'Cilium', image: /^(?:cilium|mirrored-cilium-cilium|cilium-ci|hardened-cilium)$/ },
  { by: 'Cilium (GKE Dataplane V2)', image: /^anetd$/ },
  { by: 'Antrea', image: /^antrea-(?:agent-)?(?:ubuntu|ubi|agent|controller)[\w-]*$/ },
  { by: 'Weave Net', image: /^weave-npc$/ },
  { by: 'kube-network-policies', image: /^kube-network-policies[\w-]*$/ },
  { by: 'Azure Network Policy Manager', image: /^azure-npm$/ },
  { by: 'OVN-Kubernetes', image: /^ovn-kube(?:rnetes)?[\w-]*$/ },
  { by: 'Kube-OVN', image: /^kube-ovn$/ },
]

/** What this DaemonSet says about enforcement; undefined where it is no network program that is known. */
export function enforcementOf(daemonSet: DaemonSet): Enforcement | undefined {
  const { containers } = daemonSet.spec.template.spec
  const { name } = daemonSet.metadata
  for (const { by, image, path } of ENFORCERS)
    if (containers.some((c) => image.test(imageName(c.image)) && (path === undefined || path.test(c.image))))
      return { kind: 'enforced', by }
  const router = containers.find((c) => imageName(c.image) === 'kube-router')
  if (router !== undefined)
    return flag(router, 'run-firewall') === 'false'
      ? { kind: 'inert', by: 'kube-router', why: 'off' }
      : { kind: 'enforced', by: 'kube-router' }
  // OpenShift names its images by digest only.
  if (name === 'ovnkube-node') return { kind: 'enforced', by: 'OVN-Kubernetes' }
  if (name === 'aws-node') return vpcCni(containers)
  if (containers.some((c) => imageName(c.image) === 'kindnetd') || name === 'kindnet') return { kind: 'unclear', by: 'kindnet' }
  if (containers.some((c) => /^(?:[\w-]*-)?flannel$/.test(imageName(c.image)))) return { kind: 'inert', by: 'flannel', why: 'never' }
  return undefined
}

/** AWS VPC CNI enforces only where its node agent runs and is told to. */
function vpcCni(containers: readonly Container[]): Enforcement {
  const by = 'AWS VPC CNI'
  const agent = containers.find(
    (c) => /^(?:aws-network-policy-agent|amazon-k8s-network-policy-agent)$/.test(imageName(c.image)) || c.name === 'aws-eks-nodeagent',
  )
  if (agent === undefined) return { kind: 'inert', by, why: 'off' }
  const on = flag(agent, 'enable-network-policy')
  if (on === undefined) return { kind: 'unclear', by }
  return on === 'false' ? { kind: 'inert', by, why: 'off' } : { kind: 'enforced', by }
}

function flag(container: Container, name: string): string | undefined {
  const words = [...container.command, ...container.args]
  for (const word of words) {
    if (word === `--${name}`) return 'true'
    if (word.startsWith(`--${name}=`)) return word.slice(name.length + 3)
  }
  return undefined
}

/** A network program that was recognised. */
export interface Recognised {
  readonly daemonSet: DaemonSet
  readonly enforcement: Enforcement
  /** Are any of its pods ready? */
  readonly ready: boolean
}

/**
 * The programs that tell how it stands. One that enforces is enough: flannel beside Calico (Canal) only carries packets, and
 * one for Windows has no pods.
 */
export function telling(daemonSets: readonly DaemonSet[]): readonly Recognised[] {
  const known = daemonSets.flatMap((daemonSet): Recognised[] => {
    const enforcement = enforcementOf(daemonSet)
    if (enforcement === undefined) return []
    const { numberReady } = daemonSet.status as { numberReady?: number }
    return [{ daemonSet, enforcement, ready: numberReady !== 0 }]
  })
  const enforcing = known.filter((k) => k.enforcement.kind === 'enforced')
  return [enforcing.filter((k) => k.ready), enforcing].find((list) => list.length > 0) ?? known
}

export interface NetworkEnforcement {
  readonly state: EnforcementState
  readonly by?: string
}

/** Does the network of a cluster with these DaemonSets carry out policies? What is not recognised is unknown, never no. */
export function enforcementIn(daemonSets: readonly DaemonSet[]): NetworkEnforcement {
  const [first] = telling(daemonSets)
  if (first === undefined) return { state: 'unknown' }
  const { kind, by } = first.enforcement
  if (kind === 'enforced') return { state: first.ready ? 'enforced' : 'unknown', by }
  return { state: kind === 'inert' ? 'inert' : 'unknown', by }
}

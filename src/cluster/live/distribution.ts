import type { Item } from '#model/kinds.ts'
import type { Distribution } from '#model/state.ts'

/** What a distribution can be told from. Everything may be missing. */
export interface Traces {
  /** gitVersion of /version, such as `v1.33.4+k3s1`. */
  readonly version?: string
  readonly nodes?: readonly Item<'nodes'>[]
  readonly pods?: readonly Pick<Item<'pods'>, 'metadata'>[]
  readonly configMaps?: readonly Pick<Item<'configMaps'>, 'metadata'>[]
  readonly apiGroups?: readonly string[]
}

/** Suffixes of gitVersion. */
const BY_VERSION: readonly (readonly [RegExp, Distribution])[] = [
  [/\+k3s\d*/, 'k3s'],
  [/\+rke2/, 'rke2'],
  [/-eks-/, 'eks'],
  [/-gke\./, 'gke'],
]

/** Schemes of a node's providerID. A cloud's scheme alone does not mean its managed control plane: kubeadm runs there too. */
const BY_PROVIDER: Readonly<Record<string, Distribution>> = { kind: 'kind', k3s: 'k3s', rke2: 'rke2' }

const BY_NODE_LABEL: Readonly<Record<string, Distribution>> = {
  'eks.amazonaws.com/nodegroup': 'eks',
  'eks.amazonaws.com/compute-type': 'eks',
  'cloud.google.com/gke-nodepool': 'gke',
  'kubernetes.azure.com/cluster': 'aks',
  'kubernetes.azure.com/agentpool': 'aks',
  'microk8s.io/cluster': 'microk8s',
  'kops.k8s.io/instancegroup': 'kops',
  'node.openshift.io/os_id': 'openshift',
}

/** Recognises a distribution: the surest signs first, `unknown` where there are none. */
export function distributionOf({ version = '', nodes = [], pods = [], configMaps = [], apiGroups = [] }: Traces): Distribution {
  if (apiGroups.includes('config.openshift.io') || apiGroups.includes('route.openshift.io')) return 'openshift'
  const named = BY_VERSION.find(([suffix]) => suffix.test(version))?.[1]
  if (named !== undefined) return named
  for (const node of nodes) {
    const found = ofNode(node)
    if (found !== undefined) return found
  }
  const byKubeadm =
    nodes.some(({ metadata }) => 'kubeadm.alpha.kubernetes.io/cri-socket' in metadata.annotations) ||
    configMaps.some(({ metadata }) => metadata.namespace === 'kube-system' && metadata.name === 'kubeadm-config') ||
    pods.some(
      ({ metadata }) =>
        'kubernetes.io/config.mirror' in metadata.annotations &&
        metadata.labels.component === 'kube-apiserver' &&
        metadata.labels.tier === 'control-plane',
    )
  return byKubeadm ? 'kubeadm' : 'unknown'
}

function ofNode({ metadata, spec, status }: Item<'nodes'>): Distribution | undefined {
  const scheme = /^([a-z0-9]+):\/\//.exec('providerID' in spec ? (spec.providerID ?? '') : '')?.[1] ?? ''
  if (/^talos\b/i.test(('nodeInfo' in status ? status.nodeInfo?.osImage : undefined) ?? '')) return 'talos'
  const label = Object.keys(BY_NODE_LABEL).find((name) => name in metadata.labels)
  return BY_PROVIDER[scheme] ?? (label === undefined ? undefined : BY_NODE_LABEL[label])
}

import { describe, expect, it } from 'vitest'
import { distributionOf, type Traces } from '../../src/cluster/live/distribution.ts'
import { KINDS } from '../../src/model/kinds.ts'

const node = ({
  labels = {},
  annotations = {},
  providerID,
  osImage,
}: {
  labels?: Record<string, string>
  annotations?: Record<string, string>
  providerID?: string
  osImage?: string
}) =>
  KINDS.nodes.schema.parse({
    metadata: { name: 'n', labels, annotations },
    spec: { providerID },
    status: osImage === undefined ? {} : { nodeInfo: { kubeletVersion: 'v1', osImage } },
  })
const pod = (labels: Record<string, string>, annotations: Record<string, string>) =>
  KINDS.pods.schema.parse({ metadata: { name: 'p', namespace: 'kube-system', labels, annotations }, spec: {} })
const kubeadm = node({ annotations: { 'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///x' } })

describe('distribution', () => {
  it.each<readonly [string, Traces]>([
    ['k3s', { version: 'v1.33.4+k3s1' }],
    ['rke2', { version: 'v1.33.4+rke2r1' }],
    ['eks', { version: 'v1.33.4-eks-1234567' }],
    ['gke', { version: 'v1.33.4-gke.1036000' }],
    ['eks', { version: 'v1.33.4', nodes: [node({ labels: { 'eks.amazonaws.com/nodegroup': 'a' }, providerID: 'aws:///eu/i-1' })] }],
    ['gke', { nodes: [node({ labels: { 'cloud.google.com/gke-nodepool': 'a' } })] }],
    ['aks', { version: 'v1.33.4', nodes: [node({ labels: { 'kubernetes.azure.com/cluster': 'a' }, providerID: 'azure:///x' })] }],
    ['openshift', { version: 'v1.33.4', apiGroups: ['apps', 'config.openshift.io'] }],
    ['kops', { version: 'v1.33.4', nodes: [node({ labels: { 'kops.k8s.io/instancegroup': 'nodes-a' }, providerID: 'aws:///eu/i-1' })] }],
    ['talos', { nodes: [node({ osImage: 'Talos (v1.9.0)' })] }],
    ['kind', { nodes: [node({ providerID: 'kind://docker/kind/kind-control-plane', annotations: kubeadm.metadata.annotations })] }],
    ['kubeadm', { version: 'v1.36.3', nodes: [kubeadm] }],
    ['kubeadm', { configMaps: [KINDS.configMaps.schema.parse({ metadata: { name: 'kubeadm-config', namespace: 'kube-system' } })] }],
    ['kubeadm', { pods: [pod({ component: 'kube-apiserver', tier: 'control-plane' }, { 'kubernetes.io/config.mirror': 'x' })] }],
    ['kubeadm', { nodes: [node({ providerID: 'aws:///eu/i-1', annotations: kubeadm.metadata.annotations })] }],
    ['unknown', { version: 'v1.36.3', nodes: [node({ providerID: 'aws:///eu/i-1' })] }],
    ['unknown', {}],
  ])('%s', (expected, traces) => expect(distributionOf(traces)).toBe(expected))
})

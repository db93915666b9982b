import { describe, expect, test } from 'vitest'
import { check as deny } from '#checks/network/default-deny.ts'
import { check as denyEgress } from '#checks/network/default-deny-egress.ts'
import { check as enforcement } from '#checks/network/enforcement.ts'
import { check as services } from '#checks/network/exposed-services.ts'
import { check as tls } from '#checks/network/ingress-without-tls.ts'
import { check as metadataAddress } from '#checks/network/metadata-address.ts'
import { verdicts } from '../encryption/support.ts'

describe('enforcement', () => {
  const set = (name: string, images: (string | object)[], status: object = {}) => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'any' },
    spec: { template: { spec: { containers: images.map((i, n) => (typeof i === 'string' ? { name: `c${n}`, image: i } : i)) } } },
    status,
  })
  const flannel = set('kube-flannel-ds', ['ghcr.io/flannel-io/flannel:v0.27.4'])
  const calico = set('calico-node', ['docker.io/calico/node:v3.31.0'])
  const agent = (...args: string[]) => ({ name: 'aws-eks-nodeagent', image: 'x/amazon/aws-network-policy-agent:v1.2', args })
  test.each([
    ['Cilium by digest', [set('cilium', ['quay.io/cilium/cilium:v1.18.2@sha256:00'])], ['cilium: pass enforced']],
    [
      'Antrea',
      [set('antrea-agent', ['antrea/antrea-agent-ubuntu:v2.4.0', 'antrea/antrea-agent-ubuntu:v2.4.0'])],
      ['antrea-agent: pass enforced'],
    ],
    ['GKE Dataplane V2', [set('anetd', ['gke.gcr.io/cilium/cilium:v1', 'gke.gcr.io/anetd:1'])], ['anetd: pass enforced']],
    [
      'Canal: flannel beside Calico in one',
      [set('canal', ['docker.io/calico/node:v3', 'docker.io/flannel/flannel:v0'])],
      ['canal: pass enforced'],
    ],
    ['RKE2 Canal', [set('rke2-canal', ['rancher/hardened-calico:v3', 'rancher/hardened-flannel:v0'])], ['rke2-canal: pass enforced']],
    [
      'flannel and a policy agent of its own',
      [flannel, set('knp', ['registry.k8s.io/networking/kube-network-policies:v1.0.0'])],
      ['knp: pass enforced'],
    ],
    ['flannel', [flannel], ['kube-flannel-ds: fail never']],
    ['flannel’s plugin image alone is no network', [set('x', ['ghcr.io/flannel-io/flannel-cni-plugin:v1'])], ['cluster: unknown nothing']],
    ['kube-router', [set('kube-router', ['docker.io/cloudnativelabs/kube-router:v2'])], ['kube-router: pass enforced']],
    [
      'kube-router, firewall off',
      [set('kube-router', [{ name: 'k', image: 'cloudnativelabs/kube-router', args: ['--run-firewall=false'] }])],
      ['kube-router: fail off'],
    ],
    ['Weave without its controller', [set('weave-net', ['weaveworks/weave-kube:2.8'])], ['cluster: unknown nothing']],
    ['Weave', [set('weave-net', ['weaveworks/weave-kube:2.8', 'weaveworks/weave-npc:2.8'])], ['weave-net: pass enforced']],
    ['VPC CNI alone', [set('aws-node', ['x/amazon-k8s-cni:v1.20'])], ['aws-node: fail off']],
    ['VPC CNI, on', [set('aws-node', [agent('--enable-network-policy=true')])], ['aws-node: pass enforced']],
    ['VPC CNI, off', [set('aws-node', [agent('--enable-network-policy=false')])], ['aws-node: fail off']],
    ['VPC CNI, not said', [set('aws-node', [agent()])], ['aws-node: unknown unclear']],
    ['VPC CNI beside Calico', [set('aws-node', ['x/amazon-k8s-cni:v1']), calico], ['calico-node: pass enforced']],
    ['kindnet', [set('kindnet', ['docker.io/kindest/kindnetd:v20250512'])], ['kindnet: unknown unclear']],
    ['none ready', [set('calico-node', ['calico/node:v3'], { numberReady: 0 })], ['calico-node: unknown notRunning']],
    [
      'for Windows, where there is none',
      [calico, set('calico-node-windows', ['calico/node:v3-windows'], { numberReady: 0 })],
      ['calico-node: pass enforced'],
    ],
    ['an image called node', [set('exporter', ['example/node:1'])], ['cluster: unknown nothing']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(enforcement, objects)).toEqual(expected)
  })
  test('k3s has its own', () => expect(verdicts(enforcement, [], 'k3s')).toEqual(['cluster: unknown k3s']))
})

describe('ingress-without-tls', () => {
  const ingress = (hosts: (string | undefined)[], list?: object[], annotations = {}) => [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i', namespace: 'shop', annotations },
      spec: { tls: list, rules: hosts.map((host) => ({ host })) },
    },
  ]
  test.each([
    ['one of two hosts', ingress(['a.example', 'b.example'], [{ hosts: ['a.example'] }]), ['i: fail some']],
    ['a wildcard', ingress(['a.example'], [{ hosts: ['*.example'] }]), ['i: pass tls']],
    ['a wildcard is one label only', ingress(['a.b.example'], [{ hosts: ['*.example'] }]), ['i: fail some']],
    ['a wildcard host under its own wildcard', ingress(['*.example'], [{ hosts: ['*.example'] }]), ['i: pass tls']],
    ['tls without hosts', ingress(['a.example'], [{ secretName: 's' }]), ['i: pass tls']],
    ['a rule without a host', ingress([undefined], [{ hosts: ['a.example'] }]), ['i: pass tls']],
    ['an empty list', ingress(['a.example'], []), ['i: fail none']],
    [
      'the load balancer’s certificate',
      ingress(['a.example'], [], { 'alb.ingress.kubernetes.io/certificate-arn': 'arn:x' }),
      ['i: pass annotation'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(tls, objects)).toEqual(expected)
  })
})

describe('exposed-services', () => {
  const service = (spec: object, annotations = {}) => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'shop', annotations },
      spec: { ports: [{ port: 80 }], ...spec },
    },
  ]
  test.each([
    ['no type', service({}), ['s: pass inside']],
    ['ExternalName', service({ type: 'ExternalName', externalName: 'x.example' }), ['s: pass inside']],
    ['LoadBalancer', service({ type: 'LoadBalancer' }), ['s: fail loadBalancer']],
    ['limited', service({ type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] }), ['s: pass limited']],
    [
      'limited to everybody',
      service({ type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24', '0.0.0.0/0'] }),
      ['s: fail loadBalancer'],
    ],
    [
      'maybe internal',
      service({ type: 'LoadBalancer' }, { 'service.beta.kubernetes.io/aws-load-balancer-internal': 'false' }),
      ['s: manual maybeInternal'],
    ],
    ['external IPs of a ClusterIP', service({ externalIPs: ['192.0.2.7'] }), ['s: fail externalIPs']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(services, objects)).toEqual(expected)
  })
})

describe('policies of other kinds leave in doubt what NetworkPolicies leave open', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  const cilium = (spec: object, kind = 'CiliumClusterwideNetworkPolicy') => ({
    apiVersion: 'cilium.io/v2',
    kind,
    metadata: { name: 'c', ...(kind === 'CiliumNetworkPolicy' ? { namespace: 'shop' } : {}) },
    spec,
  })
  const admin = (rule: object) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    metadata: { name: 'a' },
    spec: { subject: { namespaces: {} }, egress: [rule] },
  })
  test.each([
    ['ingress of every pod', cilium({ endpointSelector: {}, ingress: [{}] }), ['shop: unknown foreign'], ['shop: fail open']],
    ['of some pods', cilium({ endpointSelector: { matchLabels: { a: 'b' } }, ingress: [{}] }), ['shop: fail open'], ['shop: fail open']],
    [
      'of the namespace',
      cilium({ endpointSelector: {}, egress: [] }, 'CiliumNetworkPolicy'),
      ['shop: fail open'],
      ['shop: unknown foreign'],
    ],
    ['allows only', admin({ action: 'Allow', to: [{ namespaces: {} }] }), ['shop: fail open'], ['shop: fail open']],
    ['denies', admin({ action: 'Deny', to: [{ networks: ['0.0.0.0/0'] }] }), ['shop: fail open'], ['shop: unknown foreign']],
  ])('%s', (_, policy, incoming, outgoing) => {
    expect(verdicts(deny, [namespace, policy])).toEqual(incoming)
    expect(verdicts(denyEgress, [namespace, policy])).toEqual(outgoing)
  })

  test('the metadata address', () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { providerID: 'aws:///x/i-1' } }
    const policy = cilium({ endpointSelector: {}, egressDeny: [{ toCIDR: ['169.254.169.254/32'] }] })
    expect(verdicts(metadataAddress, [namespace, node])).toEqual(['shop: fail newPods'])
    expect(verdicts(metadataAddress, [namespace, node, policy])).toEqual(['shop: unknown foreign'])
  })
})

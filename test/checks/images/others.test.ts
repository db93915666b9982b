import { describe, expect, test } from 'vitest'
import { check as tools } from '#checks/images/debug-tools.ts'
import { check as large } from '#checks/images/large.ts'
import { check as secrets } from '#checks/images/pull-secrets.ts'
import { check as signatures } from '#checks/images/signatures.ts'
import { namespace, verdicts, workload } from '../encryption/support.ts'

describe('tools', () => {
  const run = (image: string, kind = 'Deployment', ns = 'shop') => workload('web', { containers: [{ name: 'c', image }] }, {}, kind, ns)
  test.each([
    ['busybox:1.37', 'fail found'],
    ['docker.io/library/ubuntu', 'fail found'],
    ['nicolaka/netshoot', 'fail found'],
    ['registry.example.com/mirror/alpine:3', 'fail found'],
    ['registry.example.com/alpine-web:3', 'pass none'],
    ['nginx:alpine', 'pass none'],
    ['alpine/git:2', 'pass none'],
  ])('%s: %s', (image, expected) => {
    expect(verdicts(tools, [run(image)])).toEqual([`web: ${expected}`])
  })
  test('what ends by itself, prepares, or came with the cluster is left alone', () => {
    const init = workload('web', { initContainers: [{ name: 'i', image: 'busybox' }], containers: [{ name: 'c', image: 'nginx:1' }] })
    expect(verdicts(tools, [init])).toEqual(['web: pass none'])
    const sidecar = workload('web', {
      initContainers: [{ name: 'i', image: 'busybox', restartPolicy: 'Always' }],
      containers: [{ name: 'c', image: 'nginx:1' }],
    })
    expect(verdicts(tools, [sidecar])).toEqual(['web: fail found'])
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', namespace: 'shop' },
      spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox' }] } } },
    }
    expect(verdicts(tools, [job])).toEqual([])
    const once = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'shop' },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] },
    }
    expect(verdicts(tools, [once])).toEqual([])
    expect(verdicts(tools, [run('busybox', 'DaemonSet', 'kube-system')])).toEqual([])
  })
})

describe('large', () => {
  const node = (name: string, sizeBytes: number) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: { images: [{ names: [name], sizeBytes }] },
  })
  const web = workload('web', { containers: [{ name: 'c', image: 'nginx:1' }] })
  test.each([
    ['docker.io/library/nginx:1', 1_000_000_000, ['web: pass small']],
    ['docker.io/library/nginx:1', 1_000_000_001, ['web: fail large']],
    ['docker.io/library/nginx:2', 9_000_000_000, []],
  ])('%s with %d bytes', (name, bytes, expected) => {
    expect(verdicts(large, [web, node(name, bytes)])).toEqual(expected)
  })
})

describe('pull secrets', () => {
  const web = (pod: object = {}) => workload('web', { containers: [{ name: 'c', image: 'a:1' }], ...pod })
  const secret = (name: string, type: string, ns = 'shop') => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: ns },
    type,
    keys: 1,
  })
  const account = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'shop' },
    imagePullSecrets: [{ name: 'r' }],
  })
  const wants = web({ imagePullSecrets: [{ name: 'r' }] })
  test.each([
    ['none is named', [web()], []],
    ['there', [wants, secret('r', 'kubernetes.io/dockerconfigjson')], ['web: pass there']],
    ['the old type', [wants, secret('r', 'kubernetes.io/dockercfg')], ['web: pass there']],
    ['gone', [wants], ['web: fail gone']],
    ['in another namespace', [wants, secret('r', 'kubernetes.io/dockerconfigjson', 'other')], ['web: fail gone']],
    ['no pull secret', [wants, secret('r', 'Opaque')], ['web: fail wrong']],
    ['of the default account', [web(), account('default')], ['web: fail gone']],
    ['of another account', [web({ serviceAccountName: 'ci' }), account('default')], []],
    ['of its own account', [web({ serviceAccountName: 'ci' }), account('ci')], ['web: fail gone']],
    [
      'the pod’s own come first',
      [web({ imagePullSecrets: [{ name: 'own' }] }), account('default'), secret('own', 'kubernetes.io/dockerconfigjson')],
      ['web: pass there'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(secrets, objects)).toEqual(expected)
  })
})

describe('signatures', () => {
  const system = namespace('kube-system')
  const server = (...flags: string[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kube-apiserver-a', namespace: 'kube-system', annotations: { 'kubernetes.io/config.mirror': '1' } },
    spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', ...flags] }] },
  })
  const object = (apiVersion: string, kind: string, spec: object, name = 'p') => ({ apiVersion, kind, metadata: { name }, spec })
  const sigstore = (spec: object) => object('policy.sigstore.dev/v1beta1', 'ClusterImagePolicy', { authorities: [{ key: {} }], ...spec })
  const kyverno = (spec: object, verify: object = {}) =>
    object('kyverno.io/v1', 'ClusterPolicy', { ...spec, rules: [{ name: 'r', verifyImages: [{ imageReferences: ['*'], ...verify }] }] })
  const hook = (name: string, failurePolicy: string, kind = 'ValidatingWebhookConfiguration') => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
    webhooks: [{ name, failurePolicy, clientConfig: {} }],
  })
  const included = { ...namespace('shop'), metadata: { name: 'shop', labels: { 'policy.sigstore.dev/include': 'true' } } }
  const verifier = (does: string) => [`p: ${does}`]
  test.each([
    ['nothing', [system, server()], 'kubeadm', ['cluster: fail none']],
    ['nothing, in one application’s folder', [workload('web')], 'kubeadm', []],
    ['nothing, and the flags cannot be seen', [system], 'k3s', ['cluster: unknown hidden']],
    ['EKS', [system], 'eks', ['cluster: fail none']],
    ['GKE', [system], 'gke', ['cluster: unknown gke']],
    [
      'ImagePolicyWebhook',
      [system, server('--enable-admission-plugins=ImagePolicyWebhook')],
      'kubeadm',
      ['kube-apiserver-a: pass webhook'],
    ],
    ['Sigstore', [system, included, sigstore({})], 'kubeadm', verifier('pass refuses')],
    ['Sigstore, warning', [system, included, sigstore({ mode: 'warn' })], 'kubeadm', verifier('fail warns')],
    [
      'Sigstore, passing all',
      [system, included, sigstore({ authorities: [{ static: { action: 'pass' } }] })],
      'kubeadm',
      verifier('fail warns'),
    ],
    ['Sigstore, no namespace', [system, sigstore({})], 'kubeadm', verifier('unknown unclear')],
    ['Sigstore, open', [system, included, sigstore({}), hook('policy.sigstore.dev', 'Ignore')], 'kubeadm', verifier('fail open')],
    ['Sigstore, closed', [system, included, sigstore({}), hook('policy.sigstore.dev', 'Fail')], 'kubeadm', verifier('pass refuses')],
    ['Kyverno, enforcing', [system, kyverno({ validationFailureAction: 'Enforce' })], 'kubeadm', verifier('pass refuses')],
    ['Kyverno, by rule', [system, kyverno({}, { failureAction: 'Enforce' })], 'kubeadm', verifier('pass refuses')],
    ['Kyverno, audit by default', [system, kyverno({})], 'kubeadm', verifier('fail warns')],
    [
      'Kyverno, not required',
      [system, kyverno({ validationFailureAction: 'enforce' }, { required: false })],
      'kubeadm',
      verifier('fail warns'),
    ],
    ['Kyverno, open', [system, kyverno({ validationFailureAction: 'Enforce', failurePolicy: 'Ignore' })], 'kubeadm', verifier('fail open')],
    [
      'Kyverno, other rules only',
      [system, server(), object('kyverno.io/v1', 'ClusterPolicy', { rules: [{ name: 'v' }] })],
      'kubeadm',
      ['cluster: fail none'],
    ],
    [
      'both versions of one policy',
      [
        system,
        object('policies.kyverno.io/v1', 'ImageValidatingPolicy', { validationActions: ['Deny'] }),
        object('policies.kyverno.io/v1alpha1', 'ImageValidatingPolicy', { validationActions: ['Deny'] }),
      ],
      'kubeadm',
      verifier('pass refuses'),
    ],
    [
      'CEL, auditing',
      [system, object('policies.kyverno.io/v1', 'ImageValidatingPolicy', { validationActions: ['Audit'] })],
      'kubeadm',
      verifier('fail warns'),
    ],
    ['Ratify', [system, object('constraints.gatekeeper.sh/v1beta1', 'RatifyVerification', {})], 'kubeadm', verifier('pass refuses')],
    [
      'Ratify, dry run',
      [system, object('constraints.gatekeeper.sh/v1beta1', 'RatifyVerification', { enforcementAction: 'dryrun' })],
      'kubeadm',
      verifier('fail warns'),
    ],
    [
      'Connaisseur',
      [system, hook('connaisseur-webhook', 'Fail', 'MutatingWebhookConfiguration')],
      'kubeadm',
      ['connaisseur-webhook: unknown unclear'],
    ],
  ] as const)('%s', (_, objects, distribution, expected) => {
    expect(verdicts(signatures, objects, distribution)).toEqual(expected)
  })
})

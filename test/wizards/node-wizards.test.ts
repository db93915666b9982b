import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Change } from '../../src/model/change.ts'
import type { NodePlan } from '../../src/model/node.ts'
import type { State } from '../../src/model/state.ts'
import { type AuditedRequest, type AuditPolicy, above, auditOf } from '../../src/simulate/auditPolicy.ts'
import { policyOf, policyValues } from '../../wizards/audit-policy/policy.ts'
import { type AuditAnswers, RECORD, SILENCE } from '../../wizards/audit-policy/questions.ts'
import { filesOf, fileText, impactsOf, planOf, refusalOf, WIZARDS } from './run.ts'
import { SAMPLE, stateOf } from './state.ts'

const { auditPolicy, controlPlaneFlags, kubeletConfig } = WIZARDS

const KUBEADM = stateOf(`
apiVersion: v1
kind: Node
metadata: { name: cp-1, labels: { node-role.kubernetes.io/control-plane: '' } }
---
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-cp-1, namespace: kube-system, labels: { component: kube-apiserver, tier: control-plane } }
spec:
  nodeName: cp-1
  containers:
    - { name: kube-apiserver, image: a, command: [kube-apiserver, --enable-admission-plugins=NodeRestriction, --disable-admission-plugins=EventRateLimit] }
---
apiVersion: v1
kind: Service
metadata: { name: old, namespace: shop }
spec: { externalIPs: [192.0.2.1], ports: [] }
---
apiVersion: probe.kubeharden/v1
kind: KubeletProbe
metadata: { name: cp-1 }
config: { authentication: { anonymous: { enabled: false } }, authorization: { mode: Webhook }, rotateCertificates: true, podPidsLimit: -1 }
---
apiVersion: probe.kubeharden/v1
kind: SystemConfigProbe
metadata: { name: kubeadm-config, namespace: kube-system, resourceVersion: '7' }
documents:
  ClusterConfiguration: |
    # ours
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    apiServer:
      extraArgs:
        - name: profiling
          value: "true"
        - name: anonymous-auth
          value: "true"
    controllerManager: {}
---
apiVersion: probe.kubeharden/v1
kind: SystemConfigProbe
metadata: { name: kubelet-config, namespace: kube-system, resourceVersion: '8' }
documents:
  kubelet: |
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    authentication: { anonymous: { enabled: false } }
`)

const plansIn = (changes: readonly Change[]): NodePlan[] => changes.flatMap((c) => (c.kind === 'node' ? [c.plan] : []))
const GUARD = { way: 'guard', guardImage: 'busybox:1' }
const flagsIn = (plan: NodePlan | undefined) => Object.fromEntries((plan?.flags ?? []).map((f) => [f.name, f.value]))

describe('audit-policy', () => {
  const answers: fc.Arbitrary<AuditAnswers> = fc.record({
    record: fc.subarray([...RECORD]),
    others: fc.constantFrom('metadata', 'changes', 'none'),
    rbacContent: fc.boolean(),
    workloadContent: fc.boolean(),
    silence: fc.subarray([...SILENCE]),
    omitRequestReceived: fc.boolean(),
    logFolder: fc.constant('/var/log/kubernetes/audit'),
    policyFolder: fc.constant('/etc/kubernetes/audit'),
    maxAgeDays: fc.constant(30),
    maxBackup: fc.constant(10),
    maxSizeMb: fc.constant(100),
    way: fc.constant('by-hand'),
    guardImage: fc.constant('busybox:1'),
  })
  const credentials: fc.Arbitrary<AuditedRequest> = fc
    .record({
      of: fc.constantFrom(
        { group: '', resource: 'secrets', subresource: '' },
        { group: '', resource: 'configmaps', subresource: '' },
        { group: '', resource: 'serviceaccounts', subresource: 'token' },
        { group: 'authentication.k8s.io', resource: 'tokenreviews', subresource: '' },
      ),
      verb: fc.constantFrom('get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'),
      name: fc.constantFrom('ada', 'system:apiserver', 'system:kube-proxy', 'system:node:a'),
      groups: fc.subarray(['system:nodes', 'system:masters', 'system:authenticated']),
      namespace: fc.constantFrom('', 'shop', 'kube-system'),
    })
    .map(({ of, verb, name, groups, namespace }) => ({ user: { name, groups }, verb, path: '/x', resource: { ...of, namespace } }))

  it('never records what credentials hold, whatever is answered', () => {
    fc.assert(
      fc.property(answers, credentials, (given, request) => {
        const { level } = auditOf(policyOf(given), request)
        expect(above(level, 'Metadata')).toBe(false)
        // Where it shall be recorded nothing silences it, whoever asks.
        if (given.record.includes('secrets')) expect(level).toBe('Metadata')
      }),
    )
  })

  it('writes into the file what the evaluator is given', () => {
    fc.assert(
      fc.property(answers, (given) => {
        fc.pre(policyOf(given).rules.length > 0)
        const text = fileText({
          path: '',
          mode: 0o600,
          content: { kind: 'template', template: 'audit-policy/policy', values: policyValues(given) },
        })
        const { apiVersion, kind, ...policy } = parse(text) as AuditPolicy & { apiVersion: string; kind: string }
        expect([apiVersion, kind]).toEqual(['audit.k8s.io/v1', 'Policy'])
        expect({ omitStages: [], ...policy }).toEqual(policyOf(given))
      }),
      { numRuns: 50 },
    )
  })

  it('mounts folders, sets the numbers of CIS, keeps it in kubeadm-config', () => {
    const changes = planOf(auditPolicy, KUBEADM, GUARD)
    const [plan] = plansIn(changes)
    expect(flagsIn(plan)).toEqual({
      'audit-policy-file': '/etc/kubernetes/audit/policy.yaml',
      'audit-log-path': '/var/log/kubernetes/audit/audit.log',
      'audit-log-maxage': '30',
      'audit-log-maxbackup': '10',
      'audit-log-maxsize': '100',
    })
    expect(plan?.mounts.map((m) => [m.hostPath, m.readOnly])).toEqual([
      ['/etc/kubernetes/audit', true],
      ['/var/log/kubernetes/audit', false],
    ])
    expect(changes.at(-1)).toMatchSnapshot()
    expect(impactsOf(auditPolicy, KUBEADM)[0]).toContain('1100 MB')
  })

  it('by hand: a bundle for each node, the way back, and a patch that keeps it', () => {
    const changes = planOf(auditPolicy, KUBEADM)
    expect(filesOf(changes).map((f) => [f.path, f.mode])).toEqual([
      ['cp-1/kube-apiserver/kubeharden-node.sh', 0o700],
      ['cp-1/kube-apiserver/plan', 0o600],
      ['cp-1/kube-apiserver/files/1-policy.yaml', 0o600],
      ['kubeadm-config-after.json', 0o600],
      ['kubeadm-config-before.json', 0o600],
    ])
    const plan = filesOf(changes).find((f) => f.path.endsWith('/plan'))
    expect(plan && fileText(plan)).toMatch(/^folder 0700 \/var\/log\/kubernetes\/audit$/m)
    const patch = (which: string) => {
      const file = filesOf(changes).find((f) => f.path === `kubeadm-config-${which}.json`)
      return JSON.parse(file === undefined ? '' : fileText(file)) as { op: string; path: string; value: string }[]
    }
    const [after, before] = [patch('after'), patch('before')]
    // Each expects what the other leaves, and nothing else.
    expect(after.map((p) => [p.op, p.path])).toEqual(['test', 'replace'].map((op) => [op, '/data/ClusterConfiguration']))
    expect(after.map((p) => p.value)).toEqual(before.map((p) => p.value).toReversed())
    expect(after[0]?.value).toMatch(/^# ours\n/)
  })

  it('refuses a policy that records nothing', () => {
    expect(refusalOf(auditPolicy, KUBEADM, { record: [], others: 'none' })).toContain('nothing would be recorded')
  })

  it.each([
    ['logFolder', '/var/log'],
    ['logFolder', '/etc/kubernetes/manifests'],
    ['policyFolder', '/etc/kubernetes/pki/audit'],
    ['logFolder', '../x'],
  ])('%s %s is refused', (field, value) => {
    expect(() => planOf(auditPolicy, KUBEADM, { [field]: value })).toThrow(/folder/)
  })
})

describe('control-plane-flags', () => {
  it('suggests what is missing and safe here', () => {
    const { settings } = controlPlaneFlags.defaults(KUBEADM) as { settings: string[] }
    expect(settings).toContain('event-rate-limit')
    for (const id of ['node-restriction', 'deny-external-ips', 'always-pull-images', 'kubelet-certificates'])
      expect(settings).not.toContain(id)
  })

  it('adds plugins to those that are on, takes anonymous-auth away, and keeps both in kubeadm-config', () => {
    const changes = planOf(controlPlaneFlags, KUBEADM, {
      ...GUARD,
      settings: ['event-rate-limit', 'anonymous-health-only', 'api-server-profiling'],
    })
    const [plan] = plansIn(changes)
    expect(flagsIn(plan)).toEqual({
      profiling: 'false',
      'authentication-config': '/etc/kubernetes/kubeharden/authentication.yaml',
      'anonymous-auth': undefined,
      'enable-admission-plugins': 'NodeRestriction,EventRateLimit',
      'disable-admission-plugins': undefined,
      'admission-control-config-file': '/etc/kubernetes/kubeharden/admission.yaml',
    })
    expect(plan?.files.map((f) => fileText(f))).toMatchSnapshot()
    expect(changes.at(-1)).toMatchSnapshot()
  })

  it('says which Services lose what, and that self-signed kubelets lose logs and exec', () => {
    const lines = impactsOf(controlPlaneFlags, KUBEADM, { settings: ['deny-external-ips', 'kubelet-certificates'] }).join('\n')
    expect(lines).toContain('danger: shop/old use externalIPs')
    expect(lines).toContain('danger: Kubelets here serve certificates that they signed themselves')
  })

  it('refuses what it would break', () => {
    expect(refusalOf(controlPlaneFlags, SAMPLE, { settings: ['event-rate-limit'] })).toContain('admission plugins in use were not seen')
    const old: State = { ...KUBEADM, cluster: { ...KUBEADM.cluster, version: 'v1.31.0' } }
    expect(refusalOf(controlPlaneFlags, old, { settings: ['anonymous-health-only'] })).toContain('since Kubernetes 1.32')
    expect(refusalOf(controlPlaneFlags, KUBEADM, { settings: ['api-server-profiling'], nodes: ['worker-1'] })).toContain('worker-1')
  })
})

describe('kubelet-config', () => {
  it('suggests what some kubelet lacks, the control plane last, and keeps it in kubelet-config', () => {
    const changes = planOf(kubeletConfig, KUBEADM, GUARD)
    expect(changes.map((c) => (c.kind === 'node' ? c.node : c.kind))).toEqual(['worker-1', 'cp-1', 'edit'])
    expect(plansIn(changes)[0]?.settings.map((s) => s.path.join('.'))).toEqual(['tlsCipherSuites', 'podPidsLimit', 'seccompDefault'])
    expect(changes[1]).toMatchObject({ now: { settings: [{ path: ['podPidsLimit'], value: -1 }] } })
    expect(changes.at(-1)).toMatchSnapshot()
  })

  it('a guard never changes the certificate that it is reached by; by hand there are steps to approve it', () => {
    expect(refusalOf(kubeletConfig, KUBEADM, { ...GUARD, settings: ['serving-certificate'] })).toContain('by hand')
    const [guide] = planOf(kubeletConfig, KUBEADM, { settings: ['serving-certificate'] })
    expect(guide?.kind === 'guide' && guide.steps.at(-1)?.commands?.join()).toContain('certificate approve')
    expect(impactsOf(kubeletConfig, KUBEADM, { settings: ['serving-certificate'] }).join()).toContain('logs, exec')
  })
})

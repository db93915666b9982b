import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { parseManifests } from '#cluster/objects/parse.ts'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import { loadPractice } from '#cluster/practice/load.ts'
import { ALL_KINDS, KINDS, type Kind, kindOf } from '#model/kinds.ts'
import { redactArgs } from '#model/objects/redact.ts'
import type { Json, KubeObject } from '#model/refs.ts'

/** Of kinds that the practice cluster has not. */
const MORE = `
{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: a}, spec: {signerName: x/y, username: u}, status: {conditions: [{type: Approved}]}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a, namespace: ns}, spec: {minAvailable: 50%, selector: {matchLabels: {a: b}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: ns}, spec: {template: {spec: {containers: [{name: c, args: ["--password", x, "--token=y", "PGPASSWORD=z psql"]}]}}}, status: {succeeded: 1}}
---
{apiVersion: snapshot.storage.k8s.io/v1, kind: VolumeSnapshotClass, metadata: {name: a}, driver: d, deletionPolicy: Delete}
---
{apiVersion: snapshot.storage.k8s.io/v1, kind: VolumeSnapshot, metadata: {name: a, namespace: ns}, spec: {source: {persistentVolumeClaimName: p}}}
---
{apiVersion: velero.io/v1, kind: Schedule, metadata: {name: a, namespace: ns}, spec: {schedule: "@daily", template: {includedNamespaces: ["*"]}}}
---
{apiVersion: velero.io/v1, kind: Backup, metadata: {name: a, namespace: ns}, spec: {}, status: {phase: Completed, errors: 1}}
---
{apiVersion: velero.io/v1, kind: BackupStorageLocation, metadata: {name: a, namespace: ns}, spec: {provider: aws}, status: {phase: Available}}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: w, failurePolicy: Fail, clientConfig: {caBundle: eHl6, service: {name: s, namespace: ns, port: 8443}}}]}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: w, clientConfig: {url: "https://x"}}]}
---
{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: a, namespace: ns}, spec: {selector: {matchLabels: {a: b}}, endpoints: [{port: metrics}]}}
---
{apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, metadata: {name: a, namespace: ns}, spec: {selector: {}, namespaceSelector: {any: true}, podMetricsEndpoints: [{targetPort: 80}]}}
---
{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 1, subject: {namespaces: {}}}}
---
{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: {name: default}, spec: {subject: {namespaces: {}}}}
---
{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: a}, spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}}
---
{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: a, namespace: ns}, specs: [{endpointSelector: {}, ingress: [{}]}]}
---
{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: a}, spec: {nodeSelector: {}, egress: []}}
---
{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {name: a, namespace: ns}, spec: {selector: "all()", order: 10}}
---
{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: a}, spec: {selector: "app == 'x'"}}
---
{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: a, namespace: ns}, spec: {selector: "has(app)"}}
---
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: a}, spec: {types: [Egress]}}
---
{apiVersion: aquasecurity.github.io/v1alpha1, kind: VulnerabilityReport, metadata: {name: a, namespace: ns}, report: {updateTimestamp: x, registry: {server: s}, artifact: {repository: r, tag: t, digest: d}, summary: {criticalCount: 1}, vulnerabilities: [{vulnerabilityID: CVE-1, severity: HIGH, fixedVersion: "1", title: x}, {vulnerabilityID: CVE-2, severity: CRITICAL}]}}
---
{apiVersion: probe.kubeharden/v1, kind: ImageScan, metadata: {name: a}, scanner: Trivy, takenAt: x, names: [a], user: "0", scanned: {critical: {all: 1, fixed: 0}, high: {all: 0, fixed: 0}, worst: []}}
---
{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, metadata: {name: a}, spec: {mode: warn, images: [{glob: "**"}], authorities: [{static: {action: pass}}, {key: {data: x}}]}}
---
{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: a}, spec: {validationFailureAction: Enforce, failurePolicy: Fail, rules: [{name: r, verifyImages: [{imageReferences: ["*"], required: true, attestors: [{count: 1}]}]}, {name: v, validate: {message: m}}]}}
---
{apiVersion: kyverno.io/v1, kind: Policy, metadata: {name: a, namespace: ns}, spec: {rules: [{verifyImages: [{imageReferences: ["*"], failureAction: Audit}]}]}}
---
{apiVersion: policies.kyverno.io/v1, kind: ImageValidatingPolicy, metadata: {name: a}, spec: {validationActions: [Deny], matchImageReferences: [{glob: "*"}], attestors: [{name: n}]}}
---
{apiVersion: policies.kyverno.io/v1alpha1, kind: ImageValidatingPolicy, metadata: {name: a}, spec: {failurePolicy: Ignore, matchImageReferences: [{expression: "true"}]}}
---
{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: RatifyVerification, metadata: {name: a}, spec: {enforcementAction: deny}}
---
apiVersion: probe.kubeharden/v1
kind: ApiServerProbe
metadata: {name: a}
admissionPlugins: [NodeRestriction]
auditEvents: 3
auditLevels: {Metadata: 3}
authorizers: [RBAC]
flags: {profiling: "true"}
flagz: served
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: r, annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined, a: b}}
spec: {replicas: 0, template: {metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/c: unconfined, a: b}}, spec: {hostUsers: false, os: {name: linux}, containers: [{name: c, lifecycle: {preStop: {httpGet: {port: 80, host: x}}}, securityContext: {appArmorProfile: {type: Localhost, localhostProfile: x}, seLinuxOptions: {level: s0, type: t}, windowsOptions: {hostProcess: true}}}], ephemeralContainers: [{name: e}], securityContext: {sysctls: [{name: a, value: "1"}]}, volumes: [{name: a}, {name: b, gitRepo: {repository: x}}, {name: c, hostPath: {path: /}}]}}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: r}
spec: {selector: {a: b}, template: {spec: {containers: [{name: c}]}}}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: t}
template: {spec: {containers: [{name: c}]}}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: v, labels: {topology.kubernetes.io/zone: a}}
spec: {claimRef: {namespace: shop, name: c}, accessModes: [ReadWriteOnce], local: {path: /x}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}], matchFields: [{key: metadata.name, operator: In, values: [x]}]}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: placed}
spec: {priority: 5, tolerations: [{key: a, operator: Exists, tolerationSeconds: 3}], topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}], affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: ["1"]}]}]}}, podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: z, namespaceSelector: {}, labelSelector: {matchExpressions: [{key: a, operator: Exists}]}}], preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: z}}]}}, containers: [{name: c, imagePullPolicy: Always}]}
status: {conditions: [{type: Ready, status: "False"}]}
---
apiVersion: v1
kind: Node
metadata: {name: placed}
status: {conditions: [{type: Ready, status: "True"}], images: [{names: [docker.io/library/a:1], sizeBytes: 5}]}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: q}
spec:
  hard: {pods: 5, requests.cpu: "2"}
  scopes: [NotTerminating]
  scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}
status: {hard: {pods: "5"}, used: {pods: "1"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: l}
spec: {limits: [{type: Container, default: {cpu: 1}, defaultRequest: {cpu: 100m}, min: {}, max: {cpu: "2"}, maxLimitRequestRatio: {cpu: 4}}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec: {failurePolicy: Ignore, validations: [{expression: "true", message: m}], matchConstraints: {resourceRules: []}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: p}
spec: {policyName: p, validationActions: [Deny, Audit]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: p, namespace: shop}
spec: {selector: {matchLabels: {a: b}}, mtls: {mode: STRICT}}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: p, namespace: shop}
spec: {groups: [{name: g, rules: [{alert: A, expr: 1, labels: {a: b}}, {record: r, expr: up}]}]}
---
apiVersion: probe.kubeharden/v1
kind: KubeletProbe
metadata: {name: cp1}
config: {authentication: {anonymous: {enabled: false}, x509: {clientCAFile: /ca}}, authorization: {mode: Webhook}, featureGates: {A: true}, podPidsLimit: -1}
flags: {hostname-override: ""}
---
apiVersion: probe.kubeharden/v1
kind: TlsProbe
metadata: {name: h}
protocols: [{protocol: TLSv1.2, accepted: true, cipher: AES128-SHA}]
weakCiphers: [AES128-SHA]
certificate: {issuer: CN=ca, notBefore: "2026-01-01T00:00:00.000Z", notAfter: "2027-01-01T00:00:00.000Z", names: 3, selfSigned: false}
---
apiVersion: probe.kubeharden/v1
kind: SystemConfigProbe
metadata: {name: kubeadm-config, namespace: kube-system}
data: {ClusterConfiguration: "apiServer:\\n  extraArgs:\\n  - name: a-password\\n    value: hunter2\\n", other: x}
---
apiVersion: probe.kubeharden/v1
kind: NodeEvidence
metadata: {name: cp1}
schemaVersion: 1
hostname: cp1
takenAt: "2026-11-01T00:00:00Z"
asRoot: true
kubelet: true
files: [{what: pki-key, path: /etc/kubernetes/pki/ca.key, type: file, mode: "600", uid: 0, gid: 0, owner: root, group: root}]
unreadable: [/etc/x]
sha256: {kube-apiserver-manifest: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
`
const samples = new Map<Kind, Json[]>()

beforeAll(async () => {
  const objects = [...(await loadPractice(new Date())), ...parseManifests(MORE, 'more').objects.map((o) => o.object)]
  for (const object of objects) {
    const kind = kindOf(object.apiVersion, object.kind)
    if (kind !== undefined && kind !== 'secrets') samples.set(kind, [...(samples.get(kind) ?? []), object as Json])
  }
  // Secrets reach their schema as rows only.
  samples.set('secrets', [{ metadata: { name: 'a', namespace: 'n' }, type: 'Opaque', keys: 2, ageDays: 3 }])
})

const word = fc.oneof(
  fc.constantFrom<Json>(
    null,
    '',
    'x',
    1,
    true,
    [],
    {},
    '-----BEGIN PRIVATE KEY-----',
    'postgres://u:p@h/db',
    'a_password=b',
    '--token',
    '--api-key=zzz',
    '[redacted]',
  ),
  fc.string({ maxLength: 500 }),
)

/** The value with one part, found by the numbers, replaced; undefined removes it. */
function mutate(value: Json, path: readonly number[], next: Json | undefined): Json {
  const [step, ...rest] = path
  if (step === undefined || typeof value !== 'object' || value === null) return next ?? null
  const keys = Object.keys(value)
  const key = keys[step % Math.max(keys.length, 1)]
  if (key === undefined) return next ?? null
  const copy = structuredClone(value) as Record<string, Json>
  const child = copy[key]
  if (rest.length === 0 && next === undefined) delete copy[key]
  else if (child !== undefined) copy[key] = mutate(child, rest, next)
  return copy
}

describe('what a schema returns, it takes again unchanged', () => {
  it.each([...ALL_KINDS])('%s', (kind) => {
    const schema: z.ZodType = KINDS[kind].schema
    const from = samples.get(kind) ?? []
    expect(from.length).toBeGreaterThan(0)
    for (const sample of from) expect(schema.safeParse(sample)).toMatchObject({ success: true })
    const path = fc.array(fc.nat(40), { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.tuple(path, fc.option(word, { nil: undefined })), { maxLength: 4 }), (pick, changes) => {
        const start = from[pick % from.length] ?? null
        const once = schema.safeParse(changes.reduce((value, [at, next]) => mutate(value, at, next), start))
        if (!once.success) return
        const plain = JSON.parse(JSON.stringify(once.data)) as Json
        const twice = schema.safeParse(plain)
        expect(twice.error?.issues ?? []).toEqual([])
        expect(JSON.parse(JSON.stringify(twice.data))).toEqual(plain)
      }),
      { numRuns: 60 },
    )
  })

  it('redacted arguments', () => {
    const arg = fc.oneof(
      fc.constantFrom(
        '--password',
        '-p',
        '--token=abc',
        'DB_PASSWORD=x',
        'sh',
        '-c',
        'export TOKEN=abc; run',
        'curl https://u:p@h/',
        'password: abc def',
        '--password=',
        '=',
      ),
      fc.string({ maxLength: 60 }),
      fc.tuple(fc.constantFrom('password=abc ', 'x', 'https://u:p@h '), fc.nat(50)).map(([text, n]) => text.repeat(n)),
    )
    fc.assert(
      fc.property(fc.array(arg, { maxLength: 6 }), (args) => {
        const once = redactArgs(args)
        expect(redactArgs(once)).toEqual(once)
      }),
      { numRuns: 400 },
    )
  })

  it('a whole state', async () => {
    const objects = (await loadPractice(new Date())) as KubeObject[]
    const state = stateFromObjects(objects, { source: 'practice', name: 'p', now: new Date(), complete: true })
    expect(JSON.stringify(state)).not.toMatch(/not-a-real/)
  })
})

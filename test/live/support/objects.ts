import type { Change } from '#model/change.ts'
import type { ObjectRef } from '#model/refs.ts'

export const ROLE = 'rbac.authorization.k8s.io/v1'
export const role = (ns: string, name: string, rules: unknown): Change => ({
  kind: 'apply',
  template: 'rbac-role/role',
  values: { namespace: ns, name, rules: rules as never },
})
export const rule = (verbs: readonly string[], resources = ['pods']) => ({ apiGroups: [''], resources, verbs })
export const roleRef = (ns: string, name: string): ObjectRef => ({ apiVersion: ROLE, kind: 'Role', namespace: ns, name })

export const podSpec = (extra: object = {}) => ({
  containers: [
    {
      name: 'app',
      image: 'nginx:1',
      env: [
        { name: 'MODE', value: 'a' },
        { name: 'LEVEL', value: 'b' },
        { name: 'DB_PASSWORD', value: 'hunter2hunter2' },
      ],
      ports: [{ containerPort: 80 }],
    },
    { name: 'side', image: 'busybox:1' },
  ],
  ...extra,
})

export const OBJECTS: readonly { kind: string; object: (ns: string) => Record<string, unknown>; edit: (ref: ObjectRef) => Change }[] = [
  {
    kind: 'Role',
    object: (ns) => ({ apiVersion: ROLE, kind: 'Role', metadata: { name: 'x', namespace: ns }, rules: [rule(['*'], ['*'])] }),
    edit: (ref) => ({ kind: 'edit', ref, edits: [{ op: 'set', path: ['rules'], value: [rule(['get'])] }] }),
  },
  {
    kind: 'Namespace',
    object: (ns) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `${ns}-labelled`, labels: { 'pod-security.kubernetes.io/warn': 'baseline' } },
    }),
    edit: (ref) => ({
      kind: 'edit',
      ref,
      edits: [
        { op: 'set', path: ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'], value: 'restricted' },
        { op: 'set', path: ['metadata', 'labels', 'pod-security.kubernetes.io/warn'], value: 'restricted' },
        { op: 'set', path: ['metadata', 'annotations', 'note'], value: 'new' },
      ],
    }),
  },
  {
    kind: 'NetworkPolicy',
    object: (ns) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'x', namespace: ns },
      spec: { podSelector: { matchLabels: { app: 'a' } }, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80 }] }] },
    }),
    edit: (ref) => ({
      kind: 'edit',
      ref,
      edits: [
        { op: 'set', path: ['spec', 'policyTypes'], value: ['Ingress', 'Egress'] },
        { op: 'remove', path: ['spec', 'ingress'] },
        { op: 'set', path: ['spec', 'podSelector'], value: {} },
      ],
    }),
  },
  {
    kind: 'CronJob',
    object: (ns) => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'x', namespace: ns },
      spec: { schedule: '0 1 * * *', jobTemplate: { spec: { template: { spec: podSpec({ restartPolicy: 'Never' }) } } } },
    }),
    edit: (ref) => ({
      kind: 'edit',
      ref,
      edits: [
        { op: 'set', path: ['spec', 'suspend'], value: true },
        { op: 'set', path: ['spec', 'jobTemplate', 'spec', 'template', 'spec', 'automountServiceAccountToken'], value: false },
      ],
    }),
  },
  {
    kind: 'Deployment',
    object: (ns) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x', namespace: ns },
      spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } }, spec: podSpec() } },
    }),
    edit: (ref) => {
      const at = (container: string) => ['spec', 'template', 'spec', 'containers', { key: 'name', value: container }] as const
      return {
        kind: 'edit',
        ref,
        edits: [
          { op: 'set', path: [...at('app'), 'securityContext'], value: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } } },
          { op: 'remove', path: [...at('app'), 'env', { key: 'name', value: 'MODE' }] },
          { op: 'set', path: [...at('app'), 'env', { key: 'name', value: 'EXTRA' }], value: { value: 'x' } },
          { op: 'set', path: [...at('side'), 'image'], value: 'busybox:2' },
          { op: 'set', path: ['spec', 'template', 'spec', 'securityContext', 'seccompProfile'], value: { type: 'RuntimeDefault' } },
        ],
      }
    },
  },
]

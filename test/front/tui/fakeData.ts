import * as z from 'zod'
import type { Severity, Status } from '#model/areas.ts'
import type { Assessment, CheckResult, JudgedFinding, Score } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import { type Check, defineCheck } from '#model/check.ts'
import type { JournalRun } from '#model/journal.ts'
import type { Progress } from '#model/progress.ts'
import type { Gap } from '#model/right.ts'
import { defineWizard, type Wizard } from '#model/wizard.ts'

export const AT = '2026-11-20T10:00:00.000Z'

const none = { cis: ['5.1.1'], topic: ['T07'], nsa: ['Authentication and authorization'] }

function fakeCheck(id: `access/${string}` | `network/${string}`, severity: Severity, title: string, why: string): Check {
  return defineCheck({
    id,
    severity,
    controls: none,
    text: {
      title: { en: title },
      why: { en: why },
      fix: { en: 'Replace the binding by one that grants only what is needed, then remove it.' },
    },
    messages: { open: { en: '{who} may do everything' }, fine: { en: 'grants only what is needed' } },
    reads: ['clusterRoleBindings'],
    evaluate: () => [],
    examples: { bad: '', good: '' },
  })
}

export const CHECKS: readonly Check[] = [
  fakeCheck(
    'access/cluster-admin',
    'critical',
    'cluster-admin is bound to nobody but administrators',
    'Whoever holds cluster-admin can read every Secret, change every object and take over every node. A build job that holds it turns one leaked token into the loss of the cluster.',
  ),
  fakeCheck(
    'access/wildcards',
    'high',
    'No role grants every verb on every resource',
    'A wildcard also grants what is added to the cluster later.',
  ),
  fakeCheck('access/secrets-read', 'high', 'Only few may read Secrets', 'Reading Secrets is reading passwords.'),
  fakeCheck('access/sign-in', 'medium', 'People sign in through an identity provider', 'Client certificates cannot be revoked.'),
  fakeCheck('access/tokens', 'low', 'No token lives for ever', 'A token that never expires is found one day.'),
  fakeCheck(
    'network/default-deny',
    'high',
    'Every namespace denies traffic by default',
    'Without a default, every pod may talk to every pod.',
  ),
  fakeCheck('network/egress', 'medium', 'Pods reach the internet only where they must', 'Stolen data leaves through open egress.'),
]

const binding = (name: string) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name })
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', name })

function fail(name: string): JudgedFinding {
  return {
    status: 'fail',
    object: binding(name),
    path: 'roleRef.name',
    saw: 'cluster-admin',
    message: 'open',
    params: { who: `ServiceAccount ci/${name}` },
  }
}

const pass = (name: string): JudgedFinding => ({ status: 'pass', object: binding(name), message: 'fine' })

const GAP: Gap = {
  kind: 'secrets',
  namespace: 'shop',
  reason: 'forbidden',
  detail: '403',
  needs: { verb: 'list', group: '', resource: 'secrets', namespace: 'shop' },
}

function resultOf(id: string, status: Status, findings: readonly JudgedFinding[], gaps: readonly Gap[] = []): CheckResult {
  const check = CHECKS.find((c) => c.id === id)
  if (check === undefined) throw new Error(id)
  return {
    id,
    area: check.area,
    severity: check.severity,
    status,
    title: check.text.title,
    controls: check.controls,
    messages: check.messages,
    findings,
    gaps,
  }
}

function scoreOf(checks: readonly CheckResult[], score: number): Score {
  const n = (status: Status) => checks.filter((c) => c.status === status).length
  const totals = {
    fail: n('fail'),
    unknown: n('unknown'),
    manual: n('manual'),
    accepted: n('accepted'),
    attested: n('attested'),
    'not-applicable': n('not-applicable'),
    pass: n('pass'),
  }
  return { score, coverage: Math.round(((checks.length - totals.unknown - totals.manual) / checks.length) * 100), totals }
}

/** `fixed`: what the wizard has put right. */
export function assessment(fixed: boolean, many = 0): Assessment {
  const extra = Array.from({ length: many }, (_, i) => fail(`extra-${String(i).padStart(4, '0')}`))
  const open = fixed ? [pass('ci-deployer'), pass('build\u001b[31m')] : [fail('ci-deployer'), fail('build\u001b[31m'), ...extra]
  const checks = [
    resultOf('access/cluster-admin', fixed ? 'pass' : 'fail', [...open, pass('cluster-admin')]),
    resultOf('access/wildcards', 'fail', [
      {
        status: 'fail',
        object: { ...binding('all-of-it'), kind: 'ClusterRole' },
        path: 'rules[0].verbs',
        saw: '*',
        message: 'open',
        params: { who: 'all-of-it' },
      },
    ]),
    resultOf('access/secrets-read', 'unknown', [], [GAP]),
    resultOf('access/sign-in', 'manual', [
      {
        status: 'manual',
        object: { apiVersion: 'v1', kind: 'Cluster', name: 'prod' },
        message: 'open',
        params: { who: 'nobody knows who' },
      },
    ]),
    resultOf('access/tokens', 'pass', [pass('default')]),
    resultOf('network/default-deny', 'fail', [
      { status: 'fail', object: namespace('shop'), message: 'open', params: { who: 'shop' } },
      { status: 'fail', object: namespace('商店'), message: 'open', params: { who: '商店' } },
    ]),
    resultOf('network/egress', 'pass', []),
  ]
  const of = (area: string) => checks.filter((c) => c.area === area)
  return {
    schemaVersion: 1,
    at: AT,
    source: 'live',
    cluster: CLUSTER,
    overall: scoreOf(checks, fixed ? 71 : 48),
    areas: { access: scoreOf(of('access'), fixed ? 80 : 41), network: scoreOf(of('network'), 55) },
    checks,
    gaps: [GAP],
  }
}

export const CLUSTER = {
  uid: 'u-1',
  name: 'prod',
  context: 'prod-eu',
  server: 'https://10.0.0.1:6443',
  version: 'v1.36.1',
  distribution: 'kubeadm',
} as const

const rule = z.strictObject({
  apiGroup: z.string().default(''),
  resources: z.array(z.string().min(1)).min(1, 'at least one resource'),
  verbs: z.array(z.enum(['get', 'list', 'watch', 'create', 'update', 'delete'])).min(1, 'at least one verb'),
})

export const ROLE: Wizard = defineWizard({
  id: 'rbac-role',
  area: 'access',
  title: { en: 'A role with only what is needed' },
  summary: { en: 'Makes a Role and binds it to one subject, in one namespace. Existing roles stay as they are.' },
  fixes: ['access/cluster-admin'],
  reads: [],
  questions: z.strictObject({
    name: z
      .string()
      .min(1)
      .regex(/^[a-z0-9-]+$/, 'lower case letters, digits and -'),
    preset: z.enum(['viewer', 'editor', 'own rules']),
    rules: z.array(rule).optional(),
    scope: z.array(z.enum(['shop', 'ci', 'default'])).min(1, 'at least one namespace'),
    days: z.int().min(1).max(365).default(30),
    audit: z.boolean().default(false),
    labels: z.array(z.string()).optional(),
  }),
  texts: {
    name: { label: { en: 'Name of the role' }, help: { en: 'How the Role and its binding are called.' } },
    preset: { label: { en: 'May do' }, help: { en: 'viewer reads everything but Secrets; editor also changes it.' } },
    rules: { label: { en: 'Rules' }, help: { en: 'What may be done with what.' } },
    scope: { label: { en: 'Namespaces' }, help: { en: 'The role is made in each of them.' } },
    days: { label: { en: 'Valid for (days)' }, help: { en: 'After so many days it is asked again.' } },
    audit: { label: { en: 'Log every use' }, help: { en: 'Writes an audit annotation.' } },
    labels: { label: { en: 'Labels' }, help: { en: 'Put on the objects, as key=value.' } },
  },
  when: { rules: { preset: ['own rules'] } },
  defaults: () => ({ name: 'ci-deployer', preset: 'viewer' as const, scope: ['ci' as const] }),
  plan: () => [],
  reversible: true,
})

export const DENY: Wizard = defineWizard({
  id: 'network-default-deny',
  area: 'network',
  title: { en: 'Deny traffic by default' },
  summary: { en: 'Puts a policy into the namespaces that denies everything but DNS.' },
  fixes: ['network/default-deny', 'access/cluster-admin'],
  reads: [],
  questions: z.strictObject({ dns: z.boolean().default(true) }),
  texts: { dns: { label: { en: 'Allow DNS' }, help: { en: 'Without it no name is resolved.' } } },
  defaults: () => ({ dns: true }),
  plan: () => [],
  reversible: { en: 'connections that were cut do not come back by themselves' },
})

const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'ci', name: 'ci-deployer' }

export function preview(clusterWide: boolean): Preview {
  const change = { kind: 'apply', template: 'role', values: {} } as const
  const before = {
    ...binding('ci-deployer'),
    kind: 'ClusterRoleBinding',
    metadata: { name: 'ci-deployer' },
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'ci', namespace: 'ci' }],
  }
  return {
    wizard: 'rbac-role',
    cluster: { uid: 'u-1', name: 'prod' },
    items: [
      {
        kind: 'object',
        change,
        ref: role,
        action: 'create',
        yaml: '# May read pods, nothing else.\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: ci-deployer\n  namespace: ci\nrules:\n  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get, list]\n',
        fields: [],
        warnings: ['v1 something is deprecated'],
        conflicts: [],
      },
      {
        kind: 'object',
        change,
        ref: clusterWide ? binding('ci-deployer') : { ...role, kind: 'RoleBinding' },
        action: 'update',
        yaml: '',
        before,
        after: { ...before, roleRef: { kind: 'Role', name: 'ci-deployer' } },
        fields: [{ path: ['roleRef', 'name'], before: 'cluster-admin', after: 'ci-deployer' }],
        warnings: [],
        conflicts: [],
        managedBy: 'Helm release ci',
      },
    ],
    impacts: [{ level: 'warn', text: { en: '{who} loses cluster-admin at once' }, params: { who: 'ServiceAccount ci/ci' } }],
    reversible: true,
    ok: true,
  }
}

export function guidePreview(): Preview {
  const change = {
    kind: 'guide',
    title: { en: 'Encrypt Secrets in etcd' },
    files: [],
    rollback: [{ title: { en: 'Put the old manifest back' }, commands: ['cp /root/kube-apiserver.yaml /etc/kubernetes/manifests/'] }],
    steps: [
      {
        title: { en: 'Copy the configuration to the node' },
        commands: ['scp encryption.yaml root@cp-1:/etc/kubernetes/enc/'],
        explain: { en: 'It holds a key: mode 0600.' },
      },
      { title: { en: 'Restart the API server' } },
    ],
    proof: { kind: 'check', check: 'access/tokens' },
  } as const
  return {
    wizard: 'encryption',
    cluster: { uid: 'u-1', name: 'prod' },
    items: [
      {
        kind: 'guide',
        change,
        files: [{ path: 'encryption.yaml', mode: 0o600, masked: 'kind: EncryptionConfiguration\nsecret: ******\n' }],
      },
    ],
    impacts: [],
    reversible: { en: 'what was encrypted needs its key for ever' },
    ok: true,
  }
}

export function runOf(id: string, over: Partial<JournalRun> = {}): JournalRun {
  return {
    schemaVersion: 1,
    id,
    kind: 'apply',
    cluster: { uid: 'u-1', name: 'prod' },
    who: 'alice',
    startedAt: AT,
    endedAt: '2026-11-20T10:00:04.000Z',
    entries: [
      {
        id: `${id}-1`,
        wizard: 'rbac-role',
        ref: role,
        action: 'create',
        fieldManager: 'kubeharden:rbac-role',
        state: 'done',
        fields: [{ path: ['rules'], after: [{ verbs: ['get'] }] }],
      },
      {
        id: `${id}-2`,
        wizard: 'rbac-role',
        ref: binding('ci-deployer'),
        action: 'update',
        fieldManager: 'kubeharden:rbac-role',
        state: 'done',
        fields: [{ path: ['roleRef', 'name'], before: 'cluster-admin', after: 'ci-deployer' }],
      },
    ],
    verification: {
      at: AT,
      checks: [{ check: 'access/cluster-admin', before: 'fail', after: 'pass', failsBefore: 2, failsAfter: 0 }],
      objects: [],
      ok: true,
    },
    ...over,
  }
}

const UNTIL = '2099-01-01T00:00:00.000Z'

export const DECISIONS: Pick<Progress, 'accepted' | 'attested'> = {
  accepted: [
    {
      check: 'access/cluster-admin',
      scope: { kind: 'ClusterRoleBinding', name: 'ci-deployer' },
      owner: 'ann',
      reason: 'known',
      created: AT,
      expires: UNTIL,
    },
  ],
  attested: [{ check: 'access/sign-in', by: 'ann', evidence: 'looked', at: AT, until: UNTIL }],
}

/** The assessment under `DECISIONS`. */
export function decided(before: Assessment): Assessment {
  const note = { by: 'ann', reason: 'known', until: UNTIL }
  const checks = before.checks.map((c): CheckResult => {
    if (c.id === 'access/sign-in')
      return { ...c, status: 'attested', findings: c.findings.map((f) => ({ ...f, status: 'attested', note })) }
    if (c.id !== 'access/cluster-admin') return c
    return { ...c, findings: c.findings.map((f) => (f.object.name === 'ci-deployer' ? { ...f, status: 'accepted', note } : f)) }
  })
  return { ...before, checks }
}

/** A run that brings objects for a check that had none. */
export function awakening(id: string): JournalRun {
  const checks = [
    { check: 'access/cluster-admin', before: 'fail', after: 'pass', failsBefore: 2, failsAfter: 0 },
    { check: 'network/egress', before: 'not-applicable', after: 'fail', failsBefore: 0, failsAfter: 1 },
  ]
  return runOf(id, { verification: { at: AT, checks, objects: [], ok: true } })
}

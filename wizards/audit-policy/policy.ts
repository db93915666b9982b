import type { Json } from '#model/refs.ts'
import type { AuditPolicy, AuditRule } from '#simulate/auditPolicy.ts'
import type { AuditAnswers } from './questions.ts'

type Silence = AuditAnswers['silence'][number]
type Record_ = AuditAnswers['record'][number]

const CHANGES = ['create', 'update', 'patch', 'delete', 'deletecollection']
/** The API server looks after itself: namespaces, endpoints, the default roles. */
const OWN_API_SERVER = ['system:apiserver']
const OWN_KUBE_PROXY = ['system:kube-proxy', 'system:serviceaccount:kube-system:kube-proxy']

/** Holds credentials, or is one: never recorded with its content, by whichever rule. Stands before every rule with content. */
export const SENSITIVE = [
  { group: '', resources: ['secrets', 'configmaps', 'serviceaccounts/token'] },
  { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
]

/** The hole of the template and its rule. First match wins, so this order is the policy. */
export type RuleName = `quiet_${Silence}` | 'secrets' | 'exec' | 'signIn' | 'rbac' | 'workloads' | 'changes' | 'rest'

const QUIET: { readonly [S in Silence]: AuditRule } = {
  health: { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version'] },
  'kube-proxy': {
    level: 'None',
    users: OWN_KUBE_PROXY,
    verbs: ['list', 'watch'],
    resources: [
      { group: '', resources: ['endpoints', 'services', 'services/status', 'nodes'] },
      { group: 'discovery.k8s.io', resources: ['endpointslices'] },
      { group: 'networking.k8s.io', resources: ['servicecidrs'] },
    ],
  },
  nodes: {
    level: 'None',
    userGroups: ['system:nodes'],
    verbs: ['get', 'list', 'watch', 'patch', 'update'],
    resources: [{ group: '', resources: ['nodes', 'nodes/status', 'pods', 'pods/status'] }],
  },
  'api-server': { level: 'None', users: OWN_API_SERVER, verbs: ['get', 'list', 'watch'] },
  leases: { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
  events: {
    level: 'None',
    resources: [
      { group: '', resources: ['events'] },
      { group: 'events.k8s.io', resources: ['events'] },
    ],
  },
  'api-discovery': { level: 'None', verbs: ['get'], nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi*'] },
}

const RECORDED: { readonly [R in Exclude<Record_, 'rbac' | 'workloads'>]: AuditRule } = {
  secrets: { level: 'Metadata', resources: SENSITIVE },
  exec: {
    level: 'Metadata',
    resources: [
      {
        group: '',
        resources: [
          'pods/exec',
          'pods/attach',
          'pods/portforward',
          'pods/proxy',
          'pods/ephemeralcontainers',
          'services/proxy',
          'nodes/proxy',
          'nodes/log',
        ],
      },
    ],
  },
  'sign-in': {
    level: 'Metadata',
    resources: [
      { group: '', resources: ['serviceaccounts/token'] },
      { group: 'authentication.k8s.io' },
      { group: 'certificates.k8s.io', resources: ['certificatesigningrequests', 'certificatesigningrequests/*'] },
    ],
  },
}

const RBAC = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']

/** The rules of these answers by name, in the order of the policy. */
export function rulesOf(answers: AuditAnswers): readonly (readonly [RuleName, AuditRule])[] {
  const record = new Set(answers.record)
  const rules: (readonly [RuleName, AuditRule])[] = []
  if (record.has('secrets')) rules.push(['secrets', RECORDED.secrets])
  if (record.has('sign-in')) rules.push(['signIn', RECORDED['sign-in']])
  if (record.has('exec')) rules.push(['exec', RECORDED.exec])
  for (const silence of SILENCE_ORDER) if (answers.silence.includes(silence)) rules.push([`quiet_${silence}`, QUIET[silence]])
  if (record.has('rbac'))
    rules.push([
      'rbac',
      {
        level: answers.rbacContent ? 'RequestResponse' : 'Metadata',
        verbs: CHANGES,
        resources: [{ group: 'rbac.authorization.k8s.io', resources: RBAC }],
      },
    ])
  if (record.has('workloads'))
    rules.push([
      'workloads',
      {
        level: answers.workloadContent ? 'Request' : 'Metadata',
        verbs: CHANGES,
        resources: [
          { group: '', resources: ['pods', 'replicationcontrollers', 'podtemplates'] },
          { group: 'apps', resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'] },
          { group: 'batch', resources: ['jobs', 'cronjobs'] },
        ],
      },
    ])
  if (answers.others === 'metadata') rules.push(['rest', { level: 'Metadata' }])
  if (answers.others === 'changes') rules.push(['changes', { level: 'Metadata', verbs: CHANGES }])
  return rules
}

const SILENCE_ORDER: readonly Silence[] = ['health', 'kube-proxy', 'nodes', 'api-server', 'leases', 'events', 'api-discovery']

/** The policy for our own evaluator: what the template's file says. */
export function policyOf(answers: AuditAnswers): AuditPolicy {
  return {
    omitStages: answers.omitRequestReceived ? ['RequestReceived'] : [],
    omitManagedFields: true,
    rules: rulesOf(answers).map(([, rule]) => rule),
  }
}

/** Values for the holes of `audit-policy/policy`. */
export function policyValues(answers: AuditAnswers): { readonly [hole: string]: Json | undefined } {
  const rules = new Map<string, AuditRule>(rulesOf(answers))
  const hole = (name: RuleName): Json | undefined => rules.get(name) as Json | undefined
  return {
    omitStages: answers.omitRequestReceived ? ['RequestReceived'] : undefined,
    secrets: hole('secrets'),
    signIn: hole('signIn'),
    exec: hole('exec'),
    health: hole('quiet_health'),
    kubeProxy: hole('quiet_kube-proxy'),
    nodes: hole('quiet_nodes'),
    apiServer: hole('quiet_api-server'),
    leases: hole('quiet_leases'),
    events: hole('quiet_events'),
    discovery: hole('quiet_api-discovery'),
    rbac: hole('rbac'),
    workloads: hole('workloads'),
    changes: hole('changes'),
    rest: hole('rest'),
  }
}

import type { Impact } from '#model/change.ts'

/** What a risky right lets its holder do, as `can …`; ids are those of the RBAC risk catalogue. */
export interface Risk {
  readonly id: string
  readonly words: string
}

interface RuleLike {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
}

const WRITES = ['create', 'update', 'patch']

interface Pattern extends Risk {
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const RBAC = ['rbac.authorization.k8s.io']
const ADMISSION = ['admissionregistration.k8s.io']

const PATTERNS: readonly Pattern[] = [
  { id: 'R09', words: 'read Secrets', groups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
  { id: 'R10', words: 'write Secrets', groups: [''], resources: ['secrets'], verbs: WRITES },
  {
    id: 'R14',
    words: 'run commands in running containers',
    groups: [''],
    resources: ['pods/exec', 'pods/attach', 'pods/ephemeralcontainers'],
    verbs: ['create', 'get', 'update', 'patch'],
  },
  {
    id: 'R15',
    words: 'connect to pods past network policies',
    groups: [''],
    resources: ['pods/portforward', 'pods/proxy', 'services/proxy'],
    verbs: ['create', 'get'],
  },
  { id: 'R12', words: 'run pods as any service account of the namespace', groups: [''], resources: ['pods'], verbs: ['create'] },
  {
    id: 'R13',
    words: 'create workloads, which run as any service account and mount any Secret of the namespace',
    groups: ['apps', 'batch', ''],
    resources: ['deployments', 'daemonsets', 'statefulsets', 'replicasets', 'jobs', 'cronjobs', 'replicationcontrollers', 'podtemplates'],
    verbs: WRITES,
  },
  { id: 'R03', words: 'write roles beyond their own rights', groups: RBAC, resources: ['roles', 'clusterroles'], verbs: ['escalate'] },
  { id: 'R04', words: 'bind any role', groups: RBAC, resources: ['roles', 'clusterroles'], verbs: ['bind'] },
  { id: 'R05', words: 'write role bindings', groups: RBAC, resources: ['rolebindings', 'clusterrolebindings'], verbs: WRITES },
  { id: 'R06', words: 'write roles', groups: RBAC, resources: ['roles', 'clusterroles'], verbs: WRITES },
  {
    id: 'R07',
    words: 'act as somebody else',
    groups: ['', 'authentication.k8s.io'],
    resources: ['users', 'groups', 'serviceaccounts', 'uids', 'userextras'],
    verbs: ['impersonate'],
  },
  { id: 'R11', words: 'make tokens of service accounts', groups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
  {
    id: 'R18',
    words: 'run commands on every node through its kubelet',
    groups: [''],
    resources: ['nodes/proxy'],
    verbs: ['get', 'create'],
  },
  {
    id: 'R21',
    words: 'approve certificate requests',
    groups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests/approval', 'signers'],
    verbs: ['update', 'patch', 'approve', 'sign'],
  },
  {
    id: 'R23',
    words: 'change admission webhooks and policies',
    groups: ADMISSION,
    resources: [
      'mutatingwebhookconfigurations',
      'validatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
    ],
    verbs: [...WRITES, 'delete'],
  },
  { id: 'R26', words: 'create volumes of node folders', groups: [''], resources: ['persistentvolumes'], verbs: WRITES },
  {
    id: 'R32',
    words: 'change network policies',
    groups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: ['update', 'patch', 'delete'],
  },
  {
    id: 'R33',
    words: "change the namespace's labels, and with them its pod security level",
    groups: [''],
    resources: ['namespaces'],
    verbs: ['update', 'patch'],
  },
]

function matches(granted: readonly string[], wanted: readonly string[]): boolean {
  return granted.includes('*') || wanted.some((w) => granted.includes(w))
}

/** A star covers subresources too, and star/exec that subresource of everything; `pods` does not cover `pods/exec`. */
function matchesResource(granted: readonly string[], wanted: readonly string[]): boolean {
  return matches(granted, wanted) || wanted.some((w) => w.includes('/') && granted.includes(`*/${w.slice(w.indexOf('/') + 1)}`))
}

/** The risky rights in rules, each once. Full wildcards are one risk, not the whole list. */
export function risksOf(rules: readonly RuleLike[]): Risk[] {
  const found = new Map<string, Risk>()
  for (const rule of rules) {
    const { verbs, apiGroups, resources } = rule
    if (verbs.includes('*') && apiGroups.includes('*') && resources.includes('*'))
      return [{ id: 'R01', words: 'do everything (cluster-admin)' }]
    if (verbs.includes('*') || apiGroups.includes('*') || resources.includes('*'))
      found.set('R02', { id: 'R02', words: 'use rights named by a wildcard, which also cover resources that do not exist yet' })
    for (const p of PATTERNS)
      if (matches(verbs, p.verbs) && matches(apiGroups, p.groups) && matchesResource(resources, p.resources)) found.set(p.id, p)
  }
  return [...found.values()]
}

/**
 * Do the rules give risky rights and nothing else? A wildcard also covers harmless use, so it does not count as that; nor
 * do rules without resources.
 */
export function onlyRisks(rules: readonly RuleLike[]): boolean {
  const isRisky = (verb: string, group: string, resource: string) =>
    risksOf([{ verbs: [verb], apiGroups: [group], resources: [resource] }]).length > 0
  const whole = ({ verbs, apiGroups, resources }: RuleLike) =>
    resources.length > 0 &&
    ![...verbs, ...apiGroups, ...resources].some((word) => word.includes('*')) &&
    verbs.every((v) => apiGroups.every((g) => resources.every((r) => isRisky(v, g, r))))
  return rules.length > 0 && rules.every(whole)
}

/** Impact lines of granting rules: what their holder can do with them that is more than it seems. */
export function grantImpacts(rules: readonly RuleLike[], who: string, where: string, scope: 'namespace' | 'cluster'): Impact[] {
  return risksOf(rules).map((risk) => ({
    level: scope === 'namespace' && (risk.id === 'R12' || risk.id === 'R13') ? 'warn' : 'danger',
    text: { en: `{who} can ${risk.words} {where}.` },
    params: { who, where },
  }))
}

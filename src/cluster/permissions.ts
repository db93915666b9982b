import { ALL_KINDS, groupOf, KINDS, type Kind } from '#model/kinds.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import type { Text } from '#model/text.ts'

/** A rule as a ClusterRole holds it. */
export interface GrantRule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly verbs: readonly string[]
}

/** What one wizard must be allowed to do. */
export interface WizardRights {
  readonly id: string
  readonly title: Text
  readonly rules: readonly GrantRule[]
}

export interface PermissionTier {
  /** `base`, `secrets`, `kubelet`, `admission-probe`, or `wizard:ID`. */
  readonly id: string
  readonly title: Text
  /** What holding it means, said before anybody grants it. */
  readonly risk: Text
  readonly objects: readonly KubeObject[]
}

/**
 * The ClusterRoles that kubeharden needs, in tiers that can be granted one by one. Derived from KINDS: a new kind
 * appears by itself. What reads through the kubelet is a tier of its own: nodes/proxy is far more than reading.
 */
export function rightsNeeded(wizards: readonly WizardRights[] = []): readonly PermissionTier[] {
  return [base(), secrets(), kubelet(), admissionProbe(), ...wizards.filter(({ rules }) => rules.length > 0).map(wizardTier)]
}

function base(): PermissionTier {
  const listed = ALL_KINDS.filter((kind) => KINDS[kind].by === 'list')
  const rules: GrantRule[] = [
    ...groupsOf(listed),
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], verbs: ['create'] },
    { nonResourceURLs: ['/metrics', '/flagz', '/version', '/api', '/api/*', '/apis', '/apis/*'], verbs: ['get'] },
  ]
  return {
    id: 'base',
    title: { en: 'Read everything but Secrets' },
    risk: {
      en: 'Read only. Whoever holds it sees the configuration of all workloads, with the values of ConfigMaps and of literal environment variables (kubeharden drops them, the API server hands them out), all RBAC, and the metrics and flags of the API server. No Secrets, no nodes/proxy, no writing.',
    },
    objects: [clusterRole('kubeharden-base', rules)],
  }
}

function secrets(): PermissionTier {
  return {
    id: 'secrets',
    title: { en: 'Count Secrets' },
    risk: {
      en: 'The right to list Secrets grants their values: Kubernetes knows no right for names alone. kubeharden only ever asks for a table of names, types and key counts, but whoever holds this role can read every password and token in the cluster, service account tokens among them.',
    },
    objects: [clusterRole('kubeharden-secrets', groupsOf(ALL_KINDS.filter((kind) => KINDS[kind].by === 'table')))],
  }
}

function kubelet(): PermissionTier {
  return {
    id: 'kubelet',
    title: { en: "Read the kubelets' configuration" },
    risk: {
      en: 'nodes/proxy is as good as root on every node: through it the kubelet also runs commands in any pod, past admission and past the audit log, and hands out logs and running pods. kubeharden only asks for /configz and /flagz, two small reads a node. Grant it for the time of an audit; without it the checks of kubelets are unknown.',
    },
    objects: [clusterRole('kubeharden-kubelet', [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }])],
  }
}

function admissionProbe(): PermissionTier {
  const resources = ['validatingadmissionpolicies', 'validatingadmissionpolicybindings']
  return {
    id: 'admission-probe',
    title: { en: 'Try admission policies (preview admission --probe)' },
    risk: {
      en: 'Whoever may write admission policies and their bindings can refuse any request to the API server, their own included. kubeharden only writes copies that warn its own dry runs and deletes them again. To ask about objects of a kind, listing and patching them is needed besides (for policies that match creations alone also reading and creating them); the API server asks for the same rights in a dry run, so grant those of the kinds that the policy matches.',
    },
    objects: [
      clusterRole('kubeharden-admission-probe', [
        { apiGroups: ['admissionregistration.k8s.io'], resources, verbs: ['get', 'list', 'create', 'delete'] },
      ]),
    ],
  }
}

function wizardTier({ id, title, rules }: WizardRights): PermissionTier {
  return {
    id: `wizard:${id}`,
    title,
    risk: {
      en: [`Writing: ${rules.map(inWords).join('; ')}.`, ...RISKS.filter(({ of }) => rules.some(of)).map(({ text }) => text)].join(' '),
    },
    objects: [clusterRole(`kubeharden-wizard-${id}`, rules)],
  }
}

const inWords = ({ verbs, resources = [], resourceNames = [], nonResourceURLs = [] }: GrantRule) =>
  `${verbs.join(', ')} ${[...resources, ...nonResourceURLs].join(', ')}${resourceNames.length === 0 ? '' : ` (only ${resourceNames.join(', ')})`}`

const READING = ['get', 'list', 'watch']
const writes = ({ apiGroups = [], resources = [], verbs }: GrantRule, group: string, resource?: string) =>
  (apiGroups.includes(group) || apiGroups.includes('*')) &&
  (resource === undefined || resources.includes(resource) || resources.includes('*')) &&
  verbs.some((verb) => !READING.includes(verb))

/** What writing some kinds amounts to, beyond their names. */
const RISKS: readonly { readonly of: (rule: GrantRule) => boolean; readonly text: string }[] = [
  {
    of: (rule) => writes(rule, 'rbac.authorization.k8s.io'),
    text: 'Whoever may write roles or bindings can hand on the rights they hold themselves, and with escalate or bind any right; deleting a binding takes rights away from others.',
  },
  {
    of: (rule) => writes(rule, '', 'namespaces'),
    text: 'Whoever may delete a namespace deletes everything in it; whoever may change its labels can lower its pod security level.',
  },
  {
    of: (rule) => writes(rule, 'batch') || writes(rule, 'apps') || writes(rule, '', 'pods'),
    text: 'Whoever may write workloads runs any image with any service account of any namespace, and on the nodes themselves where pod security lets it through: grant this as you would cluster-admin, and take it back afterwards.',
  },
  {
    of: (rule) => writes(rule, '', 'pods/exec'),
    text: 'Whoever may make namespaces and Jobs and hand files to pods through exec is as good as root on every node: changes on nodes are made this way. Without these rights the same changes are made by a script on the node.',
  },
  {
    of: (rule) => writes(rule, '', 'configmaps') && rule.resourceNames !== undefined,
    text: 'Whoever may write the configuration of kubeadm in kube-system decides how the next upgrade starts the control plane and the kubelets.',
  },
  {
    of: (rule) => writes(rule, 'networking.k8s.io', 'networkpolicies'),
    text: 'Whoever may write network policies can open what others close, and cut off traffic in every namespace.',
  },
]

/** One rule for each API group, verb list. */
function groupsOf(kinds: readonly Kind[]): GrantRule[] {
  const groups = new Map<string, string[]>()
  for (const kind of kinds) groups.set(groupOf(kind), [...(groups.get(groupOf(kind)) ?? []), KINDS[kind].plural])
  return [...groups].map(([group, resources]) => ({ apiGroups: [group], resources: resources.sort(), verbs: ['list'] }))
}

function clusterRole(name: string, rules: readonly GrantRule[]): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: { 'app.kubernetes.io/part-of': 'kubeharden' } },
    rules: rules.map((rule): Json => ({ ...rule })),
  }
}

import type { Rule } from './rules.ts'

/** Ready-made sets of rights, from least to most. None holds a wildcard, Secrets, exec, attach, tokens, or rights over roles and bindings. */
export const PRESETS = ['log-reader', 'secret-free-viewer', 'read-only', 'developer', 'deployer'] as const
export type Preset = (typeof PRESETS)[number]

const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'update', 'patch', 'delete']

/** What runs and how it is reached; nothing in it holds credentials as a rule. */
const OVERVIEW: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: [
      'endpoints',
      'limitranges',
      'persistentvolumeclaims',
      'pods',
      'replicationcontrollers',
      'resourcequotas',
      'serviceaccounts',
      'services',
    ],
    verbs: READ,
  },
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs: READ },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: READ },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: READ },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs: READ },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
]

/** ConfigMaps, events and logs often hold credentials that somebody put there. */
const DETAILS: readonly Rule[] = [
  { apiGroups: [''], resources: ['configmaps', 'events'], verbs: READ },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
]

const CLUSTER_OVERVIEW: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces', 'nodes', 'persistentvolumes'], verbs: READ },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: READ },
]

const RULES: Record<Preset, readonly Rule[]> = {
  'read-only': [...OVERVIEW, ...DETAILS],
  'secret-free-viewer': OVERVIEW,
  'log-reader': [
    { apiGroups: [''], resources: ['events', 'pods'], verbs: READ },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  ],
  developer: [
    ...OVERVIEW,
    ...DETAILS,
    { apiGroups: [''], resources: ['configmaps'], verbs: WRITE },
    { apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
    { apiGroups: ['apps'], resources: ['deployments/scale', 'statefulsets/scale'], verbs: ['get', 'update', 'patch'] },
  ],
  deployer: [
    { apiGroups: [''], resources: ['configmaps', 'services'], verbs: [...READ, ...WRITE] },
    { apiGroups: [''], resources: ['events', 'pods'], verbs: READ },
    { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], verbs: [...READ, ...WRITE] },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: READ },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: [...READ, ...WRITE] },
    { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: [...READ, ...WRITE] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: [...READ, ...WRITE] },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: [...READ, ...WRITE] },
  ],
}

/** The rules of a preset; cluster-wide the viewing ones also show nodes, namespaces and storage. */
export function presetRules(preset: Preset, scope: 'namespace' | 'cluster'): readonly Rule[] {
  const views = preset === 'read-only' || preset === 'secret-free-viewer'
  return scope === 'cluster' && views ? [...RULES[preset], ...CLUSTER_OVERVIEW] : RULES[preset]
}

export const PRESET_HELP =
  'log-reader: pods, events and logs; secret-free-viewer: what runs and how it is reached, without ConfigMaps, events and logs; ' +
  'read-only: everything but Secrets; ' +
  'developer: read-only, plus ConfigMaps, restart and scale; deployer: creates and changes workloads, Services and Ingresses; custom: own rules.'

import type { z } from 'zod'
import { accessKinds } from './kindsAccess.ts'
import { admissionKinds } from './kindsAdmission.ts'
import { imageKinds } from './kindsImages.ts'
import { networkKinds } from './kindsNetwork.ts'
import { operatorKinds } from './kindsOperators.ts'
import { storageKinds } from './kindsStorage.ts'
import { templateKinds } from './kindsTemplates.ts'
import { tenancyKinds } from './kindsTenancy.ts'
import * as access from './objects/access.ts'
import * as cluster from './objects/cluster.ts'
import * as control from './objects/control.ts'
import { nodeEvidence } from './objects/evidence.ts'
import * as network from './objects/network.ts'
import * as probes from './objects/probes.ts'
import * as workload from './objects/workload.ts'
import { PROBE_API } from './refs.ts'
import type { Right } from './right.ts'

/**
 * Everything kubeharden reads. `by`: `list` a plain list; `table` a Table without objects (Secrets: safety rule 1);
 * `probe` a question to the API server, with its own apiVersion so that examples and the practice cluster can hold one.
 * `optional` kinds come from CRDs: not served means there are none, which is not a gap.
 */
interface KindSpec {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly by: 'list' | 'table' | 'probe'
  readonly optional?: true
  readonly schema: z.ZodType
}

export { PROBE_API }

export const KINDS = {
  namespaces: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, by: 'list', schema: cluster.namespace },
  nodes: { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false, by: 'list', schema: cluster.node },
  pods: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, by: 'list', schema: workload.pod },
  services: { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true, by: 'list', schema: network.service },
  serviceAccounts: {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    namespaced: true,
    by: 'list',
    schema: access.serviceAccount,
  },
  secrets: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true, by: 'table', schema: access.secretRow },
  configMaps: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, by: 'list', schema: cluster.configMap },
  persistentVolumeClaims: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    namespaced: true,
    by: 'list',
    schema: cluster.persistentVolumeClaim,
  },
  deployments: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    plural: 'deployments',
    namespaced: true,
    by: 'list',
    schema: workload.workload,
  },
  statefulSets: {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    plural: 'statefulsets',
    namespaced: true,
    by: 'list',
    schema: workload.workload,
  },
  daemonSets: { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets', namespaced: true, by: 'list', schema: workload.workload },
  jobs: { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespaced: true, by: 'list', schema: workload.job },
  cronJobs: { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs', namespaced: true, by: 'list', schema: workload.cronJob },
  ...templateKinds,
  ...storageKinds,
  ...tenancyKinds,
  ...accessKinds,
  networkPolicies: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    namespaced: true,
    by: 'list',
    schema: network.networkPolicy,
  },
  ingresses: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    plural: 'ingresses',
    namespaced: true,
    by: 'list',
    schema: network.ingress,
  },
  ...networkKinds,
  ...admissionKinds,
  ...operatorKinds,
  ...imageKinds,
  podDisruptionBudgets: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    namespaced: true,
    by: 'list',
    schema: cluster.podDisruptionBudget,
  },
  volumeSnapshotClasses: {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    plural: 'volumesnapshotclasses',
    namespaced: false,
    by: 'list',
    optional: true,
    schema: cluster.volumeSnapshotClass,
  },
  volumeSnapshots: {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    plural: 'volumesnapshots',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: cluster.volumeSnapshot,
  },
  veleroSchedules: {
    apiVersion: 'velero.io/v1',
    kind: 'Schedule',
    plural: 'schedules',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: cluster.veleroSchedule,
  },
  veleroBackups: {
    apiVersion: 'velero.io/v1',
    kind: 'Backup',
    plural: 'backups',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: cluster.veleroBackup,
  },
  veleroLocations: {
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    plural: 'backupstoragelocations',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: cluster.veleroLocation,
  },
  encryption: {
    apiVersion: PROBE_API,
    kind: 'EncryptionProbe',
    plural: 'encryption',
    namespaced: false,
    by: 'probe',
    schema: probes.encryptionProbe,
  },
  anonymous: {
    apiVersion: PROBE_API,
    kind: 'AnonymousProbe',
    plural: 'anonymous',
    namespaced: false,
    by: 'probe',
    schema: probes.anonymousProbe,
  },
  identity: {
    apiVersion: PROBE_API,
    kind: 'IdentityProbe',
    plural: 'identity',
    namespaced: false,
    by: 'probe',
    schema: probes.identityProbe,
  },
  apiServers: {
    apiVersion: PROBE_API,
    kind: 'ApiServerProbe',
    plural: 'apiservers',
    namespaced: false,
    by: 'probe',
    schema: control.apiServerProbe,
  },
  kubelets: {
    apiVersion: PROBE_API,
    kind: 'KubeletProbe',
    plural: 'kubelets',
    namespaced: false,
    by: 'probe',
    schema: control.kubeletProbe,
  },
  tls: {
    apiVersion: PROBE_API,
    kind: 'TlsProbe',
    plural: 'tls',
    namespaced: false,
    by: 'probe',
    schema: control.tlsProbe,
  },
  systemConfigs: {
    apiVersion: PROBE_API,
    kind: 'SystemConfigProbe',
    plural: 'systemconfigs',
    namespaced: true,
    by: 'probe',
    schema: control.systemConfigProbe,
  },
  nodeEvidence: {
    apiVersion: PROBE_API,
    kind: 'NodeEvidence',
    plural: 'nodeevidence',
    namespaced: false,
    by: 'probe',
    schema: nodeEvidence,
  },
} as const satisfies Record<string, KindSpec>

export type Kind = keyof typeof KINDS
export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[]

/** One trimmed, redacted object of a kind. */
export type Item<K extends Kind> = z.output<(typeof KINDS)[K]['schema']>

/** The API group of a kind: `''` for core. */
export function groupOf(kind: Kind): string {
  const { apiVersion } = KINDS[kind]
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

/** Probes that need more than being signed in. */
const PROBE_RIGHTS: { readonly [K in Kind]?: Right } = {
  encryption: { verb: 'get', path: '/metrics' },
  apiServers: { verb: 'get', path: '/metrics' },
  kubelets: { verb: 'get', group: '', resource: 'nodes/proxy' },
  systemConfigs: { verb: 'list', group: '', resource: 'configmaps', namespace: 'kube-system' },
}

/** The right that reading a kind needs, cluster-wide or in one namespace. */
export function rightToRead(kind: Kind, namespace?: string): Right | undefined {
  const own = PROBE_RIGHTS[kind]
  if (own !== undefined) return own
  const spec = KINDS[kind]
  if (spec.by === 'probe') return undefined
  return { verb: 'list', group: groupOf(kind), resource: spec.plural, ...(namespace === undefined ? {} : { namespace }) }
}

/** The kind whose objects have this apiVersion and kind. */
export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  return ALL_KINDS.find((k) => KINDS[k].apiVersion === apiVersion && KINDS[k].kind === kind)
}

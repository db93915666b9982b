import type { Step } from '../../../src/session/rbacPaths.ts'

/** Objects that a step writes, as whoever takes the step would. */

const STRICT = {
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'c',
      image: 'registry.k8s.io/pause:3.10',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
}

/** What the pods of a step run as: an account, with nothing that Pod Security could mind; or root on a node. */
export function podSpec(to: Step['to'], through: Step['through']): Record<string, unknown> {
  if (to.kind === 'subject' && through?.kind !== 'Node') return { ...STRICT, serviceAccountName: to.subject.name }
  const nodeName = to.kind === 'control-plane-node' || to.kind === 'node' ? (to.name ?? 'worker') : (through?.name ?? 'worker')
  return {
    nodeName,
    hostPID: true,
    containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10', securityContext: { privileged: true } }],
  }
}

const labels = { app: 'step' }
const API: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  pods: ['v1', 'Pod'],
  replicationcontrollers: ['v1', 'ReplicationController'],
  deployments: ['apps/v1', 'Deployment'],
  daemonsets: ['apps/v1', 'DaemonSet'],
  statefulsets: ['apps/v1', 'StatefulSet'],
  replicasets: ['apps/v1', 'ReplicaSet'],
  jobs: ['batch/v1', 'Job'],
  cronjobs: ['batch/v1', 'CronJob'],
}

export function workload(resource: string, name: string, spec: Record<string, unknown>): object {
  const [apiVersion = '', kind = ''] = API[resource] ?? []
  const metadata = { name, labels }
  if (resource === 'pods') return { apiVersion, kind, metadata, spec }
  const template = { metadata: { labels }, spec }
  const once = { template: { ...template, spec: { ...spec, restartPolicy: 'Never' } } }
  if (resource === 'jobs') return { apiVersion, kind, metadata, spec: once }
  if (resource === 'cronjobs') return { apiVersion, kind, metadata, spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: once } } }
  const selector = resource === 'replicationcontrollers' ? labels : { matchLabels: labels }
  return { apiVersion, kind, metadata, spec: { selector, template, ...(resource === 'statefulsets' ? { serviceName: 'step' } : {}) } }
}

export const EVERYTHING = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]

export const webhook = (name: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name },
  webhooks: [
    {
      name: 'step.example.org',
      clientConfig: { url: 'https://127.0.0.1:1/' },
      failurePolicy: 'Ignore',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      rules: [{ apiGroups: ['nowhere.example.org'], apiVersions: ['v1'], resources: ['nothings'], operations: ['CREATE'] }],
    },
  ],
})

export const volume = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: { capacity: { storage: '1Mi' }, accessModes: ['ReadWriteOnce'], storageClassName: name, hostPath: { path: '/' } },
})

export const claim = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: name, volumeName: name, resources: { requests: { storage: '1Mi' } } },
})

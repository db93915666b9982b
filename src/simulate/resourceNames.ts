import type { ApiResource } from '#model/access.ts'

/** A resource of the API. */
export type Resource = ApiResource

/** What every API server serves: `plural Kind short,names`; `-` before the plural: not in a namespace. */
const BUILTIN: Readonly<Record<string, string>> = {
  '': `bindings Binding|-componentstatuses ComponentStatus cs|configmaps ConfigMap cm|endpoints Endpoints ep|events Event ev|limitranges LimitRange limits|
    -namespaces Namespace ns|-nodes Node no|persistentvolumeclaims PersistentVolumeClaim pvc|-persistentvolumes PersistentVolume pv|pods Pod po|
    podtemplates PodTemplate|replicationcontrollers ReplicationController rc|resourcequotas ResourceQuota quota|secrets Secret|
    serviceaccounts ServiceAccount sa|services Service svc`,
  'admissionregistration.k8s.io': `-mutatingadmissionpolicies MutatingAdmissionPolicy|-mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding|
    -mutatingwebhookconfigurations MutatingWebhookConfiguration|-validatingadmissionpolicies ValidatingAdmissionPolicy|
    -validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding|-validatingwebhookconfigurations ValidatingWebhookConfiguration`,
  'apiextensions.k8s.io': '-customresourcedefinitions CustomResourceDefinition crd,crds',
  'apiregistration.k8s.io': '-apiservices APIService',
  apps: `controllerrevisions ControllerRevision|daemonsets DaemonSet ds|deployments Deployment deploy|replicasets ReplicaSet rs|
    statefulsets StatefulSet sts`,
  'authentication.k8s.io': '-selfsubjectreviews SelfSubjectReview|-tokenreviews TokenReview',
  'authorization.k8s.io': `localsubjectaccessreviews LocalSubjectAccessReview|-selfsubjectaccessreviews SelfSubjectAccessReview|
    -selfsubjectrulesreviews SelfSubjectRulesReview|-subjectaccessreviews SubjectAccessReview`,
  autoscaling: 'horizontalpodautoscalers HorizontalPodAutoscaler hpa',
  batch: 'cronjobs CronJob cj|jobs Job',
  'certificates.k8s.io': '-certificatesigningrequests CertificateSigningRequest csr',
  'coordination.k8s.io': 'leases Lease',
  'discovery.k8s.io': 'endpointslices EndpointSlice',
  'events.k8s.io': 'events Event ev',
  'flowcontrol.apiserver.k8s.io': '-flowschemas FlowSchema|-prioritylevelconfigurations PriorityLevelConfiguration',
  'networking.k8s.io': `-ingressclasses IngressClass|ingresses Ingress ing|-ipaddresses IPAddress ip|networkpolicies NetworkPolicy netpol|
    -servicecidrs ServiceCIDR`,
  'node.k8s.io': '-runtimeclasses RuntimeClass',
  policy: 'poddisruptionbudgets PodDisruptionBudget pdb',
  'rbac.authorization.k8s.io': '-clusterrolebindings ClusterRoleBinding|-clusterroles ClusterRole|rolebindings RoleBinding|roles Role',
  'resource.k8s.io': `-deviceclasses DeviceClass|resourceclaims ResourceClaim|resourceclaimtemplates ResourceClaimTemplate|
    -resourceslices ResourceSlice`,
  'scheduling.k8s.io': '-priorityclasses PriorityClass pc',
  'storage.k8s.io': `-csidrivers CSIDriver|-csinodes CSINode|csistoragecapacities CSIStorageCapacity|-storageclasses StorageClass sc|
    -volumeattachments VolumeAttachment|-volumeattributesclasses VolumeAttributesClass vac`,
}

export const BUILTIN_RESOURCES: readonly Resource[] = Object.entries(BUILTIN).flatMap(([group, text]) =>
  text.split('|').map((entry) => {
    const [name = '', kind = '', short = ''] = entry.trim().split(' ')
    return {
      group,
      plural: name.replace(/^-/, ''),
      kind,
      namespaced: !name.startsWith('-'),
      short: short === '' ? [] : short.split(','),
    }
  }),
)

/** What a word on the command line means: a resource that is known, one that is taken as it is, or several. */
export type Meant =
  | { readonly is: 'known'; readonly resource: Resource; readonly others: readonly Resource[] }
  | { readonly is: 'taken'; readonly group: string; readonly plural: string }
  | { readonly is: 'several'; readonly resources: readonly Resource[] }

/**
 * A resource as kubectl takes it: plural, singular, kind or short name, in any case, also as `deployments.apps`. Core wins over
 * other groups (events); what only other groups share is told as several. What nobody knows is taken as a plural.
 */
export function resourceNamed(word: string, group: string | undefined, known: readonly Resource[] = BUILTIN_RESOURCES): Meant {
  const dot = word.indexOf('.')
  if (group === undefined && dot > 0) return resourceNamed(word.slice(0, dot), word.slice(dot + 1), known)
  const wanted = word.toLowerCase()
  const match = (r: Resource) => r.plural === wanted || r.kind.toLowerCase() === wanted || r.short.includes(wanted)
  const found = known.filter((r) => (group === undefined || r.group === group) && match(r))
  const core = found.find((r) => r.group === '')
  const [first, ...rest] = core === undefined ? found : [core, ...found.filter((r) => r !== core)]
  if (first === undefined) return { is: 'taken', group: group ?? '', plural: word }
  if (core === undefined && rest.length > 0) return { is: 'several', resources: found }
  return { is: 'known', resource: first, others: rest }
}

import { isDeepStrictEqual } from 'node:util'
import type { Json, KubeObject } from '#model/refs.ts'
import { refOf } from '#model/refs.ts'
import { rejected } from './errors.ts'
import { isMap } from './fieldSet.ts'
import { groupOfVersion } from './resources.ts'

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

/** Fields that an object of a kind may have beside apiVersion, kind and metadata; kinds that are not listed are not looked at. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Namespace: ['spec', 'status'],
  Role: ['rules'],
  ClusterRole: ['rules', 'aggregationRule'],
  RoleBinding: ['roleRef', 'subjects'],
  ClusterRoleBinding: ['roleRef', 'subjects'],
  NetworkPolicy: ['spec'],
  CronJob: ['spec', 'status'],
  ConfigMap: ['data', 'binaryData', 'immutable'],
  ServiceAccount: ['secrets', 'imagePullSecrets', 'automountServiceAccountToken'],
  'NetworkPolicy.spec': ['podSelector', 'policyTypes', 'ingress', 'egress'],
  'CronJob.spec': [
    'schedule',
    'timeZone',
    'startingDeadlineSeconds',
    'concurrencyPolicy',
    'suspend',
    'jobTemplate',
    'successfulJobsHistoryLimit',
    'failedJobsHistoryLimit',
  ],
}

/** Strict field validation, for the top of the kinds that kubeharden writes. */
export function checkFields(object: KubeObject): void {
  const unknown = [
    ...unknownIn(FIELDS[object.kind], object, '', ['apiVersion', 'kind', 'metadata']),
    ...unknownIn(FIELDS[`${object.kind}.spec`], object.spec, 'spec.', []),
  ]
  if (unknown.length > 0)
    throw rejected(refOf(object), `strict decoding error: ${unknown.map((field) => `unknown field "${field}"`).join(', ')}`)
}

function unknownIn(known: readonly string[] | undefined, value: Json | undefined, at: string, always: readonly string[]): string[] {
  if (known === undefined || !isMap(value)) return []
  return Object.keys(value)
    .filter((key) => !known.includes(key) && !always.includes(key))
    .map((key) => `${at}${key}`)
}

/** What the API server would refuse in a whole object, as far as kubeharden could write it. Throws HardenError `rejected`. */
export function checkObject(object: KubeObject, live: KubeObject | undefined): void {
  const problem = nameProblem(object) ?? labelProblem(object) ?? bindingProblem(object, live) ?? specProblem(object)
  if (problem !== undefined) throw rejected(refOf(object), problem)
}

function nameProblem({ kind, apiVersion, metadata: { name } }: KubeObject): string | undefined {
  const invalid = (why: string) => `metadata.name: Invalid value: ${JSON.stringify(name)}: ${why}`
  if (typeof name !== 'string' || name === '') return 'metadata.name: Required value: name or generateName is required'
  if (groupOfVersion(apiVersion) === 'rbac.authorization.k8s.io')
    return name === '.' || name === '..' || /[/%]/.test(name) ? invalid("may not be '.' or '..', or contain '/' or '%'") : undefined
  if (kind === 'Namespace' || kind === 'Service')
    return name.length <= 63 && LABEL.test(name)
      ? undefined
      : invalid('a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "-"')
  if (name.length > 253 || !SUBDOMAIN.test(name))
    return invalid('a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "-" or "."')
  return kind === 'CronJob' && name.length > 52 ? invalid('must be no more than 52 characters') : undefined
}

function labelProblem({ metadata: { labels } }: KubeObject): string | undefined {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const [prefix, name] = key.includes('/') ? [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)] : [undefined, key]
    const keyOk = name.length <= 63 && QUALIFIED.test(name) && (prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix)))
    if (!keyOk) return `metadata.labels: Invalid value: ${JSON.stringify(key)}: is no qualified name`
    if (typeof value !== 'string' || value.length > 63 || (value !== '' && !QUALIFIED.test(value)))
      return `metadata.labels: Invalid value: ${JSON.stringify(value)}: is no label value`
  }
  return undefined
}

function bindingProblem(object: KubeObject, live: KubeObject | undefined): string | undefined {
  if (object.kind !== 'RoleBinding' && object.kind !== 'ClusterRoleBinding') return undefined
  const role = isMap(object.roleRef) ? object.roleRef : {}
  if (typeof role.name !== 'string' || role.name === '') return 'roleRef.name: Required value'
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (typeof role.kind !== 'string' || !kinds.includes(role.kind))
    return `roleRef.kind: Unsupported value: ${JSON.stringify(role.kind ?? '')}: supported values: ${kinds.map((k) => `"${k}"`).join(', ')}`
  if (live !== undefined && !isDeepStrictEqual(live.roleRef, object.roleRef))
    return `roleRef: Invalid value: ${JSON.stringify(role)}: cannot change roleRef`
  for (const [i, subject] of (Array.isArray(object.subjects) ? (object.subjects as readonly Json[]) : []).entries()) {
    const { kind, name, namespace } = isMap(subject) ? subject : {}
    if (typeof name !== 'string' || name === '') return `subjects[${i}].name: Required value`
    if (!['User', 'Group', 'ServiceAccount'].includes(String(kind)))
      return `subjects[${i}].kind: Unsupported value: ${JSON.stringify(kind ?? '')}`
    if (kind === 'ServiceAccount' && (typeof namespace !== 'string' || namespace === '') && object.kind === 'ClusterRoleBinding')
      return `subjects[${i}].namespace: Required value`
  }
  return undefined
}

function specProblem(object: KubeObject): string | undefined {
  if (object.kind === 'Role' || object.kind === 'ClusterRole') return rulesProblem(object)
  if (object.kind === 'CronJob') {
    const spec = isMap(object.spec) ? object.spec : {}
    if (typeof spec.schedule !== 'string' || spec.schedule === '') return 'spec.schedule: Required value'
    const job = isMap(spec.jobTemplate) && isMap(spec.jobTemplate.spec) ? spec.jobTemplate.spec : {}
    return podProblem(isMap(job.template) && isMap(job.template.spec) ? job.template.spec : {}, 'spec.jobTemplate.spec.template.spec')
  }
  return undefined
}

function podProblem(pod: { readonly [key: string]: Json | undefined }, at: string): string | undefined {
  const list = (value: Json | undefined) => (Array.isArray(value) ? (value as readonly Json[]).filter(isMap) : [])
  const volumes = list(pod.volumes)
  for (const [i, volume] of volumes.entries())
    if (Object.keys(volume).length > 2) return `${at}.volumes[${i}]: Forbidden: may not specify more than 1 volume type`
  if (list(pod.containers).length === 0) return `${at}.containers: Required value`
  for (const group of ['initContainers', 'containers'])
    for (const [i, container] of list(pod[group]).entries()) {
      const names = list(container.ports).flatMap((port) => (typeof port.name === 'string' ? [port.name] : []))
      const twice = names.find((name, j) => names.indexOf(name) !== j)
      if (twice !== undefined) return `${at}.${group}[${i}].ports: Duplicate value: ${JSON.stringify(twice)}`
    }
  for (const group of ['initContainers', 'containers'])
    for (const [i, container] of list(pod[group]).entries())
      for (const [j, mount] of list(container.volumeMounts).entries())
        if (!volumes.some((v) => v.name === mount.name))
          return `${at}.${group}[${i}].volumeMounts[${j}].name: Not found: ${JSON.stringify(mount.name)}`
  if (pod.restartPolicy !== 'OnFailure' && pod.restartPolicy !== 'Never')
    return `${at}.restartPolicy: Required value: valid values: "OnFailure", "Never"`
  return undefined
}

function rulesProblem(object: KubeObject): string | undefined {
  for (const [i, rule] of (Array.isArray(object.rules) ? (object.rules as readonly Json[]) : []).entries()) {
    const { verbs, apiGroups, resources, nonResourceURLs } = isMap(rule) ? rule : {}
    const some = (value: Json | undefined): boolean => Array.isArray(value) && value.length > 0
    if (!some(verbs)) return `rules[${i}].verbs: Required value: verbs must contain at least one value`
    if (some(nonResourceURLs)) {
      if (object.kind === 'Role') return `rules[${i}].nonResourceURLs: Invalid value: namespaced rules cannot apply to non-resource URLs`
      if (some(resources) || some(apiGroups))
        return `rules[${i}].nonResourceURLs: Invalid value: rules cannot apply to both regular resources and non-resource URLs`
      continue
    }
    if (!some(apiGroups)) return `rules[${i}].apiGroups: Required value: resource rules must supply at least one api group`
    if (!some(resources)) return `rules[${i}].resources: Required value: resource rules must supply at least one resource`
  }
  return undefined
}

import type { Json, KubeObject } from '#model/refs.ts'
import { isMap } from './fieldSet.ts'

type JsonMap = { readonly [key: string]: Json | undefined }

/** What the API server fills in, for the kinds that are written here (pkg/apis of Kubernetes 1.36, v1 defaults). */
export function withDefaults(object: KubeObject): KubeObject {
  const stored = withoutEmpty(object) as KubeObject
  const fill = DEFAULTS[`${object.apiVersion} ${object.kind}`]
  return fill === undefined ? stored : fill(stored)
}

/** What the server sets itself after ownership is settled, so that it belongs to nobody; an update cannot change it. */
export function prepared(object: KubeObject, live?: KubeObject): KubeObject {
  if (object.apiVersion !== 'v1' || object.kind !== 'Namespace') return object
  const finalizers = map(live?.spec).finalizers ?? ['kubernetes']
  return { ...object, spec: { ...map(object.spec), finalizers }, status: { phase: 'Active', ...map(live?.status) } }
}

/** Plain maps, which the server leaves out where they are empty. An empty selector or emptyDir is something else: it stays. */
const PLAIN_MAPS = new Set(['labels', 'annotations', 'data', 'binaryData', 'matchLabels', 'nodeSelector', 'requests', 'limits'])

/** Empty lists and plain maps are not stored, except where a list must be there. */
function withoutEmpty(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => withoutEmpty(item) ?? null)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, v]) =>
          !(Array.isArray(v) && v.length === 0 && key !== 'verbs' && key !== 'rules') &&
          !(PLAIN_MAPS.has(key) && isMap(v) && Object.keys(v).length === 0),
      )
      .map(([key, v]) => [key, key === 'data' || key === 'managedFields' ? v : withoutEmpty(v)]),
  )
}

const RBAC = 'rbac.authorization.k8s.io'
const DEFAULTS: Readonly<Record<string, (object: KubeObject) => KubeObject>> = {
  'v1 Namespace': (o) => ({
    ...o,
    metadata: { ...o.metadata, labels: { ...o.metadata.labels, 'kubernetes.io/metadata.name': o.metadata.name } },
  }),
  [`${RBAC}/v1 Role`]: (o) => ({ ...o, rules: o.rules ?? null }),
  [`${RBAC}/v1 ClusterRole`]: (o) => ({ ...o, rules: o.rules ?? null }),
  [`${RBAC}/v1 RoleBinding`]: withSubjects,
  [`${RBAC}/v1 ClusterRoleBinding`]: withSubjects,
  'networking.k8s.io/v1 NetworkPolicy': (o) => ({ ...o, spec: policySpec(map(o.spec)) }),
  'batch/v1 CronJob': (o) => ({ ...o, spec: cronJobSpec(map(o.spec)), status: map(o.status) }),
  'apps/v1 Deployment': (o) => ({ ...o, spec: { ...map(o.spec), template: template(map(o.spec).template, 'Always') } }),
  'apps/v1 StatefulSet': (o) => ({ ...o, spec: { ...map(o.spec), template: template(map(o.spec).template, 'Always') } }),
  'apps/v1 DaemonSet': (o) => ({ ...o, spec: { ...map(o.spec), template: template(map(o.spec).template, 'Always') } }),
}

const map = (value: Json | undefined): JsonMap => (isMap(value) ? value : {})
const each = (value: Json | undefined, change: (item: JsonMap) => JsonMap): Json | undefined =>
  Array.isArray(value) ? (value as readonly Json[]).map((item) => (isMap(item) ? change(item) : item)) : value
const present = (entries: JsonMap): JsonMap => Object.fromEntries(Object.entries(entries).filter(([, v]) => v !== undefined))

function withSubjects(object: KubeObject): KubeObject {
  const subjects = each(object.subjects, (s) => (s.kind === 'ServiceAccount' || s.apiGroup !== undefined ? s : { apiGroup: RBAC, ...s }))
  return { ...object, ...present({ subjects }), roleRef: { apiGroup: RBAC, ...map(object.roleRef) } }
}

function policySpec(spec: JsonMap): JsonMap {
  const withPorts = (rules: Json | undefined) =>
    each(rules, (rule) => present({ ...rule, ports: each(rule.ports, (port) => ({ protocol: 'TCP', ...port })) }))
  const egress = Array.isArray(spec.egress) && spec.egress.length > 0
  const types =
    Array.isArray(spec.policyTypes) && spec.policyTypes.length > 0 ? spec.policyTypes : ['Ingress', ...(egress ? ['Egress'] : [])]
  return present({
    ...spec,
    podSelector: map(spec.podSelector),
    policyTypes: types,
    ingress: withPorts(spec.ingress),
    egress: withPorts(spec.egress),
  })
}

function cronJobSpec(spec: JsonMap): JsonMap {
  const jobTemplate = map(spec.jobTemplate)
  const job = map(jobTemplate.spec)
  return {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...spec,
    jobTemplate: { metadata: {}, ...jobTemplate, spec: { ...job, template: template(job.template, undefined) } },
  }
}

/** Without a restart policy a Job is refused, so none is filled in there by us. */
function template(value: Json | undefined, restartPolicy: string | undefined): JsonMap {
  const t = map(value)
  const spec = map(t.spec)
  // The old name of the field is kept in step, and brings the new one back where only that was removed.
  const account = spec.serviceAccountName ?? spec.serviceAccount
  return {
    metadata: {},
    ...t,
    spec: present({
      dnsPolicy: 'ClusterFirst',
      restartPolicy,
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      ...spec,
      serviceAccountName: account,
      serviceAccount: account,
      containers: each(spec.containers, container),
      initContainers: each(spec.initContainers, container),
      volumes: each(spec.volumes, volume),
    }),
  }
}

function container(c: JsonMap): JsonMap {
  const image = typeof c.image === 'string' ? c.image : ''
  const untagged = !/@|:[^/]+$/.test(image)
  return present({
    imagePullPolicy: untagged || /:latest$/.test(image) ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...c,
    ports: each(c.ports, (port) => ({ protocol: 'TCP', ...port })),
    env: each(c.env, (e) => {
      const from = map(e.valueFrom)
      return isMap(from.fieldRef) ? { ...e, valueFrom: { ...from, fieldRef: { apiVersion: 'v1', ...from.fieldRef } } } : e
    }),
    livenessProbe: probe(c.livenessProbe),
    readinessProbe: probe(c.readinessProbe),
    startupProbe: probe(c.startupProbe),
  })
}

function probe(value: Json | undefined): Json | undefined {
  if (!isMap(value)) return value
  const http = isMap(value.httpGet) ? { httpGet: { scheme: 'HTTP', ...value.httpGet } } : {}
  return { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...value, ...http }
}

function volume(v: JsonMap): JsonMap {
  if (Object.keys(v).length === 1) return { ...v, emptyDir: {} }
  return present({
    ...v,
    secret: isMap(v.secret) ? { defaultMode: 420, ...v.secret } : v.secret,
    configMap: isMap(v.configMap) ? { defaultMode: 420, ...v.configMap } : v.configMap,
    hostPath: isMap(v.hostPath) ? { type: '', ...v.hostPath } : v.hostPath,
  })
}

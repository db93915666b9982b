import fc from 'fast-check'
import type { Writer } from '#model/access.ts'
import { type Json, type KubeObject, type ObjectRef, refOf } from '#model/refs.ts'

/** One operation on a writer, for tests that do the same on two of them. */
export interface Step {
  readonly text: string
  /** Looked at after the step. */
  readonly target?: ObjectRef
  readonly run: (writer: Writer) => Promise<unknown>
}

type Kind = 'Role' | 'RoleBinding' | 'ClusterRoleBinding' | 'NetworkPolicy' | 'CronJob' | 'Namespace' | 'ConfigMap'
type Body = { readonly [key: string]: Json | undefined }

const RBAC = 'rbac.authorization.k8s.io'
const API: Record<Kind, string> = {
  Role: `${RBAC}/v1`,
  RoleBinding: `${RBAC}/v1`,
  ClusterRoleBinding: `${RBAC}/v1`,
  NetworkPolicy: 'networking.k8s.io/v1',
  CronJob: 'batch/v1',
  Namespace: 'v1',
  ConfigMap: 'v1',
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const labels = maybe(fc.dictionary(fc.constantFrom('a', 'b', 'example.com/c'), fc.constantFrom('1', '2', ''), { maxKeys: 3 }))
const rule = fc.constantFrom<Json>(
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['*'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods'], verbs: [] },
)
const subject = fc.constantFrom<Json>(
  { kind: 'User', apiGroup: RBAC, name: 'ann' },
  { kind: 'Group', name: 'developers' },
  { kind: 'ServiceAccount', name: 'default', namespace: 'default' },
)
const peer = fc.constantFrom<Json>(
  { podSelector: {} },
  { podSelector: { matchLabels: { app: 'web' } }, namespaceSelector: {} },
  { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
)
const port = fc.constantFrom<Json>({ port: 53, protocol: 'UDP' }, { port: 80 }, { port: 'http', protocol: 'TCP' })
// No empty lists inside a rule: in a PUT the server moves ownership by them although it stores none (played in practice-writer.test.ts).
const some = (item: fc.Arbitrary<Json>) => fc.array(item, { minLength: 1, maxLength: 2 })
const policyRules = (key: string) =>
  maybe(fc.array(fc.record({ [key]: some(peer), ports: some(port) }, { requiredKeys: [] }), { maxLength: 2 }))

const container = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      image: fc.constantFrom('a:1', 'a:latest', 'registry.example:5000/b', `c@sha256:${'a'.repeat(64)}`),
      args: fc.array(fc.constantFrom('--x', '--y=1'), { maxLength: 2 }),
      env: fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B'), value: fc.constantFrom('1', '2') }), { selector: (e) => e.name }),
      // One container only: the same port twice is a warning, which practice does not give.
      ports: fc.array(fc.record({ containerPort: fc.constantFrom(80, 443), name: fc.constant('p') }), {
        maxLength: name === 'one' ? 1 : 0,
      }),
      volumeMounts: fc.constant([{ name: 'data', mountPath: '/data' }]),
      securityContext: fc.constantFrom({ runAsNonRoot: true }, { capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true }),
      resources: fc.constantFrom({}, { requests: { cpu: '10m' } }),
    },
    { requiredKeys: ['name', 'image'] },
  )
const cronSpec = fc.record(
  {
    schedule: fc.constantFrom('0 1 * * *', '*/5 * * * *'),
    suspend: fc.boolean(),
    concurrencyPolicy: fc.constantFrom('Forbid', 'Replace'),
    timeZone: fc.constant('Etc/UTC'),
    jobTemplate: fc.record({
      spec: fc.record(
        {
          backoffLimit: fc.constantFrom(0, 3),
          template: fc.record({
            spec: fc.record(
              {
                restartPolicy: fc.constantFrom('OnFailure', 'Never'),
                serviceAccountName: fc.constant('backup'),
                hostNetwork: fc.constant(true),
                nodeSelector: fc.constant({ 'kubernetes.io/os': 'linux' }),
                tolerations: fc.constant([{ operator: 'Exists' }]),
                containers: fc.oneof(fc.tuple(container('one')), fc.tuple(container('one'), container('two'))).map((c) => [...c]),
                initContainers: fc.tuple(container('init')).map((c) => [...c]),
                volumes: fc.constantFrom(
                  [{ name: 'data', hostPath: { path: '/var/lib/etcd' } }],
                  [{ name: 'data', emptyDir: {} }],
                  [
                    { name: 'data', secret: { secretName: 's' } },
                    { name: 'more', configMap: { name: 'c' } },
                  ],
                ),
              },
              { requiredKeys: ['restartPolicy', 'containers', 'volumes'] },
            ),
          }),
        },
        { requiredKeys: ['template'] },
      ),
    }),
  },
  { requiredKeys: ['schedule', 'jobTemplate'] },
)

const BODIES: Record<Kind, fc.Arbitrary<Body>> = {
  Role: fc.record({ rules: maybe(fc.array(rule, { maxLength: 2 })) }),
  RoleBinding: fc.record({
    roleRef: fc.constantFrom({ apiGroup: RBAC, kind: 'ClusterRole', name: 'view' }, { apiGroup: RBAC, kind: 'Role', name: 'x' }),
    subjects: maybe(fc.array(subject, { maxLength: 2 })),
  }),
  ClusterRoleBinding: fc.record({
    roleRef: fc.constantFrom({ apiGroup: RBAC, kind: 'ClusterRole', name: 'view' }, { apiGroup: RBAC, kind: 'Role', name: 'x' }),
    subjects: maybe(fc.array(subject, { maxLength: 2 })),
  }),
  NetworkPolicy: fc.record({
    spec: fc.record(
      {
        podSelector: fc.constantFrom<Json>({}, { matchLabels: { app: 'web' } }),
        policyTypes: fc.constantFrom(['Ingress'], ['Ingress', 'Egress']),
        ingress: policyRules('from') as fc.Arbitrary<Json | undefined>,
        egress: policyRules('to') as fc.Arbitrary<Json | undefined>,
      },
      { requiredKeys: ['podSelector'] },
    ),
  }),
  CronJob: fc.record({ spec: cronSpec as unknown as fc.Arbitrary<Json> }),
  Namespace: fc.constant({}),
  ConfigMap: fc.record({ data: maybe(fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('', 'x'))) }),
}

/** An object of a kind, in the namespace given later; two names, so that objects meet each other. */
function objects(kind: Kind): fc.Arbitrary<(namespace: string) => KubeObject> {
  return fc
    .record({ labels, body: BODIES[kind], name: fc.constantFrom('one', 'two') })
    .map(({ labels: own, body, name }) => (namespace) => {
      const place = kind === 'Namespace' || kind === 'ClusterRoleBinding' ? { name: `${namespace}-${name}` } : { name, namespace }
      const whole = { apiVersion: API[kind], kind, metadata: { ...place, ...(own === undefined ? {} : { labels: own }) }, ...body }
      return JSON.parse(JSON.stringify(whole)) as KubeObject
    })
}

const manager = fc.constantFrom('kubeharden:a', 'kubeharden:b', 'helm')

/** Random operations on objects of a kind. Namespaces are not removed: a server without controllers keeps them. */
export function steps(kind: Kind): fc.Arbitrary<(namespace: string) => Step> {
  const object = objects(kind)
  const flags = { fieldManager: manager, dryRun: fc.boolean() }
  const apply = fc.record({ object, options: fc.record({ ...flags, force: fc.boolean() }) })
  const options = fc.record(flags)
  const write = fc.record({ object, options })
  const all: { weight: number; arbitrary: fc.Arbitrary<(namespace: string) => Step> }[] = [
    { weight: 6, arbitrary: apply.map((x) => (ns) => step('apply', x.object(ns), x.options, (w, o) => w.apply(o, x.options))) },
    { weight: 2, arbitrary: write.map((x) => (ns) => step('create', x.object(ns), x.options, (w, o) => w.create(o, x.options))) },
    { weight: 3, arbitrary: write.map((x) => (ns) => step('replace', x.object(ns), x.options, (w, o) => replace(w, o, x.options))) },
    { weight: 2, arbitrary: write.map((x) => (ns) => step('giveBack', x.object(ns), x.options, (w, o) => giveBack(w, o, x.options))) },
  ]
  if (kind !== 'Namespace')
    all.push({ weight: 1, arbitrary: write.map((x) => (ns) => step('remove', x.object(ns), x.options, (w, o) => remove(w, o, x.options))) })
  return fc.oneof(...all)
}

type Options = { readonly fieldManager: string; readonly dryRun: boolean }

function step(verb: string, object: KubeObject, options: object, run: (writer: Writer, object: KubeObject) => Promise<unknown>): Step {
  return {
    text: `${verb} ${JSON.stringify(options)} ${JSON.stringify(object)}`,
    target: refOf(object),
    run: (writer) => run(writer, object),
  }
}

/** PUT of the live object with the fields of another one. */
async function replace(writer: Writer, object: KubeObject, options: Options): Promise<unknown> {
  const live = await writer.get(refOf(object))
  if (live === undefined) return 'nothing there'
  const { labels: _, ...metadata } = live.metadata
  const next = { ...object, metadata: { ...metadata, ...(object.metadata.labels === undefined ? {} : { labels: object.metadata.labels }) } }
  return writer.replace(next as KubeObject, options)
}

/** What undo does: a PUT, then the managedFields from before by JSON Patch. */
async function giveBack(writer: Writer, object: KubeObject, options: Options): Promise<unknown> {
  const live = await writer.get(refOf(object))
  if (live === undefined) return 'nothing there'
  const own = await writer.replace({ ...live, metadata: { ...live.metadata, labels: { given: 'back' } } }, { fieldManager: 'undo' })
  return writer.jsonPatch(
    refOf(object),
    [
      { op: 'test', path: '/metadata/resourceVersion', value: own.object.metadata.resourceVersion },
      { op: 'replace', path: '/metadata/managedFields', value: live.metadata.managedFields ?? [] },
    ],
    options,
  )
}

async function remove(writer: Writer, object: KubeObject, { dryRun }: Options): Promise<unknown> {
  const live = await writer.get(refOf(object))
  if (live?.metadata.uid === undefined) return 'nothing there'
  await writer.remove(refOf(object), { uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion, dryRun })
  return 'removed'
}

/**
 * An answer without what differs between two clusters: uid, resourceVersion, times. The generation of a NetworkPolicy also
 * counts an absent list that is written as an empty one, which is not played.
 */
export function comparable(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null), (key, part: unknown) => {
    if (key === 'uid' || key === 'resourceVersion' || key === 'creationTimestamp' || key === 'time') return undefined
    const { kind, metadata, ...rest } = Object(part) as { kind?: string; metadata?: { generation?: number } }
    if (kind === 'NetworkPolicy' && metadata?.generation !== undefined) return { kind, metadata: { ...metadata, generation: 0 }, ...rest }
    if (key === 'managedFields' && Array.isArray(part)) return managers(part)
    return part
  }) as Json
}

/** Who owns what, sorted. That an Update owns a parent of its fields (`.`) has no effect and is left out. */
function managers(list: readonly { manager: string; operation: string; fieldsV1: unknown }[]): unknown[] {
  return list
    .map((entry) => ({ ...entry, fieldsV1: entry.operation === 'Apply' ? entry.fieldsV1 : leaves(entry.fieldsV1) }))
    .sort((a, b) => (`${a.manager} ${a.operation}` < `${b.manager} ${b.operation}` ? -1 : 1))
}

function leaves(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== '.')
      .map(([key, child]) => [key, leaves(child)]),
  )
}

import type { z } from 'zod'
import { ALL_KINDS, KINDS, type Kind, kindOf } from '#model/kinds.ts'
import { SYSTEM_CONFIGS } from '#model/objects/control.ts'
import { type Json, type KubeObject, refKey, refOf } from '#model/refs.ts'
import type { Gap } from '#model/right.ts'
import type { ClusterInfo, Collected, SourceKind, State } from '#model/state.ts'
import { flattenLists, isRecord } from './parse.ts'
import { secretOf } from './secret.ts'

export interface FromObjects {
  readonly source: SourceKind
  readonly name: string
  readonly now: Date
  /** The objects are a whole cluster: a kind without objects has none. Default: they are a folder's, and only a server knows some kinds. */
  readonly complete?: boolean
  /** What is known of the cluster besides its name. */
  readonly cluster?: Partial<ClusterInfo>
  /** Where an object stands (`shop.yaml:12`), for gaps that name it. */
  readonly where?: (object: KubeObject) => string | undefined
}

/** Kinds that a folder of files shows only where somebody put them there. */
const SERVER_ONLY: ReadonlySet<Kind> = new Set<Kind>([
  'nodes',
  'secrets',
  'certificateSigningRequests',
  'encryption',
  'anonymous',
  'identity',
  'apiServers',
  'kubelets',
  'tls',
  'systemConfigs',
  'nodeEvidence',
])

interface Bucket {
  readonly items: Map<string, { readonly item: unknown; readonly raw: string }>
  readonly gaps: Gap[]
}

/**
 * Whole Kubernetes objects to a state, trimmed and redacted by the kinds' own schemas. An object that cannot be read
 * becomes a gap that names it; objects of kinds that are not read are left out. Never throws.
 */
export function stateFromObjects(objects: readonly KubeObject[], options: FromObjects): State {
  const buckets = new Map<Kind, Bucket>(ALL_KINDS.map((kind) => [kind, { items: new Map(), gaps: [] }]))
  const namespaces = new Set<string>()
  for (const object of flattenLists(objects)) {
    const kind = kindOf(object.apiVersion, object.kind)
    if (kind === undefined) noteOtherVersion(object, buckets, options)
    else place(object, kind, buckets, namespaces, options)
    if (isSystemConfig(object)) place(object, 'systemConfigs', buckets, namespaces, options)
  }
  addNamespaces(buckets, namespaces)
  const kinds = Object.fromEntries(
    ALL_KINDS.map((kind) => {
      const { items, gaps } = buckets.get(kind) ?? { items: new Map(), gaps: [] }
      const all: Gap[] = [...gaps]
      if (options.complete !== true && items.size === 0 && SERVER_ONLY.has(kind)) all.push(notInSource(kind, options.name))
      const collected: Collected<unknown> = { items: [...items.values()].map((i) => i.item), gaps: all }
      return [kind, collected]
    }),
  )
  return {
    schemaVersion: 1,
    takenAt: options.now.toISOString(),
    source: options.source,
    cluster: { distribution: 'unknown', ...options.cluster, name: options.name },
    kinds: kinds as State['kinds'],
  }
}

function place(object: KubeObject, kind: Kind, buckets: Map<Kind, Bucket>, namespaces: Set<string>, options: FromObjects): void {
  const bucket = buckets.get(kind)
  if (bucket === undefined) return
  const spec = KINDS[kind]
  const clean = withNamespace(dropNulls(object) as KubeObject, spec.namespaced)
  const named = isRecord(clean.metadata) && typeof clean.metadata.name === 'string' && clean.metadata.name !== ''
  if (!named) {
    bucket.gaps.push(malformed(kind, object, 'metadata.name is missing', options))
    return
  }
  const namespace = typeof clean.metadata.namespace === 'string' ? clean.metadata.namespace : undefined
  if (namespace !== undefined) namespaces.add(namespace)
  const seen = kind === 'secrets' ? secretOf(clean, options.now) : clean
  const parsed = (spec.schema as z.ZodType).safeParse(seen)
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 3).map((i) => `${i.path.join('.')}: ${i.message}`)
    bucket.gaps.push(malformed(kind, clean, issues.join('; '), options))
    return
  }
  const key = refKey(refOf(clean))
  const raw = JSON.stringify(seen)
  const earlier = bucket.items.get(key)
  if (earlier !== undefined && earlier.raw !== raw)
    bucket.gaps.push(malformed(kind, clean, 'is there more than once, with different content; the last one was taken', options))
  bucket.items.set(key, { item: parsed.data, raw })
}

/** The component configuration that a server is asked for by name lies here among the ConfigMaps. */
function isSystemConfig({ apiVersion, kind, metadata }: KubeObject): boolean {
  return (
    apiVersion === 'v1' &&
    kind === 'ConfigMap' &&
    isRecord(metadata) &&
    metadata.namespace === 'kube-system' &&
    Object.hasOwn(SYSTEM_CONFIGS, String(metadata.name))
  )
}

/** As kubectl does: namespaced objects without a namespace go to `default`; cluster-scoped ones have none. */
function withNamespace(object: KubeObject, namespaced: boolean): KubeObject {
  if (!isRecord(object.metadata)) return object
  const { namespace, ...rest } = object.metadata as KubeObject['metadata']
  if (!namespaced) return { ...object, metadata: rest as KubeObject['metadata'] }
  return {
    ...object,
    metadata: { ...rest, namespace: namespace === undefined || namespace === '' ? 'default' : namespace } as KubeObject['metadata'],
  }
}

/** The API server reads null as absent, everywhere. */
function dropNulls(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((v: Json) => dropNulls(v) ?? null).filter((v) => v !== null)
  if (!isRecord(value)) return value ?? undefined
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null && v !== undefined)
      .map(([k, v]) => [k, dropNulls(v)]),
  )
}

function addNamespaces(buckets: Map<Kind, Bucket>, used: ReadonlySet<string>): void {
  const bucket = buckets.get('namespaces')
  if (bucket === undefined) return
  for (const name of [...used].sort()) {
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, implied: true }
    const key = refKey(refOf(object))
    if (!bucket.items.has(key)) bucket.items.set(key, { item: KINDS.namespaces.schema.parse(object), raw: '' })
  }
}

/** The right kind in a version that is not read (batch/v1beta1) must not look as if there were none. */
function noteOtherVersion(object: KubeObject, buckets: Map<Kind, Bucket>, options: FromObjects): void {
  const group = groupIn(object.apiVersion)
  const kind = ALL_KINDS.find((k) => KINDS[k].kind === object.kind && groupIn(KINDS[k].apiVersion) === group)
  if (kind === undefined) return
  buckets
    .get(kind)
    ?.gaps.push(malformed(kind, object, `apiVersion ${object.apiVersion} is not read; ${KINDS[kind].apiVersion} is`, options))
}

function groupIn(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

function malformed(kind: Kind, object: KubeObject, problem: string, options: FromObjects): Gap {
  const metadata: { [key: string]: Json | undefined } = isRecord(object.metadata) ? object.metadata : {}
  const name = typeof metadata.name === 'string' && metadata.name !== '' ? metadata.name : '(without a name)'
  const namespace = KINDS[kind].namespaced && typeof metadata.namespace === 'string' ? metadata.namespace : undefined
  const where = options.where?.(object)
  const label = `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    reason: 'malformed',
    detail: `${where === undefined ? '' : `${where}: `}${label}: ${problem}`,
  }
}

function notInSource(kind: Kind, name: string): Gap {
  return { kind, reason: 'not-in-source', detail: `${name} holds no ${KINDS[kind].kind} objects; only a cluster can show them` }
}

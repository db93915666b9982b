import { randomUUID } from 'node:crypto'
import { type KubeObject, type ObjectRef, refKey, refOf } from '#model/refs.ts'
import { resourceOf } from './resources.ts'

/** Kinds whose metadata.generation counts the changes of their spec. */
const WITH_GENERATION = new Set([
  'NetworkPolicy',
  'CronJob',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'PodDisruptionBudget',
  'Ingress',
  'Pod',
])

/** The objects of the practice cluster, as etcd would hold them. Values in it are never changed in place. */
export class Store {
  readonly #objects = new Map<string, KubeObject>()
  #revision = 1000

  get(ref: ObjectRef): KubeObject | undefined {
    return this.#objects.get(refKey(ref))
  }

  all(): KubeObject[] {
    return [...this.#objects.values()]
  }

  hasNamespace(name: string): boolean {
    return this.get({ apiVersion: 'v1', kind: 'Namespace', name }) !== undefined
  }

  /** Stores as it is, with the next resourceVersion. */
  put(object: KubeObject): KubeObject {
    this.#revision += 1
    const stored = plain({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } })
    this.#objects.set(refKey(refOf(stored)), stored)
    return stored
  }

  /** With a namespace everything in it goes, as its controller does it. */
  delete(ref: ObjectRef): void {
    this.#revision += 1
    this.#objects.delete(refKey(ref))
    if (ref.kind !== 'Namespace' || ref.apiVersion !== 'v1') return
    for (const [key, object] of this.#objects) if (object.metadata.namespace === ref.name) this.#objects.delete(key)
  }
}

/** A new object's identity. */
export function born(object: KubeObject, now: string, uid: string = randomUUID()): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata
  const generation = WITH_GENERATION.has(object.kind) ? { generation: 1 } : {}
  return { ...object, metadata: { ...metadata, uid, creationTimestamp: now, ...generation } as KubeObject['metadata'] }
}

/** What a changed object keeps from the live one, whatever was sent. */
export function kept(object: KubeObject, live: KubeObject): KubeObject {
  const { uid, creationTimestamp, resourceVersion, generation } = live.metadata
  const specChanged = JSON.stringify(sorted(plain(object).spec)) !== JSON.stringify(sorted(live.spec))
  const next = typeof generation === 'number' ? { generation: generation + (specChanged ? 1 : 0) } : {}
  const { status: _, ...rest } = object
  const metadata = { ...object.metadata, uid, creationTimestamp, resourceVersion, ...next } as KubeObject['metadata']
  return { ...rest, apiVersion: live.apiVersion, kind: live.kind, metadata, ...(live.status === undefined ? {} : { status: live.status }) }
}

/** Refs of namespaced kinds carry a namespace, others none. */
export function scoped(ref: ObjectRef): ObjectRef {
  if (resourceOf(ref.apiVersion, ref.kind).namespaced) return ref
  const { namespace: _, ...rest } = ref
  return rest
}

/** As it would travel: no undefined values, nothing shared with the caller. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/** Keys in a fixed order, so that texts can be compared. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  )
}

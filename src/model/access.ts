import type { AdmissionDoor } from './admission.ts'
import type { FieldConflict } from './change.ts'
import type { Kind } from './kinds.ts'
import type { NodeDoor } from './node.ts'
import type { Json, KubeObject, ObjectRef } from './refs.ts'
import type { Rewriter } from './rewrite.ts'
import type { SourceKind, State } from './state.ts'

/** Progress of a collection: `done` of `total` kinds, and how many objects so far. */
export interface CollectProgress {
  readonly kind: Kind
  readonly done: number
  readonly total: number
  readonly objects: number
}

export interface CollectOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CollectProgress) => void
}

/** A resource of an API, as discovery tells it. */
export interface ApiResource {
  /** `''` is core. */
  readonly group: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly short: readonly string[]
}

/** The reading door to a cluster, a snapshot, a folder or the practice cluster. */
export interface Reader {
  readonly kind: SourceKind
  /** Reads the kinds; what cannot be read becomes a gap. Throws HardenError only where nothing can be read at all. */
  collect(kinds: readonly Kind[], options?: CollectOptions): Promise<State>
  /** What the API server serves, CRDs too; undefined where it does not say. Only of a live cluster. */
  resources?(signal?: AbortSignal): Promise<readonly ApiResource[] | undefined>
  close(): Promise<void>
}

export interface Written {
  /** The object as the server answered. */
  readonly object: KubeObject
  readonly warnings: readonly string[]
}

/**
 * The writing door. Errors are HardenError: `forbidden` (with the missing right), `conflict`, `rejected`, `not-found`,
 * `unreachable`. Every call may be a dry run. Secrets are never read or written through it.
 */
export interface Writer {
  /** The live object with its managedFields, undefined where there is none. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>
  /** Server-side apply, strict field validation. Not forced: a conflict throws HardenError `conflict` whose `cause` is ApplyConflict. */
  apply(object: KubeObject, options: { fieldManager: string; dryRun?: boolean; force?: boolean; signal?: AbortSignal }): Promise<Written>
  /** Create; fails with `conflict` where it exists. */
  create(object: KubeObject, options: { fieldManager: string; dryRun?: boolean; signal?: AbortSignal }): Promise<Written>
  /** PUT; `object` carries uid and resourceVersion as preconditions. */
  replace(object: KubeObject, options: { fieldManager: string; dryRun?: boolean; signal?: AbortSignal }): Promise<Written>
  /** JSON Patch, used to bring managedFields back. */
  jsonPatch(
    ref: ObjectRef,
    operations: readonly { readonly op: 'test' | 'replace' | 'add' | 'remove'; readonly path: string; readonly value?: Json }[],
    options: { fieldManager: string; dryRun?: boolean; signal?: AbortSignal },
  ): Promise<Written>
  /** Delete with preconditions (background propagation). */
  remove(ref: ObjectRef, options: { uid: string; resourceVersion?: string; dryRun?: boolean; signal?: AbortSignal }): Promise<void>
  /** The plural resource name of an object's kind, from discovery; HardenError `not-found` where the kind is not served. */
  plural(apiVersion: string, kind: string): Promise<{ plural: string; namespaced: boolean }>
}

/** The cause of a `conflict` error of `Writer.apply`. */
export class ApplyConflict extends Error {
  readonly conflicts: readonly FieldConflict[]
  constructor(conflicts: readonly FieldConflict[]) {
    super(conflicts.map((c) => `${c.field} is owned by ${c.manager}`).join('; '))
    this.conflicts = conflicts
  }
}

/** A connection: what is read from, and written to where it can be written at all. */
export interface Connection {
  readonly reader: Reader
  readonly writer?: Writer
  /** Where changes on nodes can be made from the session. */
  readonly nodes?: NodeDoor
  /** Writes again what is stored, without reading it. */
  readonly rewriter?: Rewriter
  /** Asks what admission would say, by dry runs. */
  readonly admission?: AdmissionDoor
  /** Why there is no writer: a snapshot, a folder. */
  readonly readOnlyReason?: string
}

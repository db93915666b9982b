import type { KubeObject, ObjectRef } from './refs.ts'
import type { Right } from './right.ts'

/*
 * What a ValidatingAdmissionPolicy would refuse of what is there, found by the API server itself: a copy of the policy that
 * only warns, only us, and dry runs that change nothing.
 */

/** A served resource, without subresources. */
export interface ServedResource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  /** Is this the version that the group prefers? */
  readonly preferred: boolean
}

export interface Served {
  readonly resources: readonly ServedResource[]
  /** Groups and versions that did not say what they serve: an aggregated API that is down. */
  readonly silent: readonly { readonly group: string; readonly version: string }[]
}

/** What is asked of an object: a change that changes nothing, or to be made once more under its own name. */
export const ASKED_OPERATIONS = ['UPDATE', 'CREATE'] as const
export type AskedOperation = (typeof ASKED_OPERATIONS)[number]

export interface AdmissionViolation {
  readonly object: ObjectRef
  readonly operation: AskedOperation
  /** What the policy says; or, with `error`, which expression cannot be evaluated. */
  readonly message: string
  /** An expression fails on this object, and failurePolicy Fail refuses it therefore. */
  readonly error?: true
}

/** What cannot be told, of one object or of a whole kind. */
export interface AdmissionUnknown {
  readonly object?: ObjectRef
  readonly kind?: string
  readonly operation?: AskedOperation
  readonly reason: string
}

export interface TypeWarning {
  readonly field: string
  readonly warning: string
}

export interface PolicyVerdict {
  readonly name: string
  /** Objects that were judged, in each operation that was asked. */
  readonly evaluated: number
  readonly violations: readonly AdmissionViolation[]
  readonly unknown: readonly AdmissionUnknown[]
  readonly typeChecking: readonly TypeWarning[]
  /** Has the cluster checked the types of the expressions? */
  readonly typeChecked: boolean
  /** What an operator should know: what is not asked, what is in the cluster already. */
  readonly notes: readonly string[]
}

export interface AdmissionPreview {
  readonly cluster: string
  readonly policies: readonly PolicyVerdict[]
  /** Where the server was asked: what was written for that, all of it removed again. */
  readonly probe?: { readonly entry: string; readonly written: readonly ObjectRef[]; readonly removed: boolean }
}

/** An object's name as a list gives it. */
export interface ListedName {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
}

/** What the API server said to one dry run. */
export interface DryRunAnswer {
  readonly warnings: readonly string[]
  /** Why the answer came from elsewhere than the policy: the server's words. */
  readonly refused?: string
  /** The object is gone meanwhile. */
  readonly gone?: true
}

export interface DryRunOptions {
  readonly fieldManager: string
  readonly signal?: AbortSignal
}

/** Questions about admission to a live API server. Every request reads or is a dry run; values of Secrets are not among the answers. */
export interface AdmissionDoor {
  served(signal?: AbortSignal): Promise<Served>
  /** Names only, page by page; `labels` is a label selector in its text form. Throws HardenError. */
  names(
    resource: ServedResource,
    options: { readonly namespace?: string; readonly labels?: string; readonly signal?: AbortSignal },
  ): AsyncIterable<readonly ListedName[]>
  /** A change that changes nothing. */
  touch(resource: ServedResource, object: ListedName, options: DryRunOptions): Promise<DryRunAnswer>
  /** The object made once more under its own name, as `made` gives it; that it exists already is said after admission. */
  makeAgain(
    resource: ServedResource,
    object: ListedName,
    made: (live: KubeObject) => KubeObject,
    options: DryRunOptions,
  ): Promise<DryRunAnswer>
  /** Those of these rights that we do not have. */
  missing(rights: readonly Right[], signal?: AbortSignal): Promise<readonly Right[]>
}

import type { Area, Severity } from './areas.ts'
import type { StorageProof } from './encryptionLife.ts'
import type { Item, Kind } from './kinds.ts'
import type { ObjectRef } from './refs.ts'
import type { Settings } from './settings.ts'
import type { ClusterInfo } from './state.ts'
import type { Params, Text } from './text.ts'

/** What a check is given: plain lists of the kinds it reads, only of namespaces that were seen whole for all of them. */
export type Seen<K extends Kind> = { readonly [P in K]: readonly Item<P>[] }

export interface CheckContext {
  readonly now: Date
  readonly cluster: ClusterInfo
  /**
   * Every kind this check reads was seen whole, without any gap. Only then is what is not in its lists not there. A folder of
   * manifests is whole as well where nothing in it was unreadable: it holds what it holds.
   */
  readonly complete: boolean
  /** Of the kinds that help this check: those of which something could not be seen. Undefined: none. */
  readonly hidden?: ReadonlySet<Kind>
  /** That everything was stored again with the configuration in use, as an earlier session proved. */
  readonly storageProof?: StorageProof
  /** What the operator says of this cluster. */
  readonly settings?: Settings
}

/** One object and what was seen of it. `message` names one of the check's messages; a sentence is made from it when shown. */
export interface Finding<M extends string = string> {
  readonly status: 'pass' | 'fail' | 'manual' | 'not-applicable' | 'unknown'
  readonly object: ObjectRef
  /** Where in the object: `spec.rules[0].verbs`. */
  readonly path?: string
  /** What was there, short, never a credential. */
  readonly saw?: string
  readonly message: M
  readonly params?: Params
  /** What known needs of system components are held against (docs/decisions/0022): images that it is about, all that was seen. */
  readonly traits?: { readonly images: readonly string[]; readonly saw: readonly string[] }
}

export interface Controls {
  /** mission.md's topics, such as T08. */
  readonly topic: readonly string[]
  /** CIS Kubernetes Benchmark 1.12. */
  readonly cis?: readonly string[]
  /** NSA/CISA Kubernetes Hardening Guidance, by chapter. */
  readonly nsa?: readonly string[]
  /** RBAC risks R01 to R43 (docs/rbac-risks.md). */
  readonly risk?: readonly string[]
}

interface Meta<M extends string> {
  readonly id: `${Area}/${string}`
  readonly severity: Severity
  readonly controls: Controls
  readonly text: { readonly title: Text; readonly why: Text; readonly fix: Text }
  readonly messages: { readonly [K in M]: Text }
  /** Documents of YAML: tests and docs come from here. Probes are written with apiVersion probe.kubeharden/v1. */
  readonly examples: { readonly bad: string; readonly good: string /** What the operator says in both. */; readonly settings?: Settings }
}

/** A check as the rest of the program knows it. */
export interface Check extends Meta<string> {
  readonly area: Area
  readonly reads: readonly Kind[]
  /**
   * Kinds that help where they can be seen, such as a second source of the same fact. What is missing of them does not blind the
   * check; it is told where a finding stays unknown. The check is given what there is of them.
   */
  readonly helps?: readonly Kind[]
  readonly evaluate: (seen: Seen<Kind>, context: CheckContext) => Iterable<Finding>
}

/**
 * Declares a check. `reads` drives collection, the rights that are needed, and the type of `evaluate`'s argument.
 * `evaluate` is pure and yields one finding for each object it looked at, passing ones too.
 */
export function defineCheck<const R extends readonly Kind[], M extends string, const H extends readonly Kind[] = readonly []>(
  check: Meta<M> & {
    readonly reads: R
    readonly helps?: H
    readonly evaluate: (seen: Seen<NoInfer<R | H>[number]>, context: CheckContext) => Iterable<Finding<NoInfer<M>>>
  },
): Check {
  const area = check.id.slice(0, check.id.indexOf('/')) as Area
  return { ...check, area, evaluate: check.evaluate as unknown as Check['evaluate'] }
}

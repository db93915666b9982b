import type { Edit } from './change.ts'
import type { ObjectRef } from './refs.ts'
import type { Gap } from './right.ts'

export const POD_SECURITY_LEVELS = ['privileged', 'baseline', 'restricted'] as const
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number]

/** As the labels of a namespace say it: `latest` or `v1.N`. */
export type PolicyVersion = 'latest' | `v1.${number}`

/** What one control says against one pod. */
export interface PodSecurityViolation {
  /** The control's id in Kubernetes' own admission plugin: `hostPorts`, `seccompProfile_restricted`. */
  readonly check: string
  /** The plugin's own words: `hostPort`, `allowPrivilegeEscalation != false`. */
  readonly reason: string
  /** Where it is, from the object's root: `spec.template.spec.containers[0].ports[1].hostPort`. */
  readonly fields: readonly string[]
  /** The fewest edits of the object that leave nothing of it; none where a volume would have to become another. */
  readonly cure?: readonly Edit[]
}

/** A violation and whose it is. */
export interface ObjectViolation extends PodSecurityViolation {
  readonly object: ObjectRef
  /** Of a pod or job: what made it, and would have to be changed. */
  readonly owner?: ObjectRef
  /** Run by a kubelet from a file: only that file changes it, and it runs whatever admission says. */
  readonly mirror?: true
}

/** Existing pods that have the same reasons, as the server's dry run groups them. */
export interface PodGroup {
  readonly reasons: string
  /** The first pod in the order of their names. */
  readonly pod: string
  readonly pods: number
}

/** What the API server itself answers to the label, without storing it; it looks at existing pods only. */
export type ServerVerdict =
  | { readonly kind: 'agrees'; readonly pods: number }
  | {
      readonly kind: 'differs'
      readonly onlyServer: readonly PodGroup[]
      readonly onlyHere: readonly PodGroup[]
      /** The server did not look at all pods: `the first 3000 of 4200`. */
      readonly partial?: string
    }
  /** It was asked and did not answer the question: no right, exempt, its limits. */
  | { readonly kind: 'unknown'; readonly why: string }

/** A namespace as it is today. */
export interface NamespacePodSecurity {
  readonly name: string
  /** What its `enforce` labels say now, where it has them. */
  readonly enforce?: { readonly level: string; readonly version: string }
  /** Pods and templates looked at, and those that violate. */
  readonly objects: number
  readonly violating: number
  /** The strictest level that nothing in it violates; undefined where not all of it was seen and what was seen does not decide. */
  readonly strictest?: PodSecurityLevel
  readonly server?: ServerVerdict
}

export interface PodSecurityPreview {
  readonly level: PodSecurityLevel
  readonly policyVersion: PolicyVersion
  /** The version whose rules were used: `latest` and pins newer than the cluster are the cluster's own. */
  readonly evaluatedAs: PolicyVersion
  readonly violations: readonly ObjectViolation[]
  readonly namespaces: readonly NamespacePodSecurity[]
  /** What could not be read, so that nothing is said about it. */
  readonly gaps: readonly Gap[]
}

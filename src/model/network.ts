import type { ObjectRef } from './refs.ts'

/** Whether a connection is let through; unknown where what decides it cannot be seen or is not laid down. */
export type Verdict = 'allowed' | 'denied' | 'unknown'

/** Does the network carry out NetworkPolicies? */
export type EnforcementState = 'enforced' | 'inert' | 'unknown'

/** Why a side is not certain. */
export type Doubt =
  /** A policy of another kind may select it, and what that one does is not worked out. */
  | { readonly kind: 'foreign'; readonly policy: ObjectRef }
  /** NetworkPolicies of this namespace could not be read. */
  | { readonly kind: 'unseen'; readonly namespace: string }
  /** Networks differ here (nodes, pods on their network), or an address or label is not known. */
  | { readonly kind: 'undefined' }

/** What one side says: the egress of where the connection begins, or the ingress of where it ends. */
export interface SideAnswer {
  readonly verdict: Verdict
  /** The policies that isolate this side; none: everything is let through. */
  readonly isolatedBy: readonly ObjectRef[]
  /** Those with a rule that lets it through, surely or perhaps. */
  readonly allowedBy: readonly ObjectRef[]
  readonly doubts: readonly Doubt[]
}

/** May one end connect to the other? */
export interface PairAnswer {
  readonly from: string
  readonly to: string
  readonly port: string
  readonly verdict: Verdict
  /** Set where no policy is asked: a pod to itself, a node to its own pods, two ends on nodes. */
  readonly always?: 'self' | 'own-node' | 'nodes'
  readonly egress: SideAnswer
  readonly ingress: SideAnswer
}

/** Why a flow should exist. */
export const FLOW_REASONS = ['service', 'published', 'ingress', 'client', 'dns', 'api', 'webhook', 'scrape', 'probe', 'imported'] as const
export type FlowReason = (typeof FLOW_REASONS)[number]

/** One flow that should exist, before and after. */
export interface FlowAnswer {
  readonly reason: FlowReason
  readonly from: string
  readonly to: string
  readonly port: string
  /** The object that says so: a Service, an Ingress, a webhook configuration. */
  readonly because?: ObjectRef
  readonly before: Verdict
  readonly after: Verdict
  /** What cuts it, where it is no longer let through. */
  readonly cutBy: readonly ObjectRef[]
}

/** What new policies cut. */
export interface NetworkImpact {
  readonly enforcement: { readonly state: EnforcementState; readonly by?: string }
  readonly added: readonly ObjectRef[]
  /** How many flows should exist, by reason. */
  readonly flows: { readonly [R in FlowReason]: number }
  /** Let through before, denied after. */
  readonly lost: readonly FlowAnswer[]
  /** Let through before, not known after. */
  readonly doubtful: readonly FlowAnswer[]
  /** Denied already before anything is added. */
  readonly denied: readonly FlowAnswer[]
  /** Lines of an imported list whose ends are no longer there. */
  readonly unmatched: readonly string[]
}

import type { PolicyRule } from '#model/objects/access.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Cover, Wanted } from '../rbacCover.ts'
import type { Scope } from '../rbacGrants.ts'
import type { NamedSubject } from '../rbacNamed.ts'
import type { RightVia } from '../rbacRights.ts'

/** A risky right as some rule gives it: where, on which names, through what. */
export interface HeldRight {
  readonly wanted: Wanted
  readonly cover: Cover
  readonly scope: Scope
  readonly rule: PolicyRule
  /** Undefined for a right that an earlier step of the chain brought. */
  readonly via?: RightVia
}

/** How one identity becomes another. */
export const STEP_KINDS = [
  'run-pod',
  'change-workload',
  'enter-pod',
  'swap-image',
  'mint-token',
  'read-token',
  'make-token-secret',
  'make-account',
  'impersonate',
  'bind-role',
  'change-binding',
  'escalate-role',
  'node-proxy',
  'host-volume',
  'loosen-namespace',
  'approve-certificate',
  'change-admission',
] as const
export type StepKind = (typeof STEP_KINDS)[number]

/** What a right's object is called, where only the end of the step says it. */
export type NameOf =
  | 'account'
  | 'pod'
  | 'secret'
  | 'workload'
  | 'role'
  | 'binding'
  | 'subject'
  | 'node'
  | { readonly name: string }
  | 'none'

/** One right that a step needs. */
export interface Need {
  readonly held: HeldRight
  readonly name: NameOf
  /** Known already; else the end of the step says it. */
  readonly namespace?: string
}

/** An edge that costs a step. */
export interface Move {
  readonly kind: StepKind
  readonly needs: readonly Need[]
  /** What must hold besides, which could not be seen. */
  readonly assumes?: string
}

/** An edge of the graph; without a move it costs nothing: what a thing is or brings. */
export interface Edge {
  readonly to: string
  readonly move?: Move
}

export interface Right {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  /** Undefined: an earlier step brought it. */
  readonly via?: RightVia
}

/** Where a step leads. `everything`: cluster-admin itself; the other ends are as good. */
export type Place =
  | { readonly kind: 'subject'; readonly subject: NamedSubject }
  | { readonly kind: 'role'; readonly role: { readonly kind: string; readonly name: string }; readonly namespace?: string }
  | { readonly kind: 'node'; readonly name?: string }
  | { readonly kind: 'kubelet' }
  | { readonly kind: 'everything' }
  | { readonly kind: 'control-plane-node'; readonly name?: string }
  | { readonly kind: 'admission' }

/** One step: who does it, which rights it takes, where it leads. */
export interface Step {
  readonly kind: StepKind
  readonly by: NamedSubject
  readonly rights: readonly Right[]
  readonly to: Place
  /** The object that it goes through: the pod, the Secret, the binding. */
  readonly through?: ObjectRef
  readonly assumes?: string
}

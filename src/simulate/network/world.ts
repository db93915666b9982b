import type { LabelSelector } from '#model/objects/meta.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Labels } from '../selectors.ts'
import { refTo } from '../workloadsRefs.ts'
import { blockOf } from './cidr.ts'
import type { Endpoint, Port } from './endpoints.ts'
import { COMMON, type CompiledPeer, type Dialect, type NamespaceLabels } from './match.ts'
import { type Direction, directionsOf, type Policy, type Rule, rulesOf } from './rules.ts'
import type { Tri } from './tri.ts'

export interface CompiledRule {
  readonly peers: readonly CompiledPeer[]
  readonly ports: Rule['ports']
}

/** A NetworkPolicy ready to be asked: its directions, its rules with their blocks read. */
export interface CompiledPolicy {
  readonly ref: ObjectRef
  readonly namespace: string
  readonly selector: LabelSelector
  /** The rules of each direction that it isolates. */
  readonly rules: ReadonlyMap<Direction, readonly CompiledRule[]>
}

/**
 * A policy of another kind (Cilium, Calico, cluster-wide ones). `affects`: could it change what this side says about a
 * connection that the NetworkPolicies let through, or deny?
 */
export interface ForeignPolicy {
  readonly ref: ObjectRef
  affects(
    own: Endpoint,
    direction: Direction,
    other: Endpoint,
    port: Port | undefined,
    said: { readonly sure: Tri; readonly isolated: boolean },
  ): boolean
}

/** Everything that decides connections. */
export interface World {
  readonly policies: ReadonlyMap<string, readonly CompiledPolicy[]>
  readonly labelsOf: NamespaceLabels
  readonly dialect: Dialect
  /** Were the NetworkPolicies of this namespace not all seen? */
  readonly unseen: (namespace: string) => boolean
  readonly foreign: readonly ForeignPolicy[]
}

export interface WorldParts {
  readonly namespaces?: ReadonlyMap<string, Labels>
  readonly dialect?: Dialect
  readonly unseen?: (namespace: string) => boolean
  readonly foreign?: readonly ForeignPolicy[]
}

/** Policies and what they refer to, indexed. */
export function worldOf(policies: readonly Policy[], parts: WorldParts = {}): World {
  const byNamespace = new Map<string, CompiledPolicy[]>()
  for (const policy of policies) {
    const compiled = compile(policy)
    const list = byNamespace.get(compiled.namespace)
    if (list === undefined) byNamespace.set(compiled.namespace, [compiled])
    else list.push(compiled)
  }
  return {
    policies: byNamespace,
    labelsOf: (namespace) => parts.namespaces?.get(namespace),
    dialect: parts.dialect ?? COMMON,
    unseen: parts.unseen ?? (() => false),
    foreign: parts.foreign ?? [],
  }
}

function compile(policy: Policy): CompiledPolicy {
  const rules = directionsOf(policy).map((d): [Direction, CompiledRule[]] => [d, rulesOf(policy, d).map(compileRule)])
  return {
    ref: refTo('networkPolicies', policy),
    namespace: policy.metadata.namespace ?? 'default',
    selector: policy.spec.podSelector,
    rules: new Map(rules),
  }
}

function compileRule(rule: Rule): CompiledRule {
  return {
    peers: rule.peers.map((peer) => ({ peer, block: peer.ipBlock === undefined ? undefined : blockOf(peer.ipBlock) })),
    ports: rule.ports,
  }
}

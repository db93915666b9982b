import type { Verdict } from '#model/network.ts'
import type { Bits, Range } from './bits.ts'
import { classesOf } from './classes.ts'
import { connect } from './decide.ts'
import type { NodeEnd, PodEnd, Port } from './endpoints.ts'
import { type Reach, reachOf } from './reach.ts'
import type { World } from './world.ts'

/** Ordered pairs of two different pods, by verdict. */
export interface MatrixSummary {
  readonly pods: number
  readonly classes: number
  readonly pairs: number
  readonly allowed: number
  readonly denied: number
  readonly unknown: number
}

/** Who reaches whom on one port, for all pods at once. */
export interface Matrix {
  verdict(from: number, to: number): Verdict
  /** Without looking at every pair: time grows with pods and policies, not with their square. */
  summary(): MatrixSummary
}

export function matrixOf(world: World, ends: readonly (PodEnd | NodeEnd)[], port: Port | undefined): Matrix {
  const classes = classesOf(world, ends, port)
  const classOf = new Int32Array(ends.length)
  classes.forEach(({ members }, c) => {
    for (const i of members) classOf[i] = c
  })
  const egress = reachOf(world, classes, 'Egress', port)
  const ingress = reachOf(world, classes, 'Ingress', port)
  const ofClasses = (a: number, b: number): Verdict => {
    const out = rangeOf(egress, a)
    const into = rangeOf(ingress, b)
    if (out === undefined || into === undefined) return 'unknown'
    if (out.sure.has(b) && into.sure.has(a)) return 'allowed'
    return out.maybe.has(b) && into.maybe.has(a) ? 'unknown' : 'denied'
  }
  const byClass = (i: number, j: number) => ofClasses(classOf[i] ?? 0, classOf[j] ?? 0)
  const singly = (i: number, j: number): Verdict => {
    const [from, to] = [ends[i], ends[j]]
    return from === undefined || to === undefined ? 'unknown' : connect(world, from, to, port).verdict
  }
  const verdict = (i: number, j: number) => (i === j ? 'allowed' : isApart(ends[i], ends[j]) ? singly(i, j) : byClass(i, j))
  const summary = () => {
    const counts = countOf(
      egress,
      ingress,
      classes.map((c) => c.members.length),
    )
    const move = (from: Verdict, to: Verdict | undefined) => {
      counts[from] -= 1
      if (to !== undefined) counts[to] += 1
    }
    for (let i = 0; i < ends.length; i += 1) move(byClass(i, i), undefined)
    for (const [i, j] of pairsApart(ends)) move(byClass(i, j), singly(i, j))
    const pairs = ends.length * (ends.length - 1)
    return { pods: ends.length, classes: classes.length, pairs, ...counts }
  }
  return { verdict, summary }
}

function rangeOf(reach: Reach, c: number): Range | undefined {
  return reach.groups[reach.groupOf[c] ?? -1]?.others
}

/** A pod and its own node: the one case in which two nodes matter. */
function isApart(a: PodEnd | NodeEnd | undefined, b: PodEnd | NodeEnd | undefined): boolean {
  return a?.kind !== b?.kind && a?.node !== undefined && a.node === b?.node
}

function* pairsApart(ends: readonly (PodEnd | NodeEnd)[]): Iterable<readonly [number, number]> {
  const byNode = new Map<string, { pods: number[]; hosts: number[] }>()
  ends.forEach(({ kind, node }, i) => {
    if (node === undefined) return
    const here = byNode.get(node) ?? { pods: [], hosts: [] }
    if (kind === 'pod') here.pods.push(i)
    else here.hosts.push(i)
    byNode.set(node, here)
  })
  for (const { pods, hosts } of byNode.values())
    for (const pod of pods)
      for (const host of hosts) {
        yield [pod, host]
        yield [host, pod]
      }
}

/**
 * All pairs of sources with one egress and destinations with one ingress are a product of two sums. What each set holds is
 * gone through once, so this takes as long as the sets are large, not groups times groups times classes.
 */
function countOf(egress: Reach, ingress: Reach, weights: readonly number[]): Record<Verdict, number> {
  const all = weights.reduce((total, w) => total + w, 0)
  const pairs = (which: 'sure' | 'maybe') => {
    const ends = egress.groups.map(({ others }) => tally(others[which], ingress.groupOf, weights))
    let total = 0
    ingress.groups.forEach(({ others }, to) => {
      for (const [from, starts] of tally(others[which], egress.groupOf, weights)) total += starts * (ends[from]?.get(to) ?? 0)
    })
    return total
  }
  const sure = pairs('sure')
  const maybe = pairs('maybe')
  return { allowed: sure, unknown: maybe - sure, denied: all * all - maybe }
}

/** How many ends of each group are in the set. */
function tally(set: Bits, groupOf: readonly number[], weights: readonly number[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  set.forEach((c) => {
    const group = groupOf[c]
    if (group !== undefined) sums.set(group, (sums.get(group) ?? 0) + (weights[c] ?? 0))
  })
  return sums
}

import type { Verdict } from '#model/network.ts'
import type { Range } from './bits.ts'
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

/** All pairs of sources with one egress and destinations with one ingress are a product of two sums. */
function countOf(egress: Reach, ingress: Reach, weights: readonly number[]): Record<Verdict, number> {
  const sum = (members: readonly number[], has: (c: number) => boolean) => {
    let total = 0
    for (const c of members) if (has(c)) total += weights[c] ?? 0
    return total
  }
  const all = weights.reduce((total, w) => total + w, 0)
  let sure = 0
  let maybe = 0
  const exact = new Map([...egress.groups, ...ingress.groups].map(({ others }) => [others, others.sure.equals(others.maybe)]))
  for (const from of egress.groups)
    for (const to of ingress.groups) {
      const pairs = (which: 'sure' | 'maybe') => {
        const starts = sum(from.members, (c) => to.others[which].has(c))
        return starts === 0 ? 0 : starts * sum(to.members, (c) => from.others[which].has(c))
      }
      const open = pairs('sure')
      sure += open
      maybe += exact.get(from.others) === true && exact.get(to.others) === true ? open : pairs('maybe')
    }
  return { allowed: sure, unknown: maybe - sure, denied: all * all - maybe }
}

import type { FlowAnswer, FlowReason, PairAnswer, Verdict } from '#model/network.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { classesOf } from './classes.ts'
import { connect } from './decide.ts'
import type { Endpoint, NodeEnd, PodEnd, Port } from './endpoints.ts'
import type { World } from './world.ts'

export interface Pair {
  readonly from: Endpoint
  readonly to: Endpoint
  readonly port: Port
}

/** A flow that should exist. */
export interface Flow {
  readonly reason: FlowReason
  readonly from: string
  readonly to: string
  /** Made when they are asked for: everybody times everybody is not kept. */
  readonly pairs: () => Iterable<Pair>
  /** `all`: every pair is needed. `any`: one that works is enough (somebody reaches the Service). */
  readonly needs: 'all' | 'any'
  readonly because?: ObjectRef
}

/** What becomes of a flow between two states of the policies. */
export function answerFlow(flow: Flow, before: World, after: World, added: ReadonlySet<string>): FlowAnswer {
  const cut = new Map<string, ObjectRef>()
  const was = new Set<Verdict>()
  const is = new Set<Verdict>()
  let port = ''
  for (const pair of flow.pairs()) {
    const old = connect(before, pair.from, pair.to, pair.port)
    const now = after === before ? old : connect(after, pair.from, pair.to, pair.port)
    port ||= now.port
    was.add(old.verdict)
    is.add(now.verdict)
    if (now.verdict !== 'allowed' && old.verdict !== 'denied') for (const ref of cutters(now, added)) cut.set(refKey(ref), ref)
    // Where somebody gets through both times, nobody else has to be asked.
    if (flow.needs === 'any' && now.verdict === 'allowed' && old.verdict === 'allowed') break
  }
  const sum = flow.needs === 'all' ? worst : best
  const result = sum(is)
  return {
    reason: flow.reason,
    from: flow.from,
    to: flow.to,
    port,
    ...(flow.because === undefined ? {} : { because: flow.because }),
    before: sum(was),
    after: result,
    cutBy: result === 'allowed' ? [] : [...cut.values()],
  }
}

/** The policies that keep it from getting through: those that were added, where they are among them. */
function cutters(answer: PairAnswer, added: ReadonlySet<string>): readonly ObjectRef[] {
  const sides = [answer.egress, answer.ingress].filter((s) => s.verdict !== 'allowed')
  const all = sides.flatMap((s) => [...s.isolatedBy, ...s.doubts.flatMap((d) => (d.kind === 'foreign' ? [d.policy] : []))])
  const fresh = all.filter((ref) => added.has(refKey(ref)))
  return fresh.length > 0 ? fresh : all
}

function worst(verdicts: ReadonlySet<Verdict>): Verdict {
  if (verdicts.has('denied')) return 'denied'
  return verdicts.has('unknown') ? 'unknown' : 'allowed'
}

function best(verdicts: ReadonlySet<Verdict>): Verdict {
  if (verdicts.has('allowed')) return 'allowed'
  return verdicts.has('unknown') ? 'unknown' : 'denied'
}

/** One of each kind of end that no policy tells apart, so that a Service is not asked about by each of ten thousand pods. */
export type Distinct = <T extends Endpoint>(ends: readonly T[]) => readonly T[]

/** `world` holds the policies of before and after. */
export function distinctIn(world: World, ends: readonly (PodEnd | NodeEnd)[]): Distinct {
  const classOf = new Map<Endpoint, number>()
  classesOf(world, ends, undefined).forEach(({ members }, c) => {
    for (const i of members) {
      const end = ends[i]
      if (end !== undefined) classOf.set(end, c)
    }
  })
  return (list) => {
    const seen = new Map<number | Endpoint, (typeof list)[number]>()
    for (const end of list) {
      // Pods on a node's network are a matter of which node.
      const key = end.kind === 'pod' ? (classOf.get(end) ?? end) : end
      if (!seen.has(key)) seen.set(key, end)
    }
    return [...seen.values()]
  }
}

/** Everybody to each target, one after the other. */
export function* cross(sources: readonly Endpoint[], targets: readonly Omit<Pair, 'from'>[]): Iterable<Pair> {
  for (const from of sources) for (const target of targets) yield { from, ...target }
}

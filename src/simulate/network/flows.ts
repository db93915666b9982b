import type { FlowAnswer, FlowReason, PairAnswer, Verdict } from '#model/network.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { connect } from './decide.ts'
import { type Endpoint, nameOf, type Port } from './endpoints.ts'
import type { World } from './world.ts'

/** A flow that should exist. */
export interface Flow {
  readonly reason: FlowReason
  readonly from: string
  readonly to: string
  readonly pairs: readonly { readonly from: Endpoint; readonly to: Endpoint; readonly port: Port }[]
  /** `all`: every pair is needed. `any`: one that works is enough (somebody reaches the Service). */
  readonly needs: 'all' | 'any'
  readonly because?: ObjectRef
}

/** Answers connections, each question once: thousands of flows ask the same few. */
export class Judge {
  private readonly world: World
  private readonly known = new Map<Endpoint, Map<Endpoint, Map<string, PairAnswer>>>()

  constructor(world: World) {
    this.world = world
  }

  ask(from: Endpoint, to: Endpoint, port: Port): PairAnswer {
    const key = `${port.port}/${port.protocol}`
    const second = this.known.get(from) ?? new Map<Endpoint, Map<string, PairAnswer>>()
    const third = second.get(to) ?? new Map<string, PairAnswer>()
    const answer = third.get(key) ?? connect(this.world, from, to, port)
    third.set(key, answer)
    second.set(to, third)
    this.known.set(from, second)
    return answer
  }
}

/** What becomes of a flow between two states of the policies. */
export function answerFlow(flow: Flow, before: Judge, after: Judge, added: ReadonlySet<string>): FlowAnswer {
  const cut = new Map<string, ObjectRef>()
  const was: Verdict[] = []
  const is: Verdict[] = []
  for (const { from, to, port } of flow.pairs) {
    const old = before.ask(from, to, port)
    was.push(old.verdict)
    // Nothing is to be looked for any more where somebody gets through.
    const now = after.ask(from, to, port)
    is.push(now.verdict)
    if (now.verdict !== 'allowed' && old.verdict !== 'denied') for (const ref of cutters(now, added)) cut.set(refKey(ref), ref)
    if (flow.needs === 'any' && now.verdict === 'allowed' && old.verdict === 'allowed') break
  }
  const [sum, first] = [flow.needs === 'all' ? worst : best, flow.pairs[0]]
  const result = sum(is)
  return {
    reason: flow.reason,
    from: flow.from,
    to: flow.to,
    port: first === undefined ? '' : `${first.port.port}/${first.port.protocol}`,
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

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('denied')) return 'denied'
  return verdicts.includes('unknown') ? 'unknown' : 'allowed'
}

function best(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('allowed')) return 'allowed'
  return verdicts.includes('unknown') ? 'unknown' : 'denied'
}

/** Ends that no selector tells apart stand for each other, so that a Service is not asked about by each of ten thousand pods. */
export function distinct(ends: readonly Endpoint[], byAddress: boolean): readonly Endpoint[] {
  const seen = new Map<string, Endpoint>()
  for (const end of ends) {
    const pod = end.kind === 'pod' ? end : end.kind === 'node' ? end.pod : undefined
    const labels = Object.entries(pod?.labels ?? {}).filter(([key]) => !UNIQUE.has(key))
    const same = [end.kind, pod?.namespace, labels, end.kind === 'outside' ? [] : end.named, end.kind === 'node' ? end.node : '']
    const key = byAddress || pod === undefined ? nameOf(end) : JSON.stringify(same)
    if (!seen.has(key)) seen.set(key, end)
  }
  return [...seen.values()]
}

/** Labels that differ from pod to pod of one workload; a policy that selects by them is asked about one of its pods. */
const UNIQUE: ReadonlySet<string> = new Set(['pod-template-hash', 'controller-revision-hash', 'pod-template-generation'])

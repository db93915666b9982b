import type { Impact } from '#model/change.ts'
import { kindOf } from '#model/kinds.ts'
import type { FlowAnswer } from '#model/network.ts'
import { refLabel } from '#model/refs.ts'
import { FOREIGN_KINDS } from '#simulate/network/foreign.ts'
import { FLOW_READS, impactBetween } from '../networkImpact.ts'
import { type Aspect, firstOf } from './aspect.ts'

const POLICIES = ['networkPolicies', ...FOREIGN_KINDS] as const

/** Flows that should exist and that policies cut, each with the policy that cuts it. */
export const flows: Aspect = {
  touches: POLICIES,
  reads: FLOW_READS,
  tell: ({ before, after, refs }) => {
    const policies = refs.filter((ref) => (POLICIES as readonly (string | undefined)[]).includes(kindOf(ref.apiVersion, ref.kind)))
    const { lost, doubtful } = impactBetween(before, { state: after, policies })
    const lines = [...lost.map((flow) => line(flow, 'danger', 'is cut')), ...doubtful.map((flow) => line(flow, 'warn', 'may be cut'))]
    return firstOf(lines, 'preview network')
  },
}

function line({ from, to, cutBy }: FlowAnswer, level: Impact['level'], what: string): Impact {
  const by = cutBy.map(refLabel).join(', ')
  return {
    level,
    text: { en: by === '' ? `{from} -> {to} ${what}.` : `{from} -> {to} ${what} by {by}.` },
    params: { from, to, by },
  }
}

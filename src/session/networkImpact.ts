import { FLOW_REASONS, type FlowReason, type NetworkImpact } from '#model/network.ts'
import { refKey } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { answerFlow, type Distinct, distinctIn, type Flow } from '#simulate/network/flows.ts'
import { clientFlows } from '#simulate/network/flowsClients.ts'
import { scrapeFlows } from '#simulate/network/flowsScrape.ts'
import { serviceFlows } from '#simulate/network/flowsServices.ts'
import { systemFlows } from '#simulate/network/flowsSystem.ts'
import { modelOf, NETWORK_READS, type NetworkModel } from '#simulate/network/fromState.ts'
import { worldOf } from '#simulate/network/world.ts'
import { type Added, withPolicies } from './networkAdd.ts'
import { importFlows } from './networkFlows.ts'

/** What says which flows should exist, besides what decides them. */
export const FLOW_READS = [
  ...NETWORK_READS,
  'ingresses',
  'roleBindings',
  'clusterRoleBindings',
  'validatingWebhooks',
  'mutatingWebhooks',
  'serviceMonitors',
  'podMonitors',
] as const

export interface ImpactOptions {
  /** Objects among which the new policies are. */
  readonly add?: Parameters<typeof withPolicies>[1]
  readonly namespace?: string
  /** A list of flows, and what it is called. */
  readonly flows?: { readonly text: string; readonly name: string }
}

/** The flows that should exist, and what new policies do to them. */
export function networkImpact(state: State, { add, namespace, flows }: ImpactOptions): NetworkImpact {
  const added: Added = add === undefined ? { state, policies: [] } : withPolicies(state, add, namespace)
  return impactBetween(state, added, flows)
}

/** The same between two states; `policies` are those that are new or changed in the second. */
export function impactBetween(state: State, { state: next, policies }: Added, flows?: ImpactOptions['flows']): NetworkImpact {
  const model = modelOf(state)
  const imported = flows === undefined ? { flows: [], unmatched: [] } : importFlows(model, state, flows.text, flows.name)
  const after = next === state ? model.world : modelOf(next).world
  const both = worldOf([...itemsOf(state, 'networkPolicies'), ...itemsOf(next, 'networkPolicies')], {
    foreign: [...model.world.foreign, ...after.foreign],
  })
  const all = [...expectedFlows(model, state, distinctIn(both, model.ends)), ...imported.flows]
  const names = new Set(policies.map(refKey))
  const answers = all.map((flow) => answerFlow(flow, model.world, after, names))
  return {
    enforcement: model.enforcement,
    added: policies,
    flows: Object.fromEntries(FLOW_REASONS.map((r) => [r, all.filter((f) => f.reason === r).length])) as Record<FlowReason, number>,
    lost: answers.filter((a) => a.before === 'allowed' && a.after === 'denied'),
    doubtful: answers.filter((a) => (a.before === 'allowed' && a.after === 'unknown') || (a.before === 'unknown' && a.after === 'denied')),
    denied: answers.filter((a) => a.before === 'denied'),
    unmatched: imported.unmatched,
  }
}

function expectedFlows(model: NetworkModel, state: State, distinct: Distinct): readonly Flow[] {
  return [...serviceFlows(model, state, distinct), ...clientFlows(model, state), ...systemFlows(model, state), ...scrapeFlows(model, state)]
}

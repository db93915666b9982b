import type { CheckContext, Finding, Seen } from '#model/check.ts'
import { coverageOf, type Program, recognised } from '#simulate/software.ts'
import { CLUSTER, params, seesCluster } from '#simulate/workloadsRefs.ts'

/** What a check of agents on nodes reads. */
export const AGENT_KINDS = ['daemonSets', 'deployments', 'statefulSets', 'nodes', 'namespaces'] as const

type AgentMessage = 'everywhere' | 'partly' | 'none'

/** `none`: what to say where no such agent was recognised. */
export function agentMessages<const N extends string>(none: N) {
  return {
    everywhere: { en: '{program} is ready on {ready} of {nodes} nodes.' },
    partly: { en: '{program} is ready on {ready} of {nodes} nodes.' },
    none: { en: none },
  } as const
}

/** Is one of these programs ready on every node, as a DaemonSet? */
export function* onEveryNode(
  { nodes, namespaces, daemonSets }: Pick<Seen<(typeof AGENT_KINDS)[number]>, 'nodes' | 'namespaces' | 'daemonSets'>,
  programs: readonly Program[],
  { complete }: CheckContext,
): Generator<Finding<AgentMessage>> {
  const found = recognised({ daemonSets }, programs)
  for (const { program, template } of found) {
    const covers = coverageOf(template.ref, daemonSets, nodes)
    if (covers === undefined) continue
    const whole = covers.ready >= covers.nodes
    yield {
      status: whole ? 'pass' : 'fail',
      object: template.ref,
      saw: program,
      message: whole ? 'everywhere' : 'partly',
      params: params({ program, ...covers }),
    }
  }
  if (found.length === 0 && seesCluster(namespaces, complete)) yield { status: 'fail', object: CLUSTER, message: 'none' }
}

import type { Change } from '#model/change.ts'
import type { State } from '#model/state.ts'
import { controlPlaneNodes, refuseDistributions } from '../shared/cluster.ts'
import { type NodeTask, nodeChanges } from '../shared/node/changes.ts'
import { keptFlags } from '../shared/node/kept.ts'
import { nowOn } from '../shared/node/now.ts'
import { nodesOf } from '../shared/node/questions.ts'
import { plansOf } from './plans.ts'
import type { FlagAnswers } from './questions.ts'
import { instanceOn } from './seen.ts'
import { SETTINGS } from './settings.ts'
import { WAYS } from './ways.ts'

/** One plan for each component of each node: etcd last of all, everything of one node before the next. */
export function allPlans(state: State, answers: FlagAnswers): readonly NodeTask[] {
  return nodesOf(state, answers, controlPlaneNodes(state)).flatMap((node) =>
    plansOf(state, answers.settings, (component) => instanceOn(state, component, node)).map(
      (plan): NodeTask => ({ node, plan, ...nowOn(state, node, plan) }),
    ),
  )
}

export function plan(state: State, answers: FlagAnswers): readonly Change[] {
  refuseDistributions(state, 'The control plane', WAYS)
  const tasks = allPlans(state, answers)
  const [first] = answers.settings
  return nodeChanges(answers, {
    title: { en: 'Flags of the control plane' },
    tasks,
    proof: { kind: 'check', check: first === undefined ? 'control-plane/profiling-api-server' : SETTINGS[first].check },
    kept: keptFlags(
      state,
      tasks.map((task) => task.plan),
    ),
  })
}

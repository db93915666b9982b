import type { NodePlan } from '#model/node.ts'
import type { State } from '#model/state.ts'
import { goalOf, keysFor, type Stand, standOf, stepOf } from './life.ts'
import { filePlan, flagsAwayPlan } from './nodePlan.ts'
import type { EncryptionAnswers } from './questions.ts'

/** The one next step of these answers, and what it puts onto each control-plane node. */
export interface Planned {
  readonly goal: string
  readonly stand: Stand
  readonly step: ReturnType<typeof stepOf>
  readonly plan: NodePlan
}

/** @throws HardenError `input` where there is no next step on nodes, or it cannot be told */
export function planned(state: State, answers: EncryptionAnswers): Planned {
  const goal = goalOf(state, answers)
  const stand = standOf(state, answers)
  const step = stepOf(stand, goal)
  const plan = step.do === 'flags-away' ? flagsAwayPlan(state) : filePlan(state, answers, step.order, keysFor(state, answers, stand))
  return { goal, stand, step, plan }
}

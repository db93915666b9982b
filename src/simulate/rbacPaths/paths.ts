import { foreignSubjects } from '../rbacForeign.ts'
import { canonical, type NamedSubject, subjectKey } from '../rbacNamed.ts'
import { stepsOf } from './chains.ts'
import { type Asked, graphOf } from './graph.ts'
import { GOALS, subjectOfNode } from './hubs.ts'
import { edgesTo, edgesToGoal, waysFrom, waysToGoals } from './search.ts'
import type { Place, Step } from './types.ts'
import type { World } from './world.ts'

/** A subject that reaches cluster-admin, or what is as good; without steps it has it. */
export interface AdminPath {
  readonly subject: NamedSubject
  /** What Kubernetes and kubeadm ship, and nobody extended. */
  readonly builtin: boolean
  readonly steps: readonly Step[]
}

/** Every subject that a binding names and that reaches cluster-admin, with a shortest chain. */
export function pathsToAdmin(world: World): readonly AdminPath[] {
  const ways = waysToGoals(graphOf(world))
  const { named, foreign } = subjectsOf(world)
  return [...named].flatMap(([node, subject]) => {
    if (!ways.has(node)) return []
    return [{ subject, builtin: !foreign.has(node), steps: stepsOf(subject, edgesToGoal(node, ways)) }]
  })
}

function subjectsOf({ grants }: World): { readonly named: ReadonlyMap<string, NamedSubject>; readonly foreign: ReadonlySet<string> } {
  const named = new Map<string, NamedSubject>()
  const foreign = new Set<string>()
  for (const grant of grants) {
    for (const subject of grant.subjects) {
      const one = canonical(subject, grant.meta.namespace)
      if (one !== undefined) named.set(subjectKey(one), one)
    }
    for (const subject of foreignSubjects(grant)) {
      const one = canonical(subject, grant.meta.namespace)
      if (one !== undefined && one.name !== 'system:masters') foreign.add(subjectKey(one))
    }
  }
  return { named: new Map([...named].toSorted(([a], [b]) => (a < b ? -1 : 1))), foreign }
}

export interface Reached {
  /** The chain to cluster-admin; undefined where there is none, empty where it is held. */
  readonly admin?: readonly Step[]
  /** Every identity that can be taken on, with a shortest chain, nearest first. */
  readonly identities: readonly { readonly subject: NamedSubject; readonly steps: readonly Step[] }[]
}

/** What one subject reaches, step by step. */
export function reachOf(world: World, asked: Asked): Reached {
  const start = subjectKey(asked.subject)
  const ways = waysFrom(graphOf(world, asked), start)
  const goals = [...GOALS].filter((goal) => ways.has(goal)).toSorted((a, b) => (ways.get(a)?.steps ?? 0) - (ways.get(b)?.steps ?? 0))
  const [goal] = goals
  const identities = [...ways].flatMap(([node, { steps }]) => {
    const subject = steps === 0 ? undefined : subjectOfNode(node)
    return subject === undefined ? [] : [{ subject, steps: stepsOf(asked.subject, edgesTo(node, ways)) }]
  })
  return {
    ...(goal === undefined ? {} : { admin: stepsOf(asked.subject, edgesTo(goal, ways)) }),
    // A group that comes with an account is no identity of its own.
    identities: identities
      .filter(({ subject, steps }) => endsAt(steps.at(-1)?.to, subject))
      .toSorted((a, b) => a.steps.length - b.steps.length),
  }
}

function endsAt(place: Place | undefined, subject: NamedSubject): boolean {
  return place?.kind === 'subject' && subjectKey(place.subject) === subjectKey(subject)
}

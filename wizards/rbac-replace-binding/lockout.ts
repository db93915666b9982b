import type { Impact } from '#model/change.ts'
import type { Subject } from '#model/objects/access.ts'
import type { State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import type { Grant } from '#simulate/rbacGrants.ts'
import { subjectMatches, systemSubject } from '#simulate/rbacSubjects.ts'
import { input } from '../shared/cluster.ts'
import { grantsIn } from '../shared/grants.ts'
import { risksOf } from '../shared/risks.ts'
import { operator } from '../shared/subjects.ts'
import type { Target } from './target.ts'

const MASTERS = 'system:masters'

function grantsAll(grant: Grant): boolean {
  return grant.scope.kind === 'cluster' && (grant.roleRef.name === 'cluster-admin' || risksOf(grant.rules).some((r) => r.id === 'R01'))
}

/** Somebody who can go on working: no part of the cluster, and not the group that no certificate should have. */
function isSomebody(subject: Subject): boolean {
  return subject.name !== MASTERS && systemSubject(subject) === undefined
}

/** Does somebody keep all rights, through another binding or as one who stays bound? */
function adminRemains(state: State, target: Target): boolean {
  if (target.kept.some(isSomebody)) return true
  const { binding } = target.grant
  return grantsIn(state).some(
    (g) => (g.binding.name !== binding.name || g.scope.kind !== 'cluster') && grantsAll(g) && g.subjects.some(isSomebody),
  )
}

/** Is the operator among those who lose the binding? Members of system:masters may do everything without one. */
function operatorLoses(state: State, target: Target): boolean {
  const who = operator(state)
  if (who === undefined || who.groups.includes(MASTERS)) return false
  const covers = (s: Subject) => subjectMatches(s, who, target.grant.meta.namespace)
  return target.moved.some(covers) && !target.kept.some(covers)
}

/** @throws HardenError `input` where the operator would take the last full rights from themselves */
export function refuseLockout(state: State, target: Target): void {
  if (!operatorLoses(state, target) || !grantsAll(target.grant) || adminRemains(state, target)) return
  throw input(
    `${safe(target.grant.binding.name)} is the only binding that gives full rights over this cluster, and you hold them through it.`,
    'Bind another administrator to cluster-admin first, or move only subjects that are not you (moveSubjects).',
  )
}

/** Lines about losing the way back in. */
export function lockoutImpacts(state: State, target: Target): Impact[] {
  const name = target.grant.binding.name
  const who = operator(state)
  if (operatorLoses(state, target))
    return [
      {
        level: 'danger',
        text: { en: 'You are {who} and lose these rights yourself. You may then lack the rights to undo this.' },
        params: { who: who?.name ?? '' },
      },
    ]
  const lines: Impact[] = []
  if (who === undefined)
    lines.push({
      level: 'warn',
      text: { en: 'Who you are on this cluster could not be seen: make sure that you do not hold your rights through {name}.' },
      params: { name },
    })
  if (grantsAll(target.grant) && !adminRemains(state, target))
    lines.push({
      level: 'danger',
      text: { en: 'No other binding gives full rights over this cluster; only certificates of the group system:masters keep them.' },
    })
  return lines
}

import type { Subject } from '#model/objects/access.ts'
import type { State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import { foreignSubjects } from '#simulate/rbacForeign.ts'
import type { Grant } from '#simulate/rbacGrants.ts'
import { subjectLabel, systemBinding, systemSubject } from '#simulate/rbacSubjects.ts'
import { input } from '../shared/cluster.ts'
import { grantsIn } from '../shared/grants.ts'
import { given } from '../shared/names.ts'
import type { ReplaceAnswers } from './questions.ts'

/** What is replaced: the binding with what it gives, who leaves it and who stays. */
export interface Target {
  readonly grant: Grant
  readonly moved: readonly Subject[]
  readonly kept: readonly Subject[]
}

/** A subject as answers name it: `User alice`, `ServiceAccount shop/api`. */
export function labelIn(grant: Grant, subject: Subject): string {
  return subjectLabel(subject, grant.meta.namespace)
}

/** Who is moved unless the operator says otherwise: people and programs before the cluster's own parts. */
export function movable(grant: Grant): readonly Subject[] {
  const foreign = foreignSubjects(grant)
  const others = foreign.filter((s) => systemSubject(s, grant.meta.namespace) === undefined)
  return others.length > 0 ? others : foreign
}

/**
 * The binding that the answers name, and its subjects parted into those who go and those who stay.
 * @throws HardenError `input` where it is not there, or where a part of the cluster itself would be moved
 */
export function targetOf(state: State, answers: ReplaceAnswers): Target {
  const grant = grantOf(state, answers)
  const moved = chosen(grant, answers)
  return { grant, moved, kept: grant.subjects.filter((s) => !moved.includes(s)) }
}

function grantOf(state: State, answers: ReplaceAnswers): Grant {
  const namespace = answers.bindingScope === 'namespace' ? given(answers.bindingNamespace) : undefined
  if (answers.bindingScope === 'namespace' && namespace === undefined)
    throw input('bindingNamespace: in which namespace is the binding?', 'Name its namespace, or answer bindingScope with cluster.')
  const found = grantsIn(state).find((g) => g.binding.name === answers.binding && g.binding.namespace === namespace)
  if (found !== undefined) return found
  const what = namespace === undefined ? 'ClusterRoleBinding' : `RoleBinding in namespace ${safe(namespace)}`
  throw input(
    `binding: no ${what} named ${safe(answers.binding)} was seen in this cluster.`,
    'Check the name with: kubectl get clusterrolebindings,rolebindings --all-namespaces',
  )
}

function chosen(grant: Grant, answers: ReplaceAnswers): readonly Subject[] {
  const wanted = answers.moveSubjects ?? []
  const name = safe(grant.binding.name)
  if (wanted.length === 0) {
    const moved = movable(grant)
    if (moved.length > 0 || grant.subjects.length === 0) return moved
    throw input(
      `binding: ${name} and its subjects belong to the cluster itself.`,
      'It stays as it is: Kubernetes needs it. Choose another binding.',
    )
  }
  const labels = grant.subjects.map((s) => labelIn(grant, s))
  const missing = wanted.filter((w) => !labels.includes(w))
  if (missing.length > 0)
    throw input(
      `moveSubjects: ${missing.map(safe).join(', ')} is not among the subjects of ${name}.`,
      `Its subjects are: ${labels.map(safe).join(', ')}.`,
    )
  const moved = grant.subjects.filter((s) => wanted.includes(labelIn(grant, s)))
  const foreign = foreignSubjects(grant)
  const shipped = moved.filter((s) => !foreign.includes(s))
  if (shipped.length === 0) return moved
  const why = systemBinding(grant.meta, grant.roleRef.name) ?? 'part of Kubernetes'
  throw input(
    `moveSubjects: ${shipped.map((s) => safe(labelIn(grant, s))).join(', ')} belongs to the cluster itself and stays bound by ${name}.`,
    `The binding is ${why}, and the cluster needs it. Leave these subjects out.`,
  )
}

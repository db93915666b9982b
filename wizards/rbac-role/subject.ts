import type { Subject } from '#model/objects/access.ts'
import { itemsOf, type State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import { input, requireNamespaces, seenWhole } from '../shared/cluster.ts'
import { given, isSubdomain } from '../shared/names.ts'
import type { RoleAnswers } from './questions.ts'

/** Nobody may be given rights through these: they are everybody, or stand above RBAC. */
const REFUSED = new Map([
  ['system:anonymous', 'Requests without any credential would get these rights.'],
  ['system:unauthenticated', 'Requests without any credential would get these rights.'],
  ['system:masters', 'This group may do everything already, whatever roles say.'],
])

/**
 * The subject that the answers name.
 * @throws HardenError `input` where it must not be given rights, or is not there
 */
export function subjectOf(state: State, answers: RoleAnswers): Subject {
  const { subjectKind, subjectName } = answers
  if (subjectKind !== 'ServiceAccount') {
    const reason = REFUSED.get(subjectName)
    if (reason !== undefined) throw input(`subjectName: ${safe(subjectName)} is not given rights.`, reason)
    if (subjectName.startsWith('system:serviceaccount:'))
      throw input(
        `subjectName: ${safe(subjectName)} is a service account.`,
        'Answer subjectKind with ServiceAccount and give its plain name.',
      )
    if (/^system:(node|nodes|kube-)/.test(subjectName))
      throw input(
        `subjectName: ${safe(subjectName)} belongs to the cluster itself.`,
        'Its rights come with Kubernetes and need no role of yours.',
      )
    return { kind: subjectKind, name: subjectName }
  }
  return serviceAccount(state, answers)
}

function serviceAccount(state: State, answers: RoleAnswers): Subject {
  const name = answers.subjectName
  const namespace = given(answers.subjectNamespace) ?? (answers.scope === 'namespace' ? given(answers.inNamespace) : undefined)
  if (!isSubdomain(name))
    throw input(`subjectName: ${safe(name)} is not the name of a service account.`, 'Use lower-case letters, digits, dashes and dots.')
  if (namespace === undefined) throw input('subjectNamespace: in which namespace does the service account live?', 'Name its namespace.')
  requireNamespaces(state, 'subjectNamespace', [namespace])
  if (!answers.createServiceAccount && seenWhole(state, 'serviceAccounts') && !exists(state, namespace, name))
    throw input(
      `subjectName: there is no service account ${safe(namespace)}/${safe(name)}.`,
      'Answer createServiceAccount with yes, or name one that exists: a name bound in advance gives its rights to whoever creates it.',
    )
  return { kind: 'ServiceAccount', name, namespace }
}

export function exists(state: State, namespace: string, name: string): boolean {
  return itemsOf(state, 'serviceAccounts').some((s) => s.metadata.name === name && s.metadata.namespace === namespace)
}

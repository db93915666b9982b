import type { Grant } from '#simulate/rbacGrants.ts'
import { grantsFor } from '#simulate/rbacGrants.ts'
import { identityOf, type NamedSubject } from '#simulate/rbacNamed.ts'
import type { Identity } from '#simulate/rbacSubjects.ts'
import type { Leaked } from './leaked.ts'

/** What takes a credential away, in the order in which it is done: the credential itself where that can be, then its rights. */
export function revocation(
  subject: NamedSubject,
  identity: Identity,
  leaked: Leaked | undefined,
  grants: readonly Grant[],
  now: Date,
): readonly string[] {
  const ended = leaked?.expires !== undefined && Date.parse(leaked.expires) <= now.getTime()
  const last = ended ? [`It ended on ${leaked?.expires}: nobody signs in with it any more. What was made with it stays.`] : []
  return [...last, ...ofCredential(subject, leaked), ...ofRights(subject, identity, grants)]
}

function ofCredential(subject: NamedSubject, leaked: Leaked | undefined): readonly string[] {
  if (leaked?.kind === 'account-token') return ofToken(leaked)
  if (leaked?.kind === 'certificate')
    return [
      `A certificate cannot be revoked: it signs in until ${leaked.expires}, unless the API server gets another client CA (all certificates of the old one with it).`,
    ]
  if (leaked?.kind === 'other-token') return ['Whoever issued it ends it: close the sign-in there. The API server takes it until it ends.']
  if (subject.kind === 'ServiceAccount')
    return [
      `Tokens of pods end with their pods, those in Secrets with their Secrets; deleting ServiceAccount ${subject.namespace}/${subject.name} ends all of them, and a new one of that name does not bring them back.`,
    ]
  return ['A certificate cannot be revoked; a sign-in outside the cluster is closed there. Taking the rights away works for both.']
}

function ofToken({ subject, bound, legacy, expires }: Extract<Leaked, { kind: 'account-token' }>): readonly string[] {
  const at = subject.kind === 'ServiceAccount' ? `${subject.namespace}/` : ''
  const account = `Deleting ServiceAccount ${at}${subject.name} ends every token of it; a new one of that name does not bring them back.`
  if (legacy) return [`Delete Secret ${at}${bound?.name}: that ends the token. It never ends by itself.`, account]
  const until = expires === undefined ? '' : ` By itself it ends on ${expires}.`
  if (bound === undefined) return [`It is bound to no object: deleting its service account is the only way to end it.${until}`, account]
  const where = bound.kind === 'Node' ? bound.name : `${at}${bound.name}`
  return [`Delete ${bound.kind} ${where}: that ends the token, at the latest after a minute.${until}`, account]
}

/** Bindings that name it, and groups that nothing in the cluster can take from it. */
function ofRights(subject: NamedSubject, identity: Identity, grants: readonly Grant[]): readonly string[] {
  const alone = identityOf(subject)
  const own = grantsFor(grants, subject.kind === 'Group' ? { name: '', groups: [subject.name] } : { name: alone.name, groups: [] })
  const names = own.map(({ binding }) => `${binding.kind} ${binding.namespace === undefined ? '' : `${binding.namespace}/`}${binding.name}`)
  const known = new Set(['system:authenticated', 'system:serviceaccounts', subject.name])
  const groups = identity.groups.filter((g) => !known.has(g) && grantsFor(grants, { name: '', groups: [g] }).length > 0)
  return [
    ...(identity.groups.includes('system:masters')
      ? ['It is in system:masters: no binding gives that and none takes it. Only another client CA ends it.']
      : []),
    ...(names.length === 0 ? [] : [`Remove it from what names it: ${names.join(', ')}.`]),
    ...groups
      .filter((g) => g !== 'system:masters')
      .map((g) => `It has rights as a member of ${g}: bindings to that group are all its members’.`),
  ]
}

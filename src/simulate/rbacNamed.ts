import type { Subject } from '#model/objects/access.ts'
import { accountIdentity, accountOf, type Identity } from './rbacSubjects.ts'

/** A subject as a binding writes it, in the one form that the engines compare: a service account is never written as a user. */
export type NamedSubject =
  | { readonly kind: 'User'; readonly name: string }
  | { readonly kind: 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string }

const KINDS: Readonly<Record<string, NamedSubject['kind']>> = {
  user: 'User',
  group: 'Group',
  sa: 'ServiceAccount',
  serviceaccount: 'ServiceAccount',
}

/**
 * A subject as people and programs write it: `user:alice`, `group:dev`, `sa:shop/ci`, `ServiceAccount shop/ci` as who-can prints
 * it, `system:serviceaccount:shop:ci` as the audit log does. A bare word is a user. Undefined where a service account has no
 * namespace or name.
 */
export function namedSubject(text: string): NamedSubject | undefined {
  const [, word = '', rest = ''] = /^([A-Za-z]+)[: ](.*)$/s.exec(text) ?? []
  const kind = Object.hasOwn(KINDS, word.toLowerCase()) ? KINDS[word.toLowerCase()] : undefined
  const name = kind === undefined ? text : rest
  if (name === '') return undefined
  if (kind === 'Group') return { kind, name }
  if (kind !== 'ServiceAccount') return canonical({ kind: 'User', name })
  const slash = name.indexOf('/')
  const [namespace, account] = [name.slice(0, slash), name.slice(slash + 1)]
  return slash < 1 || account === '' || account.includes('/') ? undefined : { kind, name: account, namespace }
}

/** A subject of a binding in the one form; undefined for what stands for nobody. */
export function canonical(subject: Subject, bindingNamespace?: string): NamedSubject | undefined {
  const account = accountOf(subject, bindingNamespace)
  if (account !== undefined) return { kind: 'ServiceAccount', ...account }
  return subject.kind === 'User' || subject.kind === 'Group' ? { kind: subject.kind, name: subject.name } : undefined
}

/** One key for one subject. */
export function subjectKey(subject: NamedSubject): string {
  return subject.kind === 'ServiceAccount' ? `ServiceAccount ${subject.namespace}/${subject.name}` : `${subject.kind} ${subject.name}`
}

/**
 * Who asks, as the API server sees it, with the groups that come by themselves: three for a service account,
 * system:authenticated for everybody signed in. Other groups of people are in no object: `more` names them. A group alone is a
 * member of it that nothing else is known of.
 */
export function identityOf(subject: NamedSubject, more: readonly string[] = []): Identity {
  const own = ownIdentity(subject)
  return { name: own.name, groups: [...new Set([...own.groups, ...more])] }
}

function ownIdentity(subject: NamedSubject): Identity {
  if (subject.kind === 'ServiceAccount') return accountIdentity(subject.namespace, subject.name)
  if (subject.name === 'system:anonymous' || subject.name === 'system:unauthenticated')
    return { name: 'system:anonymous', groups: ['system:unauthenticated'] }
  const groups = subject.kind === 'Group' ? [subject.name] : subject.name.startsWith('system:node:') ? ['system:nodes'] : []
  // The groups of every service account are no people's: system:serviceaccounts:shop brings system:serviceaccounts.
  const accounts = groups.some((g) => g.startsWith('system:serviceaccounts:')) ? ['system:serviceaccounts'] : []
  return { name: subject.kind === 'User' ? subject.name : '', groups: [...groups, ...accounts, 'system:authenticated'] }
}

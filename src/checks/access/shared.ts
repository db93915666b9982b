import type { Finding } from '#model/check.ts'
import type { PolicyRule, Subject } from '#model/objects/access.ts'
import type { Text } from '#model/text.ts'
import { type Cover, coverOf, isEverything, isFullWildcard, some } from '#simulate/rbacCover.ts'
import { foreignSubjects } from '#simulate/rbacForeign.ts'
import { type Grant, grantsOf, type RbacLists } from '#simulate/rbacGrants.ts'
import { subjectLabel } from '#simulate/rbacSubjects.ts'

/*
 * Which check speaks of which binding. One cause makes one red line, so:
 * 1. Bindings that Kubernetes and kubeadm ship are not spoken of, except of subjects that somebody added to them.
 * 2. What is as good as cluster-admin (`isAdminGrant`) is cluster-admin-bindings' alone.
 * 3. Every verb on every resource of an API group is wildcard-rules' alone; a check of one right stays silent on a
 *    binding that has the right from there only. A rule with one `*` is both wildcard-rules' and the right's own check's.
 * 4. A binding to a role that does not exist gives nothing: dangling-bindings speaks of it.
 */

/** A binding and those of its subjects that somebody chose. */
export interface Held {
  readonly grant: Grant
  readonly subjects: readonly Subject[]
}

/** Every binding that somebody made or extended, whatever it gives. */
export function held(lists: RbacLists): readonly Held[] {
  return grantsOf(lists)
    .map((grant) => ({ grant, subjects: foreignSubjects(grant) }))
    .filter(({ subjects }) => subjects.length > 0)
}

/** Bindings that the checks of single rights speak of (rules 2 and 4 above). */
export function judgeable(lists: RbacLists): readonly Held[] {
  return held(lists).filter(({ grant }) => grant.role !== 'missing' && !isAdminGrant(grant))
}

/** As good as cluster-admin: the role itself, in whatever scope, or `*` on everything in the whole cluster. */
export function isAdminGrant(grant: Grant): boolean {
  if (grant.roleRef.kind === 'ClusterRole' && grant.roleRef.name === 'cluster-admin') return true
  return grant.scope.kind === 'cluster' && grant.rules.some(isEverything)
}

/** Rights that are a risk: any of the verbs on any of the resources of a group (`pods/exec` for a subresource). */
export interface Rights {
  readonly verbs: readonly string[]
  readonly group: string
  readonly resources: readonly string[]
}

/** One risky right a rule gives. */
export interface Hit {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly cover: Cover
  readonly rule: PolicyRule
}

/** The risky rights that rules give. */
export function hitsOf(rules: readonly PolicyRule[], rights: readonly Rights[]): readonly Hit[] {
  return rules.flatMap((rule) =>
    rights.flatMap(({ verbs, group, resources }) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => {
          const cover = coverOf(rule, { verb, group, resource })
          return cover === undefined ? [] : [{ verb, group, resource, cover, rule }]
        }),
      ),
    ),
  )
}

/** How much a right weighs: a risk, narrow enough to pass, or nothing at all. */
export type Weight = 'risk' | 'narrow' | 'none'

/** The usual weight: a right on named objects only is what least privilege looks like. */
export function byName(hit: Hit): Weight {
  return hit.cover.on === 'all' ? 'risk' : 'narrow'
}

/** One finding for each binding, by the rights it gives. */
export function* judge(
  lists: RbacLists,
  rights: readonly Rights[],
  weigh: (hit: Hit, held: Held) => Weight = byName,
): Generator<Finding<'granted' | 'narrow' | 'clean'>> {
  for (const one of judgeable(lists)) {
    const hits = hitsOf(one.grant.rules, rights).map((hit) => ({ hit, weight: weigh(hit, one) }))
    const own = hits.filter(({ hit }) => !isFullWildcard(hit.rule))
    const risky = own.filter(({ weight }) => weight === 'risk').map(({ hit }) => hit)
    const narrow = own.filter(({ weight }) => weight === 'narrow').map(({ hit }) => hit)
    if (risky.length > 0) yield about(one, 'fail', 'granted', describeHits(risky))
    else if (hits.some(({ hit, weight }) => weight !== 'none' && isFullWildcard(hit.rule))) continue
    else if (narrow.length > 0) yield about(one, 'pass', 'narrow', describeHits(narrow))
    else yield about(one, 'pass', 'clean')
  }
}

/** The three messages of `judge`. */
export function messages(clean: Text, narrow?: Text) {
  return {
    granted: { en: '{subjects} may {rule} {scope}, through {role}.' },
    narrow: narrow ?? { en: '{subjects} may {rule} {scope}, through {role}: named objects only.' },
    clean,
  }
}

/** A finding about a binding, with what every message may use: {subjects}, {role}, {scope}, {rule}. */
export function about<M extends string>({ grant, subjects }: Held, status: Finding['status'], message: M, rule = ''): Finding<M> {
  const role = `${grant.roleRef.kind} ${grant.roleRef.name}`
  const who = some(
    subjects.map((subject) => subjectLabel(subject, grant.meta.namespace)),
    3,
  )
  return {
    status,
    object: grant.binding,
    path: 'roleRef',
    saw: `${role} for ${who}`,
    message,
    params: { subjects: who, role, scope: scopeWords(grant), rule },
  }
}

/** `cluster-wide`, or `in namespace shop`. */
export function scopeWords(grant: Grant): string {
  return grant.scope.kind === 'cluster' ? 'cluster-wide' : `in namespace ${grant.scope.namespace}`
}

/** `get, list secrets; create pods/exec`, with names where there are any. */
export function describeHits(hits: readonly Hit[]): string {
  const byTarget = new Map<string, Set<string>>()
  for (const { verb, group, resource, cover } of hits) {
    const names = cover.on === 'all' ? '' : ` ${some(cover.names, 3)}`
    const target = `${group === '' ? resource : `${resource}.${group}`}${names}`
    byTarget.set(target, (byTarget.get(target) ?? new Set()).add(verb))
  }
  const phrases = new Map<string, string[]>()
  for (const [target, verbs] of byTarget) {
    const words = [...verbs].join(', ')
    phrases.set(words, [...(phrases.get(words) ?? []), target])
  }
  return [...phrases].map(([verbs, targets]) => `${verbs} ${some(targets)}`).join('; ')
}

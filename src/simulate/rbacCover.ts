import type { PolicyRule } from '#model/objects/access.ts'
import { listed, resourceMatches } from './rbac.ts'

/** A right that is worth looking for, in the words of a rule: `resource` may carry its subresource, `pods/exec`. */
export interface Wanted {
  readonly verb: string
  readonly group: string
  readonly resource: string
}

/** On which objects a rule gives a right: on all, or only on those named. */
export type Cover = { readonly on: 'all' } | { readonly on: 'names'; readonly names: readonly string[] }

/**
 * On which objects a rule gives a right; undefined where it gives it on none. A rule with names never gives `create` on
 * a whole resource, nor `deletecollection`, because these requests carry no name; `create` on a subresource does carry one.
 */
export function coverOf(rule: PolicyRule, wanted: Wanted): Cover | undefined {
  const [resource = '', subresource = ''] = wanted.resource.split('/', 2)
  const matches =
    listed(rule.verbs, wanted.verb) &&
    listed(rule.apiGroups, wanted.group) &&
    rule.resources.some((entry) => resourceMatches(entry, resource, subresource))
  if (!matches) return undefined
  if (rule.resourceNames.length === 0) return { on: 'all' }
  const nameless = wanted.verb === 'deletecollection' || (wanted.verb === 'create' && subresource === '')
  return nameless ? undefined : { on: 'names', names: rule.resourceNames }
}

/** `*` on everything that is a resource: as good as cluster-admin where it holds cluster-wide. */
export function isEverything(rule: PolicyRule): boolean {
  return isFullWildcard(rule) && rule.apiGroups.includes('*')
}

/** Every verb on every resource of some API group, without names. */
export function isFullWildcard(rule: PolicyRule): boolean {
  return rule.verbs.includes('*') && rule.resources.includes('*') && rule.apiGroups.length > 0 && rule.resourceNames.length === 0
}

/** The fields of a rule that hold a `*`, in the order of the API. Rules on paths only are left out: `*` there opens no object. */
export function wildcardsOf(rule: PolicyRule): readonly ('verbs' | 'apiGroups' | 'resources')[] {
  if (rule.resources.length === 0) return []
  return (['verbs', 'apiGroups', 'resources'] as const).filter((field) => rule[field].includes('*'))
}

/** A rule in one line, as short as can be: `get, list on secrets`, `* on *.apps`, `get on /metrics`. */
export function describeRule(rule: PolicyRule): string {
  const groups = rule.apiGroups.filter((group) => group !== '')
  const suffix = groups.length === 0 ? '' : groups.length === 1 ? `.${groups[0]}` : `.{${groups.join(',')}}`
  const what = rule.resources.length > 0 ? rule.resources.map((resource) => `${resource}${suffix}`) : rule.nonResourceURLs
  const names = rule.resourceNames.length === 0 ? '' : ` (only ${some(rule.resourceNames)})`
  return `${rule.verbs.join(', ')} on ${some(what)}${names}`
}

/** The first few of a list, and how many more: never a wall of names. */
export function some(values: readonly string[], most = 4): string {
  const shown = values.slice(0, most).join(', ')
  return values.length > most ? `${shown} and ${values.length - most} more` : shown
}

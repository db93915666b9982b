import type { PolicyRule } from '#model/objects/access.ts'

/** A request on a resource, as the API server's authorizer sees it. `group: ''` is core; no `name` means none was sent. */
export interface ResourceRequest {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

/** A request on a path that is no resource, such as `/metrics`. */
export interface PathRequest {
  readonly verb: string
  readonly path: string
}

export type Request = ResourceRequest | PathRequest

/**
 * Does one rule allow the request? Word for word the API server's RBAC authorizer (`RuleAllows` in
 * plugin/pkg/auth/authorizer/rbac, `evaluation_helpers.go`): case counts, `*` is the only wildcard, `pods` does not cover
 * `pods/exec`, `pods/*` covers nothing but a subresource of that literal name.
 */
export function ruleAllows(rule: PolicyRule, request: Request): boolean {
  if (!listed(rule.verbs, request.verb)) return false
  if ('path' in request) return rule.nonResourceURLs.some((url) => urlMatches(url, request.path))
  return (
    listed(rule.apiGroups, request.group) &&
    rule.resources.some((resource) => resourceMatches(resource, request.resource, request.subresource ?? '')) &&
    nameMatches(rule.resourceNames, request.name ?? '')
  )
}

/** Do the rules allow the request? RBAC only adds: one rule is enough. */
export function rulesAllow(rules: readonly PolicyRule[], request: Request): boolean {
  return rules.some((rule) => ruleAllows(rule, request))
}

/** `*`, or the value itself: verbs and API groups. */
export function listed(values: readonly string[], wanted: string): boolean {
  return values.some((value) => value === '*' || value === wanted)
}

/** One entry of `resources` against a resource and its subresource (`''` for none). */
export function resourceMatches(entry: string, resource: string, subresource: string): boolean {
  if (entry === '*') return true
  if (subresource === '') return entry === resource
  return entry === `${resource}/${subresource}` || entry === `*/${subresource}`
}

/** No names: every object. A request without a name (create, deletecollection, most lists) never matches a list of names. */
function nameMatches(names: readonly string[], wanted: string): boolean {
  return names.length === 0 || names.includes(wanted)
}

/** `*`, the path itself, or a prefix that ends in `*`. */
function urlMatches(entry: string, path: string): boolean {
  if (entry === '*' || entry === path) return true
  return entry.endsWith('*') && path.startsWith(entry.replace(/\*+$/, ''))
}

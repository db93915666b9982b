/** Audit policies as the API server evaluates them. Source: k8s.io/apiserver v0.36 pkg/audit/policy/checker.go. */

export const AUDIT_LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const
export type AuditLevel = (typeof AUDIT_LEVELS)[number]

export const AUDIT_STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const
export type AuditStage = (typeof AUDIT_STAGES)[number]

export interface AuditGroupResources {
  readonly group?: string
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

export interface AuditRule {
  readonly level: AuditLevel
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly AuditGroupResources[]
  readonly namespaces?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly AuditStage[]
  readonly omitManagedFields?: boolean
}

export interface AuditPolicy {
  readonly rules: readonly AuditRule[]
  readonly omitStages?: readonly AuditStage[]
  readonly omitManagedFields?: boolean
}

/** A request as the policy sees it. Without `resource` it is one for a path that is no resource. */
export interface AuditedRequest {
  /** Undefined: nobody was signed in, not even as anonymous. */
  readonly user?: { readonly name: string; readonly groups: readonly string[] }
  readonly verb: string
  readonly path: string
  readonly resource?: {
    readonly group: string
    readonly resource: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
}

export interface AuditVerdict {
  readonly level: AuditLevel
  readonly omitStages: readonly AuditStage[]
  readonly omitManagedFields: boolean
  /** Which rule decided, from 0; undefined: none matched, so nothing is recorded. */
  readonly rule?: number
}

/** How a request is recorded: the first rule that matches decides; where none does, it is not recorded. */
export function auditOf(policy: AuditPolicy, request: AuditedRequest): AuditVerdict {
  const index = policy.rules.findIndex((rule) => ruleMatches(rule, request))
  const rule = policy.rules[index]
  const omitStages = [...new Set([...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])])]
  const omitManagedFields = rule?.omitManagedFields ?? policy.omitManagedFields ?? false
  if (rule === undefined) return { level: 'None', omitStages, omitManagedFields }
  return { level: rule.level, omitStages, omitManagedFields, rule: index }
}

const some = <T>(list: readonly T[] | undefined): list is readonly T[] => list !== undefined && list.length > 0

/** A rule that names resources or namespaces only matches resource requests, whatever paths it also names. */
export function ruleMatches(rule: AuditRule, request: AuditedRequest): boolean {
  const { user, verb } = request
  if (some(rule.users) && (user === undefined || !rule.users.includes(user.name))) return false
  if (some(rule.userGroups) && (user === undefined || !user.groups.some((group) => rule.userGroups?.includes(group)))) return false
  if (some(rule.verbs) && !rule.verbs.includes(verb)) return false
  if (some(rule.namespaces) || some(rule.resources)) return matchesResource(rule, request.resource)
  if (some(rule.nonResourceURLs)) return request.resource === undefined && rule.nonResourceURLs.some((s) => pathMatches(request.path, s))
  return true
}

/** `*` stands for everything at the end of a path only. */
function pathMatches(path: string, spec: string): boolean {
  return spec === '*' || spec === path || (spec.endsWith('*') && path.startsWith(spec.replace(/\*+$/, '')))
}

function matchesResource(rule: AuditRule, of: AuditedRequest['resource']): boolean {
  if (of === undefined) return false
  // What lies in no namespace has the empty one.
  if (some(rule.namespaces) && !rule.namespaces.includes(of.namespace ?? '')) return false
  if (!some(rule.resources)) return true
  return rule.resources.some((entry) => {
    const group = entry.group ?? ''
    if (group !== of.group && group !== '*') return false
    if (!some(entry.resources)) return true
    if (some(entry.resourceNames) && !entry.resourceNames.includes(of.name ?? '')) return false
    return entry.resources.some((pattern) => resourceMatches(pattern, of.resource, of.subresource ?? ''))
  })
}

/** `pods` does not match `pods/exec`; `pods/*` matches both; `*` matches everything. */
function resourceMatches(pattern: string, resource: string, subresource: string): boolean {
  if (pattern === '*' || pattern === (subresource === '' ? resource : `${resource}/${subresource}`)) return true
  if (subresource !== '' && pattern.startsWith('*/') && pattern.slice(2) === subresource) return true
  return pattern.endsWith('/*') && pattern.slice(0, -2) === resource
}

/** Is `level` higher than `than`? */
export function above(level: AuditLevel, than: AuditLevel): boolean {
  return AUDIT_LEVELS.indexOf(level) > AUDIT_LEVELS.indexOf(than)
}

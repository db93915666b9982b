import type { PolicyRule } from '#model/objects/access.ts'
import { type Grant, grantsFor, type Scope } from './rbacGrants.ts'
import { canonical, type NamedSubject } from './rbacNamed.ts'
import { type Identity, subjectMatches } from './rbacSubjects.ts'
import { roleOf, type Via } from './rbacWho.ts'

/** What gives a right, and to whom it is given: the subject itself or one of its groups. */
export interface RightVia extends Via {
  readonly to: NamedSubject
}

/** Verbs on one resource of one API group, or on one path; with everything that gives them. */
export interface HeldRule extends PolicyRule {
  readonly via: readonly RightVia[]
}

export interface HeldRights {
  readonly clusterWide: readonly HeldRule[]
  /** Only what holds in that namespace besides the cluster-wide. */
  readonly namespaces: readonly { readonly name: string; readonly rules: readonly HeldRule[] }[]
}

/**
 * Everything an identity may do by RBAC, sorted by place. Each line is one resource, with all verbs that some rule gives on
 * it; a rule limited to names is a line of its own. Paths in a RoleBinding give nothing and are left out.
 */
export function rightsOf(grants: readonly Grant[], identity: Identity): HeldRights {
  const places = new Map<string, Map<string, Line>>()
  for (const grant of grantsFor(grants, identity))
    for (const rule of grant.rules) {
      const place = placeOf(grant.scope)
      const lines = places.get(place) ?? new Map<string, Line>()
      places.set(place, lines)
      note(lines, grant, rule, identity)
    }
  const rules = (place: string) => [...(places.get(place) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => heldRule(line))
  const namespaces = [...places.keys()].filter((place) => place !== CLUSTER).toSorted()
  return {
    clusterWide: rules(CLUSTER),
    namespaces: namespaces.map((name) => ({ name, rules: rules(name) })).filter((ns) => ns.rules.length > 0),
  }
}

/** No namespace has this name. */
const CLUSTER = ''

function placeOf(scope: Scope): string {
  return scope.kind === 'cluster' ? CLUSTER : scope.namespace
}

interface Line {
  readonly on: Omit<PolicyRule, 'verbs'>
  readonly verbs: Set<string>
  readonly via: RightVia[]
}

function note(lines: Map<string, Line>, grant: Grant, rule: PolicyRule, identity: Identity): void {
  const to = grant.subjects.find((s) => subjectMatches(s, identity, grant.meta.namespace))
  const named = to === undefined ? undefined : canonical(to, grant.meta.namespace)
  if (named === undefined) return
  const via = { binding: grant.binding, role: roleOf(grant), rule, to: named }
  for (const on of targetsOf(rule, grant.scope)) {
    const key = JSON.stringify([on.apiGroups, on.resources, on.resourceNames, on.nonResourceURLs])
    const line = lines.get(key) ?? { on, verbs: new Set<string>(), via: [] }
    lines.set(key, line)
    for (const verb of rule.verbs) line.verbs.add(verb)
    if (!line.via.includes(via)) line.via.push(via)
  }
}

/** The single targets of a rule. */
function targetsOf(rule: PolicyRule, scope: Scope): readonly Line['on'][] {
  const { resourceNames } = rule
  const onResources = rule.apiGroups.flatMap((group) =>
    rule.resources.map((resource) => ({
      apiGroups: [group],
      resources: [resource],
      resourceNames: resourceNames.toSorted(),
      nonResourceURLs: [],
    })),
  )
  if (scope.kind === 'namespace') return onResources
  return [
    ...onResources,
    ...rule.nonResourceURLs.map((url) => ({ apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] })),
  ]
}

function heldRule({ on, verbs, via }: Line): HeldRule {
  return { verbs: verbs.has('*') ? ['*'] : [...verbs].toSorted(), ...on, via }
}

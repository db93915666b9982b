import { ASKED_OPERATIONS, type AskedOperation, type Served, type ServedResource } from '#model/admission.ts'
import type { BindingSpec, PolicySpec, ResourceRule, Selector } from './schema.ts'

/** One kind of objects to be asked about. */
export interface Ask {
  readonly resource: ServedResource
  readonly operations: readonly AskedOperation[]
  /** Is an object of this name matched in this operation? Rules may name objects. */
  readonly covers: (operation: AskedOperation, name: string) => boolean
}

export interface Selection {
  readonly asks: readonly Ask[]
  /** What the rules match and what cannot be asked. */
  readonly unknown: readonly { readonly kind: string; readonly reason: string }[]
  readonly notes: readonly string[]
}

/** Never looked at by a ValidatingAdmissionPolicy: the admission of admission itself. */
const EXEMPT = /^(validating|mutating)admissionpolic(ies|ybindings)$/

/** Which kinds a policy under a binding matches here, and what can be asked of them. */
export function selectionOf(spec: PolicySpec, binding: BindingSpec | undefined, { resources, silent }: Served): Selection {
  const operations = operationsOf(spec)
  const known = resources.filter((r) => !(r.group === 'admissionregistration.k8s.io' && EXEMPT.test(r.plural)))
  const asks = [...Map.groupBy(known, (r) => `${r.plural}.${r.group}`).values()].flatMap((versions) =>
    asksOf(spec, binding, versions, operations),
  )
  const rules = spec.matchConstraints.resourceRules
  const hidden = silent
    .filter(({ group, version }) => rules.some((rule) => has(rule.apiGroups, group) && has(rule.apiVersions, version)))
    .map(({ group, version }) => ({ kind: `${group}/${version}`, reason: 'the API server could not say which kinds it serves there' }))
  return { asks, unknown: [...hidden, ...rules.flatMap(subresources)].filter(onlyOnce), notes: notesOf(rules, known, operations) }
}

const onlyOnce = (entry: { kind: string }, i: number, all: readonly { kind: string }[]) => all.findIndex((e) => e.kind === entry.kind) === i

/**
 * An update that changes nothing is asked where updates are matched. Making it once more is asked where only that is, and
 * where an expression tells one from the other.
 */
function operationsOf(spec: PolicySpec): (rules: readonly ResourceRule[]) => readonly AskedOperation[] {
  const texts = [
    ...(spec.validations ?? []).flatMap((v) => [v.expression]),
    ...(spec.variables ?? []).map((v) => v.expression),
    ...(spec.matchConditions ?? []).map((c) => c.expression),
  ]
  const tells = texts.some((text) => /\boldObject\b|\boperation\b/.test(text))
  return (rules) => {
    const matched = ASKED_OPERATIONS.filter((op) => rules.some((rule) => hasOperation(rule, op)))
    return matched.includes('UPDATE') && !tells ? ['UPDATE'] : matched
  }
}

const hasOperation = (rule: ResourceRule, op: AskedOperation) => rule.operations.includes('*') || rule.operations.includes(op)
const has = (list: readonly string[], value: string) => list.includes('*') || list.includes(value)

/** The versions of one resource: with matchPolicy Exact each matched one for itself, else one for all. */
function asksOf(
  spec: PolicySpec,
  binding: BindingSpec | undefined,
  versions: readonly ServedResource[],
  operations: (rules: readonly ResourceRule[]) => readonly AskedOperation[],
): Ask[] {
  const { matchConstraints } = spec
  const exact = matchConstraints.matchPolicy === 'Exact'
  const rules = matchConstraints.resourceRules.filter((rule) => versions.some((r) => covers(rule, r)))
  const matched = versions.filter((r) => rules.some((rule) => covers(rule, r)))
  const preferred = matched.find((r) => r.preferred) ?? matched[0]
  const asked = exact ? matched : preferred === undefined ? [] : [preferred]
  return asked.flatMap((resource): Ask[] => {
    const alike = exact ? [resource] : versions
    const any = (all: readonly ResourceRule[] | undefined) => (all ?? []).filter((rule) => alike.some((r) => covers(rule, r)))
    const [mine, excluded] = [any(matchConstraints.resourceRules), any(matchConstraints.excludeResourceRules)]
    const narrow = binding?.matchResources
    const [bound, unbound] = [any(narrow?.resourceRules), any(narrow?.excludeResourceRules)]
    const bounded = (narrow?.resourceRules ?? []).length > 0
    const test = (operation: AskedOperation, name: string) => {
      const hit = (all: readonly ResourceRule[]) =>
        all.some((r) => hasOperation(r, operation) && ((r.resourceNames ?? []).length === 0 || r.resourceNames?.includes(name) === true))
      return hit(mine) && !hit(excluded) && (!bounded || hit(bound)) && !hit(unbound)
    }
    const ops = operations(mine).filter((op) => !bounded || bound.some((rule) => hasOperation(rule, op)))
    const verbs = ops.filter((op) => resource.verbs.includes('list') && resource.verbs.includes(op === 'UPDATE' ? 'patch' : 'create'))
    return verbs.length === 0 ? [] : [{ resource, operations: verbs, covers: test }]
  })
}

function covers(rule: ResourceRule, r: ServedResource): boolean {
  const { scope = '*' } = rule
  if (scope !== '*' && (scope === 'Namespaced') !== r.namespaced) return false
  return (
    has(rule.apiGroups, r.group) &&
    has(rule.apiVersions, r.version) &&
    rule.resources.some((x) => x === r.plural || x === '*' || x === '*/*')
  )
}

function subresources(rule: ResourceRule): { kind: string; reason: string }[] {
  return rule.resources
    .filter((resource) => resource.includes('/'))
    .map((kind) => ({ kind, reason: 'requests to subresources say nothing of objects as they are, and are not asked' }))
}

function notesOf(
  rules: readonly ResourceRule[],
  served: readonly ServedResource[],
  operations: (r: readonly ResourceRule[]) => readonly AskedOperation[],
): string[] {
  const others = new Set(
    rules.flatMap((r) =>
      r.operations.includes('*') ? ['DELETE', 'CONNECT'] : r.operations.filter((op) => op === 'DELETE' || op === 'CONNECT'),
    ),
  )
  const named = rules.flatMap((rule) =>
    rule.resources.filter((r) => !/[*/]/.test(r)).filter((r) => !served.some((s) => s.plural === r && covers(rule, s))),
  )
  return [
    ...(others.size === 0 ? [] : [`${[...others].join(' and ')} requests are not asked: they say nothing of objects as they are.`]),
    ...new Set(named.map((name) => `This cluster serves no ${name} that the rules match: there are none today.`)),
    ...(operations(rules).length === 2 ? ['It tells updates from creations, so that both are asked of each object.'] : []),
  ]
}

/** A label selector in the text form of a list; undefined for everything. */
export function selectorText(selectors: readonly (Selector | undefined)[]): string | undefined {
  const parts = selectors.flatMap((selector) => [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key
      if (operator === 'DoesNotExist') return `!${key}`
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
    }),
  ])
  return parts.length === 0 ? undefined : parts.join(',')
}

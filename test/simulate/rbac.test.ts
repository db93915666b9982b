import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PolicyRule, policyRule } from '#model/objects/access.ts'
import { type Request, ruleAllows, rulesAllow } from '#simulate/rbac.ts'
import { coverOf, describeRule, isEverything, isFullWildcard, some, wildcardsOf } from '#simulate/rbacCover.ts'

const VERBS = ['get', 'list', 'create', 'deletecollection', '*', 'Get']
const GROUPS = ['', 'apps', '*']
const RESOURCES = ['pods', 'nodes', 'deployments']
const SUBS = ['exec', 'log', '*']
const ENTRIES = ['*', '*/*', 'pods/*', ...RESOURCES, ...RESOURCES.flatMap((r) => SUBS.map((s) => `${r}/${s}`)), '*/exec', '*/log', '/', '']
const NAMES = ['a', 'b', '']
const URLS = ['*', '/', '/metrics', '/healthz', '/healthz/*', '/heal*', '/api**', '']

const many = (values: readonly string[]) => fc.array(fc.constantFrom(...values), { maxLength: 3 })
const rule = fc.record({
  verbs: many(VERBS),
  apiGroups: many(GROUPS),
  resources: many(ENTRIES),
  resourceNames: many(NAMES),
  nonResourceURLs: many(URLS),
})
const onResource = fc.record(
  {
    verb: fc.constantFrom(...VERBS),
    group: fc.constantFrom(...GROUPS),
    resource: fc.constantFrom(...RESOURCES),
    subresource: fc.constantFrom(...SUBS),
    name: fc.constantFrom(...NAMES),
  },
  { requiredKeys: ['verb', 'group', 'resource'] },
)
const onPath = fc.record({ verb: fc.constantFrom(...VERBS), path: fc.constantFrom('/metrics', '/healthz/etcd', '/healthz', '/apis', '/') })
const request: fc.Arbitrary<Request> = fc.oneof({ weight: 3, arbitrary: onResource }, onPath)

type Rule = PolicyRule

/** The authorizer again, written as loops in the order of the upstream source. */
function naive(r: Rule, q: Request): boolean {
  let verb = false
  for (const v of r.verbs) if (v === '*' || v === q.verb) verb = true
  if (!verb) return false
  if ('path' in q) {
    for (const url of r.nonResourceURLs) {
      if (url === '*' || url === q.path) return true
      if (url.endsWith('*')) {
        let prefix = url
        while (prefix.endsWith('*')) prefix = prefix.slice(0, -1)
        if (q.path.startsWith(prefix)) return true
      }
    }
    return false
  }
  let group = false
  for (const g of r.apiGroups) if (g === '*' || g === q.group) group = true
  const sub = q.subresource ?? ''
  const combined = sub.length > 0 ? `${q.resource}/${sub}` : q.resource
  let resource = false
  for (const entry of r.resources) {
    if (entry === '*') resource = true
    if (entry === combined) resource = true
    if (sub.length > 0 && entry.length === sub.length + 2 && entry.startsWith('*/') && entry.endsWith(sub)) resource = true
  }
  let name = r.resourceNames.length === 0
  for (const n of r.resourceNames) if (n === (q.name ?? '')) name = true
  return group && resource && name
}

const make = (part: Partial<Rule>): Rule => policyRule.parse(part)

describe('ruleAllows', () => {
  test('is the authorizer of the API server', () => {
    fc.assert(
      fc.property(rule, request, (r, q) => ruleAllows(r, q) === naive(r, q)),
      { numRuns: 3000 },
    )
  })

  test('adding a rule, a verb or a resource never takes a right away', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 3 }), rule, request, (rules, more, q) => {
        if (!rulesAllow(rules, q)) return true
        const wider = rules.map((r) => ({ ...r, verbs: [...r.verbs, ...more.verbs], resources: [...r.resources, ...more.resources] }))
        return rulesAllow([...rules, more], q) && rulesAllow([more, ...rules], q) && rulesAllow(wider, q)
      }),
    )
  })

  test('* everywhere covers every request', () => {
    const everything = make({ verbs: ['*'], apiGroups: ['*'], resources: ['*'], nonResourceURLs: ['*'] })
    fc.assert(fc.property(request, (q) => ruleAllows(everything, q)))
  })

  test('names only narrow, and never match a request without one', () => {
    fc.assert(
      fc.property(rule, onResource, fc.constantFrom('a', 'b'), (r, q, name) => {
        const open = { ...r, resourceNames: [] }
        const narrow = { ...r, resourceNames: [name] }
        expect(!ruleAllows(narrow, q) || ruleAllows(open, q)).toBe(true)
        expect(ruleAllows(narrow, { ...q, name: '' })).toBe(false)
        expect(ruleAllows(narrow, { ...q, name })).toBe(ruleAllows(open, q))
      }),
    )
  })

  test.each([
    ['pods does not cover pods/exec', ['pods'], 'pods', 'exec', false],
    ['pods/exec does not cover pods', ['pods/exec'], 'pods', '', false],
    ['pods/* is no wildcard', ['pods/*'], 'pods', 'exec', false],
    ['*/* is no wildcard', ['*/*'], 'pods', 'exec', false],
    ['*/exec covers exec of all', ['*/exec'], 'pods', 'exec', true],
    ['*/exec does not cover exec as a resource', ['*/exec'], 'exec', '', false],
    ['* covers subresources', ['*'], 'nodes', 'proxy', true],
  ])('%s', (_what, resources, resource, subresource, allowed) => {
    const r = make({ verbs: ['get'], apiGroups: [''], resources })
    expect(ruleAllows(r, { verb: 'get', group: '', resource, subresource })).toBe(allowed)
  })
})

describe('coverOf', () => {
  test('agrees with the authorizer on requests with and without a name', () => {
    fc.assert(
      fc.property(rule, onResource, (r, q) => {
        const sub = q.subresource
        const cover = coverOf(r, { verb: q.verb, group: q.group, resource: sub === undefined ? q.resource : `${q.resource}/${sub}` })
        const nameless = q.verb === 'deletecollection' || (q.verb === 'create' && sub === undefined)
        if (cover === undefined) {
          const name = nameless ? undefined : (r.resourceNames[0] ?? 'any')
          expect(ruleAllows({ ...r, resourceNames: r.resourceNames.filter((n) => n !== '') }, { ...q, name })).toBe(
            // Only empty names were there: then the rule has no real name to match.
            r.resourceNames.length > 0 && r.resourceNames.every((n) => n === '') && ruleAllows({ ...r, resourceNames: [] }, { ...q, name }),
          )
        } else if (cover.on === 'all') expect(ruleAllows(r, { ...q, name: 'whatever' })).toBe(true)
        else for (const name of cover.names) expect(ruleAllows(r, { ...q, name })).toBe(true)
      }),
    )
  })

  test('create with names is nothing, but on a subresource it is something', () => {
    const named = { verbs: ['create', 'get'], apiGroups: [''], resourceNames: ['ci'] }
    expect(coverOf(make({ ...named, resources: ['pods'] }), { verb: 'create', group: '', resource: 'pods' })).toBeUndefined()
    const token = make({ ...named, resources: ['serviceaccounts/token'] })
    expect(coverOf(token, { verb: 'create', group: '', resource: 'serviceaccounts/token' })).toEqual({ on: 'names', names: ['ci'] })
  })
})

describe('words and wildcards', () => {
  test('full and partial wildcards are told apart', () => {
    const everything = make({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })
    const apps = make({ verbs: ['*'], apiGroups: ['apps'], resources: ['*'] })
    const verbs = make({ verbs: ['*'], apiGroups: [''], resources: ['pods'] })
    expect([everything, apps, verbs].map(isEverything)).toEqual([true, false, false])
    expect([everything, apps, verbs].map(isFullWildcard)).toEqual([true, true, false])
    expect([everything, apps, verbs].map(wildcardsOf)).toEqual([['verbs', 'apiGroups', 'resources'], ['verbs', 'resources'], ['verbs']])
    expect(wildcardsOf(make({ verbs: ['*'], nonResourceURLs: ['*'] }))).toEqual([])
    expect(isFullWildcard(make({ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: ['a'] }))).toBe(false)
  })

  test('rules read as one short line', () => {
    expect(describeRule(make({ verbs: ['get', 'list'], apiGroups: ['apps'], resources: ['deployments'] }))).toBe(
      'get, list on deployments.apps',
    )
    expect(describeRule(make({ verbs: ['get'], nonResourceURLs: ['/metrics'] }))).toBe('get on /metrics')
    expect(describeRule(make({ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['db'] }))).toBe(
      'get on secrets (only db)',
    )
    expect(some(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
  })
})

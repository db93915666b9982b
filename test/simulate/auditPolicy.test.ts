import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AUDIT_LEVELS,
  AUDIT_STAGES,
  type AuditedRequest,
  type AuditPolicy,
  type AuditRule,
  auditOf,
} from '../../src/simulate/auditPolicy.ts'

const ada = { name: 'ada', groups: ['dev', 'system:authenticated'] }
const of = (resource: string, more: Partial<NonNullable<AuditedRequest['resource']>> = {}, verb = 'get'): AuditedRequest => ({
  user: ada,
  verb,
  path: '/api/v1/x',
  resource: { group: '', resource, ...more },
})
const path = (text: string): AuditedRequest => ({ user: ada, verb: 'get', path: text })
const level = (rule: Omit<AuditRule, 'level'>, request: AuditedRequest) =>
  auditOf({ rules: [{ ...rule, level: 'Request' }] }, request).level === 'Request'

describe('a rule matches as in the API server', () => {
  it.each<[string, Omit<AuditRule, 'level'>, AuditedRequest, boolean]>([
    ['pods is not pods/exec', { resources: [{ resources: ['pods'] }] }, of('pods', { subresource: 'exec' }), false],
    ['pods/exec is', { resources: [{ resources: ['pods/exec'] }] }, of('pods', { subresource: 'exec' }), true],
    ['pods/* is pods/exec', { resources: [{ resources: ['pods/*'] }] }, of('pods', { subresource: 'exec' }), true],
    ['pods/* is pods too', { resources: [{ resources: ['pods/*'] }] }, of('pods'), true],
    ['*/status', { resources: [{ resources: ['*/status'] }] }, of('pods', { subresource: 'status' }), true],
    ['*/status without one', { resources: [{ resources: ['*/status'] }] }, of('pods'), false],
    ['* is a subresource too', { resources: [{ resources: ['*'] }] }, of('pods', { subresource: 'exec' }), true],
    ['no group is core', { resources: [{ resources: ['deployments'] }] }, of('deployments', { group: 'apps' }), false],
    ['group *', { resources: [{ group: '*', resources: ['deployments'] }] }, of('deployments', { group: 'apps' }), true],
    ['a group without resources', { resources: [{ group: 'apps' }] }, of('deployments', { group: 'apps', subresource: 'scale' }), true],
    ['by name', { resources: [{ resources: ['pods'], resourceNames: ['a'] }] }, of('pods', { name: 'b' }), false],
    ['a name counts only with resources', { resources: [{ resourceNames: ['a'] }] }, of('pods', { name: 'b' }), true],
    ['cluster-wide is the empty namespace', { namespaces: [''] }, of('nodes'), true],
    ['another namespace', { namespaces: ['shop'] }, of('pods', { namespace: 'ci' }), false],
    ['a path is no resource', { namespaces: [''] }, path('/healthz'), false],
    ['a resource is no path', { nonResourceURLs: ['*'] }, of('pods'), false],
    ['resources hide paths', { resources: [{ group: '' }], nonResourceURLs: ['*'] }, path('/healthz'), false],
    ['a path', { nonResourceURLs: ['/healthz*'] }, path('/healthz/etcd'), true],
    ['a star only at the end', { nonResourceURLs: ['/*/etcd'] }, path('/healthz/etcd'), false],
    ['user', { users: ['bob'] }, path('/x'), false],
    ['group of the user', { userGroups: ['dev'] }, path('/x'), true],
    ['nobody has no group', { userGroups: ['dev'] }, { verb: 'get', path: '/x' }, false],
    ['verb', { verbs: ['list'] }, of('pods'), false],
    [
      'empty lists say nothing',
      { verbs: [], users: [], userGroups: [], namespaces: [], resources: [], nonResourceURLs: [] },
      path('/'),
      true,
    ],
  ])('%s', (_, rule, request, wanted) => {
    expect(level(rule, request)).toBe(wanted)
  })
})

it('stages of the policy and of the rule are both left out; managed fields as the rule says, else the policy', () => {
  const policy: AuditPolicy = {
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules: [
      { level: 'Metadata', verbs: ['get'], omitStages: ['ResponseStarted'], omitManagedFields: false },
      { level: 'None', verbs: ['list'] },
    ],
  }
  expect(auditOf(policy, path('/'))).toEqual({
    level: 'Metadata',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    omitManagedFields: false,
    rule: 0,
  })
  expect(auditOf(policy, { ...path('/'), verb: 'head' })).toEqual({
    level: 'None',
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
  })
})

const word = (...words: string[]) => fc.constantFrom(...words)
const lists = <T>(one: fc.Arbitrary<T>) => fc.option(fc.array(one, { maxLength: 3 }), { nil: undefined })
const rules: fc.Arbitrary<AuditRule> = fc
  .record({
    level: word(...AUDIT_LEVELS),
    users: lists(word('ada', 'bob')),
    userGroups: lists(word('dev', 'ops')),
    verbs: lists(word('get', 'list')),
    namespaces: lists(word('', 'shop')),
    nonResourceURLs: lists(word('*', '/healthz*', '/')),
    omitStages: lists(word(...AUDIT_STAGES)),
    resources: lists(
      fc.record({
        group: word('', 'apps', '*'),
        resources: fc.array(word('*', 'pods', 'pods/*', '*/exec', 'pods/exec'), { maxLength: 2 }),
      }),
    ),
  })
  .map((rule) => Object.fromEntries(Object.entries(rule).filter(([, v]) => v !== undefined)) as unknown as AuditRule)
const requests: fc.Arbitrary<AuditedRequest> = fc.oneof(
  fc.record({ user: fc.constant(ada), verb: word('get', 'list'), path: word('/', '/healthz', '/x') }),
  fc.record({
    user: fc.constant(ada),
    verb: word('get', 'list'),
    path: fc.constant('/api/v1/pods'),
    resource: fc.record({
      group: word('', 'apps'),
      resource: word('pods', 'nodes'),
      subresource: word('', 'exec'),
      namespace: word('', 'shop'),
    }),
  }),
)

describe('whatever the policy', () => {
  it('the first rule that matches decides: those behind it, and those in front that do not match, change nothing', () => {
    fc.assert(
      fc.property(fc.array(rules, { maxLength: 6 }), requests, (list, request) => {
        const verdict = auditOf({ rules: list }, request)
        if (verdict.rule === undefined) {
          for (const rule of list) expect(auditOf({ rules: [rule] }, request).rule).toBeUndefined()
          expect(verdict.level).toBe('None')
        } else {
          expect(auditOf({ rules: list.slice(0, verdict.rule + 1) }, request)).toEqual(verdict)
          expect(auditOf({ rules: list.slice(verdict.rule) }, request)).toEqual({ ...verdict, rule: 0 })
          expect(verdict.level).toBe(list[verdict.rule]?.level)
        }
      }),
    )
  })

  it('a rule that asks for more matches less', () => {
    fc.assert(
      fc.property(rules, requests, fc.constantFrom('users', 'userGroups', 'verbs', 'namespaces', 'resources'), (rule, request, dropped) => {
        const { [dropped]: gone, ...wider } = rule as unknown as Record<string, unknown>
        fc.pre(Array.isArray(gone) && gone.length > 0)
        // Without resources and namespaces the paths come into play.
        fc.pre(dropped === 'users' || dropped === 'userGroups' || dropped === 'verbs' || request.resource !== undefined)
        fc.pre((rule.nonResourceURLs ?? []).length === 0)
        if (auditOf({ rules: [rule] }, request).rule === 0)
          expect(auditOf({ rules: [wider as unknown as AuditRule] }, request).rule).toBe(0)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import type { KubeObject } from '#model/refs.ts'
import { rbacCan } from '#session/rbacCan.ts'
import { grantsIn } from '#session/whoCan.ts'
import { type Request, ruleAllows } from '#simulate/rbac.ts'
import { canonical, identityOf, type NamedSubject, namedSubject, subjectKey } from '#simulate/rbacNamed.ts'
import { type HeldRights, rightsOf } from '#simulate/rbacRights.ts'
import { type Identity, subjectMatches } from '#simulate/rbacSubjects.ts'
import { holders } from '#simulate/rbacWho.ts'
import { checks } from '../../../src/checks/index.ts'
import { bind, IDENTITIES, questions, randomRights } from '../../live/support/rbacRandom.ts'

const NOW = new Date('2026-06-01T00:00:00Z')
const stateOf = (objects: readonly KubeObject[]) =>
  stateFromObjects([...objects], { source: 'snapshot', name: 'drawn', now: NOW, complete: true })

/** The answer that the lines give for one request. */
function allows({ clusterWide, namespaces }: HeldRights, request: Request): boolean {
  const local = 'path' in request ? [] : namespaces.filter((ns) => ns.name === request.namespace).flatMap((ns) => ns.rules)
  return [...clusterWide, ...local].some((rule) => ruleAllows(rule, request))
}

describe('what a subject can do', () => {
  test('is the union of who-can over everything that can be asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
        const grants = grantsIn(stateOf(randomRights(6, seed)))
        const known = IDENTITIES.filter((i) => !i.groups.includes('system:masters'))
        const rights = new Map<Identity, HeldRights>(known.map((who) => [who, rightsOf(grants, who)]))
        for (const [, request] of questions(20, seed)) {
          const found = holders(grants, request)
          for (const [who, held] of rights) expect(allows(held, request)).toBe(found.some((subject) => subjectMatches(subject, who)))
        }
      }),
      { numRuns: 60 },
    )
  })

  test('each verb of a line is given by a rule that is named with it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(...IDENTITIES), (seed, who) => {
        const { clusterWide, namespaces } = rightsOf(grantsIn(stateOf(randomRights(6, seed))), who)
        for (const line of [...clusterWide, ...namespaces.flatMap((ns) => ns.rules)]) {
          for (const verb of line.verbs) expect(line.via.some((via) => via.rule.verbs.includes(verb))).toBe(true)
          for (const via of line.via) expect(subjectMatches(via.to, who)).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('names its risks in the words of the checks, also where the binding is the cluster’s own', () => {
    const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }]
    const metadata = { name: 'system:reader', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules }
    const who = [{ kind: 'User', name: 'system:reader', apiGroup: 'rbac.authorization.k8s.io' }]
    const own = { ...bind('system:reader', 'ClusterRole', 'system:reader', who, 'cluster'), metadata } as KubeObject
    const asked = { subject: 'User system:reader', groups: [] }
    const answer = rbacCan(stateOf([role as KubeObject, own]), checks, asked, NOW)
    expect(answer.risks.map((r) => [r.check, r.risks, r.held])).toEqual([
      ['access/secrets-read', ['R09'], ['User system:reader may get, list secrets cluster-wide, through ClusterRole system:reader.']],
    ])
    expect(answer.clusterWide.map((line) => [line.verbs, line.resources])).toEqual([[['get', 'list'], ['secrets']]])
    expect(answer.gaps).toEqual([])
  })

  test('-n leaves out other namespaces, and their risks', () => {
    const rules = [{ verbs: ['create'], apiGroups: [''], resources: ['pods'] }]
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' }, rules } as KubeObject
    const ci = [{ kind: 'ServiceAccount', name: 'ci', namespace: 'shop' }]
    const state = stateOf([role, bind('a', 'ClusterRole', 'r', ci, 'shop'), bind('b', 'ClusterRole', 'r', ci, 'blog')])
    const answer = rbacCan(state, checks, { subject: 'sa:shop/ci', groups: [], namespace: 'blog' }, NOW)
    expect(answer.namespaces.map((ns) => ns.name)).toEqual(['blog'])
    expect(answer.risks.flatMap((r) => r.held)).toEqual([
      'ServiceAccount shop/ci may create pods in namespace blog, through ClusterRole r.',
    ])
  })
})

describe('a subject as it is written', () => {
  test.each<[string, NamedSubject | undefined]>([
    ['user:alice', { kind: 'User', name: 'alice' }],
    ['User alice', { kind: 'User', name: 'alice' }],
    ['alice@example.org', { kind: 'User', name: 'alice@example.org' }],
    ['oidc:alice', { kind: 'User', name: 'oidc:alice' }],
    ['group:system:masters', { kind: 'Group', name: 'system:masters' }],
    ['sa:shop/ci', { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' }],
    ['ServiceAccount shop/ci', { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' }],
    ['system:serviceaccount:shop:ci', { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' }],
    ['user:system:serviceaccount:shop:ci', { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' }],
    ['sa:ci', undefined],
    ['sa:/ci', undefined],
    ['sa:shop/', undefined],
    ['group:', undefined],
    ['', undefined],
  ])('%s', (text, subject) => {
    expect(namedSubject(text)).toEqual(subject)
  })

  test('what is printed is read back, whatever it is called', () => {
    const name = fc.string({ minLength: 1, maxLength: 12 })
    const subject = fc.oneof(
      fc.record({ kind: fc.constantFrom('User' as const, 'Group' as const), name }),
      fc.record({
        kind: fc.constant('ServiceAccount' as const),
        namespace: fc.stringMatching(/^[a-z]{1,5}$/),
        name: fc.stringMatching(/^[a-z.]{1,5}$/),
      }),
    )
    fc.assert(
      fc.property(subject, (one) => {
        expect(namedSubject(subjectKey(one))).toEqual(canonical(one))
      }),
    )
  })

  test('brings the groups that come by themselves', () => {
    expect(identityOf({ kind: 'ServiceAccount', namespace: 'shop', name: 'ci' }, ['dev']).groups).toEqual([
      'system:serviceaccounts',
      'system:serviceaccounts:shop',
      'system:authenticated',
      'dev',
    ])
    expect(identityOf({ kind: 'User', name: 'system:anonymous' })).toEqual({ name: 'system:anonymous', groups: ['system:unauthenticated'] })
    expect(identityOf({ kind: 'Group', name: 'dev' })).toEqual({ name: '', groups: ['dev', 'system:authenticated'] })
  })
})

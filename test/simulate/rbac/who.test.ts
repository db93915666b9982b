import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import type { KubeObject } from '#model/refs.ts'
import { grantsIn } from '#session/whoCan.ts'
import { can } from '#simulate/rbacGrants.ts'
import { subjectMatches } from '#simulate/rbacSubjects.ts'
import { holders } from '#simulate/rbacWho.ts'
import { resourceNamed } from '#simulate/resourceNames.ts'
import { bind, IDENTITIES, questions, randomRights } from '../../live/support/rbacRandom.ts'

const grantsFrom = (objects: readonly KubeObject[]) =>
  grantsIn(stateFromObjects([...objects], { source: 'snapshot', name: 'drawn', now: new Date(0), complete: true }))
const seeds = fc.integer({ min: 0, max: 1_000_000 })

describe('the algebra of rights', () => {
  test('a binding more never takes a right away', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, drop) => {
        const all = randomRights(6, seed)
        const bindings = all.filter((o) => o.kind.endsWith('Binding'))
        const one = bindings[drop % bindings.length]
        const [more, fewer] = [grantsFrom(all), grantsFrom(all.filter((o) => o !== one))]
        for (const [who, request] of questions(40, seed)) if (can(fewer, who, request)) expect(can(more, who, request)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('who-can names a subject of an identity exactly where that identity can', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const grants = grantsFrom(randomRights(6, seed))
        for (const [, request] of questions(20, seed)) {
          const found = holders(grants, request)
          for (const who of IDENTITIES.filter((i) => !i.groups.includes('system:masters')))
            expect(found.some((subject) => subjectMatches(subject, who))).toBe(can(grants, who, request))
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('holders', () => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'reader' } }
  const rules = [
    { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  ]
  const ci = { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' }
  const asUser = { kind: 'User', name: 'system:serviceaccount:shop:ci', apiGroup: 'rbac.authorization.k8s.io' }

  test('a service account is one subject however it is written, with every binding and rule that lets it', () => {
    const objects = [
      { ...role, rules },
      bind('one', 'ClusterRole', 'reader', [ci, ci], 'cluster'),
      bind('two', 'ClusterRole', 'reader', [asUser], 'shop'),
    ]
    const found = holders(grantsFrom(objects as KubeObject[]), { verb: 'get', group: '', resource: 'pods', namespace: 'shop' })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ kind: 'ServiceAccount', name: 'ci', namespace: 'shop' })
    expect(found[0]?.via.map((v) => [v.binding.name, v.rule.verbs[0]])).toEqual([
      ['one', 'get'],
      ['one', '*'],
      ['two', 'get'],
      ['two', '*'],
    ])
  })

  test('what is stored counts in a cluster; in a folder of manifests an aggregated role is put together', () => {
    const sum = {
      ...role,
      metadata: { name: 'sum' },
      rules: [],
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] },
    }
    const part = { ...role, metadata: { name: 'part', labels: { part: 'yes' } }, rules }
    const objects = [sum, part, bind('b', 'ClusterRole', 'sum', [ci], 'cluster')] as KubeObject[]
    const asked = { verb: 'get', group: '', resource: 'pods' }
    const folder = stateFromObjects(objects, { source: 'manifests', name: 'f', now: new Date(0), complete: true })
    expect(holders(grantsFrom(objects), asked)).toEqual([])
    expect(holders(grantsIn(folder), asked)).toHaveLength(1)
  })
})

describe('resourceNamed', () => {
  test.each([
    ['deploy', undefined, 'deployments', 'apps'],
    ['Deployment', undefined, 'deployments', 'apps'],
    ['deployments.apps', undefined, 'deployments', 'apps'],
    ['ev', 'events.k8s.io', 'events', 'events.k8s.io'],
    ['netpol', undefined, 'networkpolicies', 'networking.k8s.io'],
    ['crds', undefined, 'customresourcedefinitions', 'apiextensions.k8s.io'],
  ])('%s in %s is %s of %s', (word, group, plural, of) => {
    expect(resourceNamed(word, group)).toMatchObject({ is: 'known', resource: { plural, group: of } })
  })

  test('events is core’s, and says that it is elsewhere too', () => {
    const meant = resourceNamed('events', undefined)
    expect(meant).toMatchObject({ is: 'known', resource: { group: '' }, others: [{ group: 'events.k8s.io' }] })
  })

  test('what two groups share is told as several; what nobody knows is taken as a plural', () => {
    const twice = ['a.io', 'b.io'].map((group) => ({ group, plural: 'widgets', kind: 'Widget', namespaced: true, short: [] }))
    expect(resourceNamed('widget', undefined, twice)).toEqual({ is: 'several', resources: twice })
    expect(resourceNamed('widget', 'b.io', twice)).toMatchObject({ is: 'known', resource: { group: 'b.io' } })
    expect(resourceNamed('gadgets.c.io', undefined)).toEqual({ is: 'taken', group: 'c.io', plural: 'gadgets' })
  })
})

import { describe, expect, it } from 'vitest'
import { rightsNeeded } from '../../src/cluster/permissions.ts'
import { ALL_KINDS, groupOf, KINDS, rightToRead } from '../../src/model/kinds.ts'

interface Rule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly verbs: readonly string[]
}
const rulesOf = (id: string, tiers = rightsNeeded()) =>
  tiers.filter((tier) => tier.id === id).flatMap(({ objects }) => objects.flatMap(({ rules }) => rules as unknown as Rule[]))
const grants = (rules: readonly Rule[], verb: string, group: string, resource: string) =>
  rules.some((rule) => rule.verbs.includes(verb) && rule.apiGroups?.includes(group) && rule.resources?.includes(resource))

describe('tiers', () => {
  it('base lists every kind but Secrets, and /metrics', () => {
    const base = rulesOf('base')
    for (const kind of ALL_KINDS.filter((one) => KINDS[one].by === 'list'))
      expect(grants(base, 'list', groupOf(kind), KINDS[kind].plural), kind).toBe(true)
    expect(rightToRead('encryption')).toEqual({ verb: 'get', path: '/metrics' })
    expect(base.some(({ nonResourceURLs, verbs }) => nonResourceURLs?.includes('/metrics') && verbs.includes('get'))).toBe(true)
  })

  it('promise no more than they say: no wildcard of resources, no writing, no Secrets, no nodes/proxy in base', () => {
    const base = rulesOf('base')
    expect(base.flatMap(({ resources = [], apiGroups = [] }) => [...resources, ...apiGroups])).not.toContain('*')
    expect(base.flatMap(({ resources = [] }) => resources).filter((name) => /secrets|proxy|exec/.test(name))).toEqual([])
    const reviews = new Set(['selfsubjectreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'])
    for (const { verbs, resources = [] } of base)
      if (!resources.every((name) => reviews.has(name))) expect(['list', 'get']).toEqual(expect.arrayContaining([...verbs]))
    expect(rulesOf('kubelet')).toEqual([{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }])
    expect(rulesOf('secrets')).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }])
  })

  it('say their risk; that of Secrets honestly', () => {
    const tiers = rightsNeeded()
    expect(tiers.map(({ id }) => id)).toEqual(['base', 'secrets', 'kubelet', 'admission-probe'])
    for (const { title, risk } of tiers) expect([title.en, risk.en]).not.toContain('')
    expect(tiers[1]?.risk.en).toContain('grants their values')
    expect(tiers[2]?.risk.en).toContain('as good as root')
  })

  it('give each wizard that writes a role of its own', () => {
    const rules = [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['get', 'create', 'patch'] }]
    const wizards = [
      { id: 'rbac-role', title: { en: 'A role' }, rules },
      { id: 'only-files', title: { en: 'Files' }, rules: [] },
    ]
    const tiers = rightsNeeded(wizards)
    expect(tiers.map(({ id }) => id)).toEqual(['base', 'secrets', 'kubelet', 'admission-probe', 'wizard:rbac-role'])
    expect(rulesOf('wizard:rbac-role', tiers)).toEqual(rules)
    expect(tiers[4]?.risk.en).toContain('hand on the rights they hold')
    expect(tiers[4]?.objects[0]).toMatchObject({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'kubeharden-wizard-rbac-role' },
    })
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Item, KINDS } from '#model/kinds.ts'
import { inCidr } from '#simulate/network/cidr.ts'
import { connect } from '#simulate/network/decide.ts'
import type { PodEnd } from '#simulate/network/endpoints.ts'
import { directionsOf, isAllowAll, isEverybody, limitsPorts, type Policy } from '#simulate/network/rules.ts'
import { worldOf } from '#simulate/network/world.ts'

const policy = (spec: object, namespace = 'shop', name = 'p'): Policy =>
  KINDS.networkPolicies.schema.parse({ metadata: { name, namespace }, spec }) as Item<'networkPolicies'>
const pod = (namespace: string, name: string, ip: string, named: PodEnd['named'] = []): PodEnd => ({
  kind: 'pod',
  namespace,
  name,
  labels: { app: name },
  ip,
  named,
})
const web = pod('shop', 'web', '10.0.0.1')
const db = pod('shop', 'db', '10.0.0.2', [{ name: 'sql', port: 5432, protocol: 'TCP', sure: true }])
const other = pod('other', 'web', '10.0.1.1')
const namespaces = new Map([
  ['shop', { team: 'a' }],
  ['other', { team: 'b' }],
])
type Ends = Parameters<typeof connect>
const verdict = (policies: Policy[], from: Ends[1], to: Ends[2], port?: number) =>
  connect(worldOf(policies, { namespaces }), from, to, port === undefined ? undefined : { port, protocol: 'TCP' })
const allowed = (policies: Policy[], from: Ends[1], to: Ends[2], port?: number) => verdict(policies, from, to, port).verdict === 'allowed'

describe('directions', () => {
  test.each([
    [{}, ['Ingress']],
    [{ policyTypes: [] }, ['Ingress']],
    [{ egress: [] }, ['Ingress']],
    [{ egress: [{}] }, ['Ingress', 'Egress']],
    [{ policyTypes: ['Egress'] }, ['Egress']],
    [{ policyTypes: ['Egress'], ingress: [{}] }, ['Egress']],
    [{ policyTypes: ['Egress', 'Ingress'] }, ['Ingress', 'Egress']],
  ])('%j', (spec, expected) => {
    expect(directionsOf(policy(spec))).toEqual(expected)
  })
})

describe('pods to pods', () => {
  const from = (...peers: object[]) => policy({ podSelector: { matchLabels: { app: 'db' } }, ingress: [{ from: peers }] })

  test('a podSelector alone means the policy’s own namespace', () => {
    const p = from({ podSelector: { matchLabels: { app: 'web' } } })
    expect(allowed([p], web, db)).toBe(true)
    expect(allowed([p], other, db)).toBe(false)
  })

  test('both selectors in one peer are AND, in two peers OR', () => {
    const team = { namespaceSelector: { matchLabels: { team: 'b' } } }
    const app = { podSelector: { matchLabels: { app: 'nothing' } } }
    expect(allowed([from({ ...team, ...app })], other, db)).toBe(false)
    expect(allowed([from(team, app)], other, db)).toBe(true)
  })

  test('an empty namespaceSelector is every namespace; absent rules are nobody; an empty rule is everybody', () => {
    expect(allowed([from({ namespaceSelector: {} })], other, db)).toBe(true)
    expect(allowed([policy({ podSelector: {} })], other, db)).toBe(false)
    expect(allowed([policy({ podSelector: {}, ingress: [{}] })], other, db)).toBe(true)
  })

  test('named ports are the destination’s, a range needs numbers, the protocol counts', () => {
    const ports = (...list: object[]) => policy({ podSelector: {}, ingress: [{ ports: list }] })
    expect(allowed([ports({ port: 'sql' })], web, db, 5432)).toBe(true)
    expect(allowed([ports({ port: 'sql' })], web, db, 5433)).toBe(false)
    expect(allowed([ports({ port: 5000, endPort: 6000 })], web, db, 5432)).toBe(true)
    expect(allowed([ports({ port: 5000, endPort: 5431 })], web, db, 5432)).toBe(false)
    expect(allowed([ports({ port: 5432, protocol: 'UDP' })], web, db, 5432)).toBe(false)
    expect(allowed([ports({ protocol: 'TCP' })], web, db, 5432)).toBe(true)
  })

  test('both sides must let it through', () => {
    const noEgress = policy({ podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] })
    const answer = verdict([noEgress], web, db)
    expect(answer.verdict).toBe('denied')
    expect(answer.egress.isolatedBy.map((p) => p.name)).toEqual(['p'])
    expect(answer.ingress.verdict).toBe('allowed')
  })

  test('pods on the host’s network are not selected; whether a selector means them is not known, nor is their address', () => {
    const host = (node: string) =>
      ({ kind: 'node', node, ips: ['10.9.0.1'], named: [], pod: { namespace: 'shop', name: 'h', labels: { app: 'web' } } }) as const
    const on = { ...db, node: 'one' }
    expect(verdict([policy({ podSelector: {}, policyTypes: ['Egress'] })], host('two'), on).verdict).toBe('allowed')
    expect(verdict([from({ podSelector: {} })], host('two'), on).verdict).toBe('unknown')
    expect(verdict([from({ podSelector: { matchLabels: { app: 'x' } } })], host('two'), on).verdict).toBe('denied')
    expect(verdict([from({ ipBlock: { cidr: '10.9.0.0/24' } })], host('two'), on).verdict).toBe('unknown')
    expect(verdict([from({ ipBlock: { cidr: '0.0.0.0/0' } })], host('two'), on).verdict).toBe('allowed')
    expect(verdict([policy({ podSelector: {} })], host('one'), on)).toMatchObject({ verdict: 'allowed', always: 'own-node' })
    expect(verdict([policy({ podSelector: {} })], host('two'), on).verdict).toBe('denied')
    expect(verdict([policy({ podSelector: {} })], host('two'), db).verdict, 'its node is not known').toBe('unknown')
    const out = [policy({ podSelector: {}, policyTypes: ['Egress'] })]
    expect([verdict(out, on, host('one')).verdict, verdict(out, on, host('two')).verdict]).toEqual(['unknown', 'denied'])
  })

  test('a pod reaches itself whatever policies say', () => {
    expect(verdict([policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })], web, web)).toMatchObject({
      verdict: 'allowed',
      always: 'self',
    })
  })

  test('labels of a namespace that was not seen are unknown, its name is not', () => {
    const world = worldOf([from({ namespaceSelector: { matchLabels: { team: 'b' } } })])
    expect(connect(world, other, db).verdict).toBe('unknown')
    const named = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })
    expect(connect(worldOf([from(named('other'))]), other, db).verdict).toBe('allowed')
    expect(connect(worldOf([from(named('shop'))]), other, db).verdict).toBe('denied')
  })

  test('policies that were not seen leave open what is denied or open, never what is let through', () => {
    const parts = { namespaces, unseen: (n: string) => n === 'shop' }
    expect(connect(worldOf([], parts), other, db).verdict).toBe('unknown')
    expect(connect(worldOf([from({ podSelector: {} })], parts), other, db).verdict).toBe('unknown')
    expect(connect(worldOf([from({ namespaceSelector: {} })], parts), other, db).verdict).toBe('allowed')
    expect(connect(worldOf([], parts), other, other).verdict).toBe('allowed')
  })
})

describe('egress to an address', () => {
  const egress = (...to: object[]) => policy({ podSelector: {}, policyTypes: ['Egress'], egress: to.length === 0 ? [] : [{ to }] })
  const reach = (p: Policy[], ip = '169.254.169.254') => allowed(p, web, { kind: 'outside', ip }, 80)
  test.each([
    ['no policy', [], true],
    ['deny all', [egress()], false],
    ['ingress only', [policy({ podSelector: {} })], true],
    ['all but this', [egress({ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } })], false],
    ['all', [egress({ ipBlock: { cidr: '0.0.0.0/0' } })], true],
    ['all of the other family', [egress({ ipBlock: { cidr: '::/0' } })], false],
    ['every pod is no address', [egress({ namespaceSelector: {} })], false],
    ['policies add up', [egress(), egress({ ipBlock: { cidr: '169.254.0.0/16' } })], true],
    ['another port', [policy({ podSelector: {}, egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] })], false],
    ['of another namespace', [policy({ podSelector: {}, policyTypes: ['Egress'] }, 'other')], true],
  ])('%s', (_, policies, expected) => {
    expect(reach(policies)).toBe(expected)
  })
})

describe('cidr', () => {
  const octet = fc.nat(255)
  const v4 = fc.tuple(octet, octet, octet, octet)
  const number = (o: readonly number[]) => o.reduce((sum, n) => sum * 256n + BigInt(n), 0n)

  test('agrees with arithmetic on IPv4', () => {
    fc.assert(
      fc.property(v4, v4, fc.nat(32), fc.nat(32), (a, b, bits, same) => {
        // Shares the first `same` bits so that both answers come up.
        const mask = 32n - BigInt(same)
        const mixed = ((number(a) >> mask) << mask) | (number(b) & ((1n << mask) - 1n))
        const ip = [24n, 16n, 8n, 0n].map((s) => String((mixed >> s) & 255n)).join('.')
        const shift = 32n - BigInt(bits)
        expect(inCidr(`${a.join('.')}/${bits}`, ip)).toBe(number(a) >> shift === mixed >> shift)
      }),
    )
  })

  test.each([
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['10.0.0.0/33', '10.0.0.1', false],
    ['10.0.0.0', '10.0.0.0', false],
    ['not/8', '10.0.0.0', false],
    ['10.0.0.0/8', 'x', false],
  ])('%s %s', (cidr, ip, expected) => {
    expect(inCidr(cidr, ip)).toBe(expected)
  })
})

describe('rules', () => {
  test('everybody', () => {
    const peer = (p: object) => policy({ ingress: [{ from: [p] }] }).spec.ingress[0]?.from[0] ?? {}
    expect(isEverybody(peer({ ipBlock: { cidr: '0.0.0.0/0' } }))).toBe(true)
    expect(isEverybody(peer({ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }))).toBe(false)
    expect(isEverybody(peer({ namespaceSelector: {}, podSelector: {} }))).toBe(true)
    expect(isEverybody(peer({ podSelector: {} }))).toBe(false)
    expect(isEverybody(peer({ namespaceSelector: { matchLabels: { a: 'b' } } }))).toBe(false)
  })

  test('ports', () => {
    expect(limitsPorts({ peers: [], ports: [] })).toBe(false)
    expect(limitsPorts({ peers: [], ports: [{ protocol: 'TCP' }] })).toBe(false)
    expect(limitsPorts({ peers: [], ports: [{ port: 1, endPort: 65535 }] })).toBe(false)
    expect(limitsPorts({ peers: [], ports: [{ port: 'http' }] })).toBe(true)
    expect(limitsPorts({ peers: [], ports: [{ port: 80 }, {}] })).toBe(false)
    expect(isAllowAll({ peers: [], ports: [] })).toBe(true)
    expect(isAllowAll({ peers: [], ports: [{ port: 80 }] })).toBe(false)
  })
})

describe('laws', () => {
  const labelled = fc.constantFrom(
    {},
    { matchLabels: { app: 'web' } },
    { matchLabels: { app: 'db' } },
    { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
  )
  const peer = fc.oneof(
    fc.record({ podSelector: labelled }),
    fc.record({ namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'a' } }) }),
    fc.record({ podSelector: labelled, namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'b' } }) }),
    fc.record({ ipBlock: fc.constantFrom({ cidr: '10.0.0.0/24' }, { cidr: '0.0.0.0/0', except: ['10.0.0.0/16'] }) }),
  )
  const rule = (name: string) => fc.array(fc.record({ [name]: fc.array(peer, { maxLength: 2 }) }), { maxLength: 2 })
  const arbitrary = fc
    .record({
      podSelector: labelled,
      policyTypes: fc.constantFrom(undefined, ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
      ingress: rule('from'),
      egress: rule('to'),
    })
    .chain((spec) => fc.constantFrom('shop', 'other').map((namespace) => policy(spec, namespace)))
  const policies = fc.array(arbitrary, { maxLength: 4 })
  const end = fc.constantFrom(web, db, other)

  test('order does not matter, and each direction is decided by the policies of its own pod', () => {
    fc.assert(
      fc.property(policies, end, end, (list, a, b) => {
        const forth = verdict(list, a, b)
        expect(verdict(list.toReversed(), a, b).verdict).toBe(forth.verdict)
        expect(forth.egress.isolatedBy.every((p) => p.namespace === a.namespace)).toBe(true)
        expect(forth.ingress.isolatedBy.every((p) => p.namespace === b.namespace)).toBe(true)
      }),
    )
  })

  test('one more policy opens what is isolated, never closes it; for what is not isolated it never opens', () => {
    fc.assert(
      fc.property(policies, arbitrary, end, end, (list, more, a, b) => {
        const before = verdict(list, a, b)
        const after = verdict([...list, more], a, b)
        for (const side of ['egress', 'ingress'] as const) {
          if (before[side].isolatedBy.length > 0 && before[side].verdict === 'allowed') expect(after[side].verdict).toBe('allowed')
          if (before[side].isolatedBy.length === 0) expect(before[side].verdict).toBe('allowed')
        }
      }),
    )
  })

  test('deny-all in both directions is undone only by a rule that says so', () => {
    fc.assert(
      fc.property(policies, end, end, (list, a, b) => {
        const deny = [a.namespace, b.namespace].map((n) => policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }, n))
        if (a === b) return
        const answer = verdict([...list, ...deny], a, b)
        expect(answer.verdict === 'allowed').toBe(answer.egress.allowedBy.length > 0 && answer.ingress.allowedBy.length > 0)
        expect(verdict(deny, a, b).verdict).toBe('denied')
      }),
    )
  })
})

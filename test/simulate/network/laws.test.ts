import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/model/network.ts'
import { connect, isolating } from '../../../src/simulate/network/decide.ts'
import type { Endpoint, PodEnd } from '../../../src/simulate/network/endpoints.ts'
import { matrixOf } from '../../../src/simulate/network/matrix.ts'
import { type WorldParts, worldOf } from '../../../src/simulate/network/world.ts'
import { kubeRouter } from './kubeRouter.ts'
import { parsePolicies, randomOf, randomPolicies } from './random.ts'
import { HOSTS, NAMESPACES, randomPods, SCENE } from './scene.ts'

const LONG = process.env.KUBEHARDEN_LONG === undefined ? 1 : 20
const seed = fc.integer({ min: 0, max: 2 ** 31 })

function drawn(from: number, pods = 8) {
  const random = randomOf(from)
  const ends = randomPods(random, pods)
  const scene = { ...SCENE, ips: ends.map((e) => e.ip ?? '') }
  return { random, ends, scene, objects: randomPolicies(random, scene) }
}
const world = (objects: readonly object[], parts: WorldParts = {}) => worldOf(parsePolicies(objects), { namespaces: NAMESPACES, ...parts })
const rank: Record<Verdict, number> = { denied: 0, unknown: 1, allowed: 2 }

describe('against a plain reading of the specification', () => {
  test('every pair, pods and an address outside', () => {
    const seen = { allowed: 0, denied: 0 }
    fc.assert(
      fc.property(seed, (s) => {
        const { ends, objects } = drawn(s)
        const plain = kubeRouter({ pods: ends, namespaces: Object.fromEntries(NAMESPACES) }, objects, new Set())
        const w = world(objects)
        const outside: Endpoint = { kind: 'outside', ip: '10.99.0.1' }
        for (const port of SCENE.ports)
          for (const from of [...ends, outside])
            for (const to of [...ends, outside]) {
              const expected = plain({ from: from.ip ?? '', to: to.ip ?? '', ...port }) ? 'allowed' : 'denied'
              seen[expected] += 1
              expect(connect(w, from, to, port).verdict, JSON.stringify({ from, to, port, objects })).toBe(expected)
            }
      }),
      { numRuns: 60 * LONG },
    )
    expect(Math.min(seen.allowed, seen.denied)).toBeGreaterThan(500)
  })
})

describe('the matrix', () => {
  const parts = fc.constantFrom<WorldParts>(
    {},
    { unseen: (n) => n === 'rb' },
    { namespaces: new Map([...NAMESPACES].slice(1)) },
    { dialect: { toOwnNode: 0, blocksHoldCluster: 1 } },
    {
      foreign: [
        {
          ref: { apiVersion: 'x/v1', kind: 'X', name: 'x' },
          affects: (own, d, other, _p, { sure }) =>
            own.kind === 'pod' && own.labels.app === 'db' && d === 'Egress' && sure > 0 && other.kind === 'pod',
        },
      ],
    },
  )
  test('is what is said of each pair, and its summary is their sum', () => {
    fc.assert(
      fc.property(seed, parts, fc.constantFrom(...SCENE.ports, undefined), (s, more, port) => {
        const { ends: pods, objects } = drawn(s, 14)
        const ends = [...pods, ...HOSTS]
        const w = world(objects, more)
        const matrix = matrixOf(w, ends, port)
        const counts = { allowed: 0, denied: 0, unknown: 0 }
        ends.forEach((from, i) => {
          ends.forEach((to, j) => {
            const single = connect(w, from, to, port).verdict
            expect(matrix.verdict(i, j), JSON.stringify({ from, to, port, objects })).toBe(single)
            if (i !== j) counts[single] += 1
          })
        })
        expect(matrix.summary()).toMatchObject({ pods: ends.length, pairs: ends.length * (ends.length - 1), ...counts })
      }),
      { numRuns: 80 * LONG },
    )
  })
})

describe('the algebra of policies', () => {
  const pairs = (ends: readonly PodEnd[]) => ends.flatMap((from) => ends.filter((to) => to !== from).map((to) => [from, to] as const))

  test('one more policy never opens an isolated direction beyond its own rules, and never closes what another lets through', () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { ends, objects } = drawn(s)
        const [more = {}, ...rest] = objects
        const before = world(rest)
        const after = world(objects)
        const alone = world([more])
        const port = SCENE.ports[s % 3] ?? SCENE.ports[0]
        for (const [from, to] of pairs(ends)) {
          const [b, a, o] = [before, after, alone].map((w) => connect(w, from, to, port))
          for (const side of ['egress', 'ingress'] as const) {
            if (b === undefined || a === undefined || o === undefined) continue
            const isolated = b[side].isolatedBy.length > 0
            const opens = o[side].isolatedBy.length > 0 && o[side].verdict === 'allowed'
            if (isolated) expect(a[side].verdict === 'allowed').toBe(b[side].verdict === 'allowed' || opens)
            else expect(a[side].verdict === 'allowed').toBe(o[side].verdict === 'allowed')
          }
        }
      }),
      { numRuns: 60 * LONG },
    )
  })

  test('a policy for pods that no policy selected only narrows', () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { ends, objects } = drawn(s)
        const [more = {}, ...rest] = objects
        const free = (w: ReturnType<typeof world>, end: PodEnd) =>
          isolating(w, end, 'Ingress').length === 0 && isolating(w, end, 'Egress').length === 0
        const [before, after] = [world(rest), world(objects)]
        const alone = world([more])
        if (ends.some((end) => !free(alone, end) && !free(before, end))) return
        for (const [from, to] of pairs(ends))
          expect(rank[connect(after, from, to, SCENE.ports[0]).verdict]).toBeLessThanOrEqual(
            rank[connect(before, from, to, SCENE.ports[0]).verdict],
          )
      }),
      { numRuns: 200 * LONG },
    )
  })

  test('a policy without rules denies everything in its directions, and nothing in the other', () => {
    fc.assert(
      fc.property(seed, fc.constantFrom<string[]>(['Ingress'], ['Egress'], ['Ingress', 'Egress']), (s, policyTypes) => {
        const { ends } = drawn(s)
        const deny = { metadata: { name: 'deny', namespace: 'ra' }, spec: { podSelector: {}, policyTypes } }
        const w = world([deny])
        for (const [from, to] of pairs(ends)) {
          const cut =
            (policyTypes.includes('Egress') && from.namespace === 'ra') || (policyTypes.includes('Ingress') && to.namespace === 'ra')
          expect(connect(w, from, to, SCENE.ports[0]).verdict).toBe(cut ? 'denied' : 'allowed')
        }
      }),
      { numRuns: 30 * LONG },
    )
  })

  test('what is less known is never said to be another thing', () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { ends, objects } = drawn(s)
        const known = world(objects)
        const less = [world(objects, { namespaces: new Map() }), world(objects.slice(1), { unseen: () => true })]
        const blind = ends.map(({ ip: _ip, ...end }) => end)
        for (const [i, from] of ends.entries())
          for (const [j, to] of ends.entries()) {
            if (i === j) continue
            const said = connect(known, from, to, SCENE.ports[0]).verdict
            const answers = [
              ...less.map((w) => connect(w, from, to, SCENE.ports[0]).verdict),
              connect(known, blind[i] ?? from, blind[j] ?? to, SCENE.ports[0]).verdict,
            ]
            for (const answer of answers) expect(['unknown', said]).toContain(answer)
          }
      }),
      { numRuns: 60 * LONG },
    )
  })
})

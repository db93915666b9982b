import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import type { KubeObject } from '#model/refs.ts'
import { grantsIn } from '#session/whoCan.ts'
import { type Request, rulesAllow } from '#simulate/rbac.ts'
import { can, reaches } from '#simulate/rbacGrants.ts'
import { canonical, identityOf, subjectKey } from '#simulate/rbacNamed.ts'
import { type AdminPath, pathsToAdmin } from '#simulate/rbacPaths/paths.ts'
import { worldOf } from '#simulate/rbacPaths/world.ts'
import { subjectMatches } from '#simulate/rbacSubjects.ts'
import { holders } from '#simulate/rbacWho.ts'
import { placesAt, randomPaths, surroundings } from '../../live/support/pathsRandom.ts'
import { type Ask, person, reachesAdmin } from './pathsOracle.ts'

const RUNS = process.env.KUBEHARDEN_LONG ? 2000 : 150
const namespacesAt = (seed: number) => placesAt(seed).map((metadata) => ({ apiVersion: 'v1', kind: 'Namespace', metadata }) as KubeObject)
const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }
const ADMIN = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'cluster-admin' },
  rules: [everything],
} as unknown as KubeObject

const stateOf = (objects: readonly KubeObject[], seed: number) =>
  stateFromObjects([...namespacesAt(seed), ADMIN, ...surroundings(), ...objects], {
    source: 'snapshot',
    name: 'drawn',
    now: new Date(0),
    complete: true,
  })
const stateAt = (seed: number) => {
  const read = stateOf(randomPaths(seed), seed)
  return { ...read, cluster: { ...read.cluster, version: 'v1.36.3' } }
}

const pathsOf = (state: ReturnType<typeof stateOf>): readonly AdminPath[] => pathsToAdmin(worldOf(state, grantsIn(state)))
const keys = (paths: readonly AdminPath[]) => paths.map((p) => subjectKey(p.subject))
const seeds = fc.integer({ min: 0, max: 10_000_000 })

/** Rights as the engine of who-can knows them; that it knows them is shown on a real API server. */
function asking(state: ReturnType<typeof stateOf>): Ask {
  const grants = grantsIn(state)
  const roles = [...(state.kinds.clusterRoles?.items ?? []), ...(state.kinds.roles?.items ?? [])]
  return (who, request) => {
    if ('identity' in who) return can(grants, who.identity, request)
    const rules =
      roles.find((r) => r.metadata.name === who.role.name && (who.role.kind === 'ClusterRole' || r.metadata.namespace === who.at))?.rules ??
      []
    const scope = who.at === undefined ? ({ kind: 'cluster' } as const) : ({ kind: 'namespace', namespace: who.at } as const)
    return reaches(scope, request) && rulesAllow(rules, request)
  }
}

describe('paths to cluster-admin', () => {
  test('are found for exactly those that a search by brute force finds', { timeout: 600_000 }, async () => {
    let [with_, without] = [0, 0]
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const state = stateAt(seed)
        const found = new Set(keys(pathsOf(state)))
        const facts = { objects: [ADMIN, ...surroundings(), ...randomPaths(seed)], places: placesAt(seed), ask: asking(state) }
        const named = grantsIn(state).flatMap((g) => g.subjects.flatMap((s) => canonical(s, g.meta.namespace) ?? []))
        for (const one of new Map(named.map((s) => [subjectKey(s), s])).values()) {
          const who = person(one.kind, one.name, one.kind === 'ServiceAccount' ? one.namespace : undefined)
          const theirs = await reachesAdmin(who, facts)
          if (theirs) with_ += 1
          else without += 1
          expect([who.key, found.has(who.key)]).toEqual([who.key, theirs])
        }
      }),
      { numRuns: RUNS },
    )
    expect(Math.min(with_, without)).toBeGreaterThan((with_ + without) * 0.1)
  })

  test('each step takes rights that who-can gives to whom it says', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const state = stateAt(seed)
        const grants = grantsIn(state)
        for (const { steps } of pathsOf(state))
          for (const step of steps)
            for (const { verb, group, resource, namespace, name, via } of step.rights) {
              if (via === undefined) continue
              const [plain = '', subresource] = resource.split('/')
              const request: Request = {
                verb,
                group,
                resource: plain,
                ...(subresource === undefined ? {} : { subresource }),
                ...(namespace === undefined ? {} : { namespace }),
                ...(name === undefined ? {} : { name }),
              }
              const own = holders(grants, request).filter((s) => subjectMatches(s, identityOf(step.by)))
              expect(own.some((s) => s.via.some((v) => v.binding.name === via.binding.name && v.rule === via.rule))).toBe(true)
            }
      }),
      { numRuns: RUNS },
    )
  })

  test('one step leads to where the next begins; no chain goes round', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const { subject, steps } of pathsOf(stateAt(seed))) {
          let by = subject
          for (const step of steps) {
            expect(step.by).toEqual(by)
            if (step.to.kind === 'subject') by = step.to.subject
          }
          const places = steps.map((s) => JSON.stringify(s.to))
          expect(new Set(places).size).toBe(places.length)
          if (steps.length > 0) expect(['everything', 'control-plane-node', 'admission', 'subject']).toContain(steps.at(-1)?.to.kind)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('a binding more never takes a path away, nor makes one longer', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, drop) => {
        const all = randomPaths(seed)
        const bindings = all.filter((o) => o.kind.endsWith('Binding'))
        const less = all.filter((o) => o !== bindings[drop % bindings.length])
        const more = new Map(pathsOf(stateOf(all, seed)).map((p) => [subjectKey(p.subject), p.steps.length]))
        for (const { subject, steps } of pathsOf(stateOf(less, seed)))
          expect(more.get(subjectKey(subject))).toBeLessThanOrEqual(steps.length)
      }),
      { numRuns: RUNS },
    )
  })
})

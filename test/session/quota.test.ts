import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { quotaOf } from '../../src/session/quota.ts'
import { contradictions } from '../../src/simulate/quota/admission.ts'
import { needsOf, withOwnDefaults } from '../../src/simulate/quota/pod.ts'
import { randomNamespace } from '../simulate/quota/randomNamespace.ts'

const NOW = new Date('2026-11-01T00:00:00Z')
const stateOf = (objects: readonly KubeObject[]) =>
  stateFromObjects(objects, { source: 'snapshot', name: 'test', now: NOW, complete: true })

/** Without those pods that the API server would never have taken, quota or not. */
function valid(objects: readonly KubeObject[]): boolean {
  const { pods, deployments, statefulSets, daemonSets } = stateOf(objects).kinds
  const specs = [
    ...(pods?.items ?? []).map((p) => p.spec),
    ...[deployments, statefulSets, daemonSets].flatMap((k) => k?.items ?? []).map((w) => w.spec.template.spec),
  ]
  return specs.every((spec) => contradictions(withOwnDefaults(needsOf(spec))).length === 0)
}

describe('a proposal', () => {
  it("admits today's pods and the next rollout, whatever the headroom", () => {
    let [ranges, full] = [0, 0]
    fc.assert(
      fc.property(randomNamespace('shop').filter(valid), fc.constantFrom(0, 30, 100), (objects, headroom) => {
        const { namespaces, proposals = [], gaps } = quotaOf(stateOf(objects), { headroom }, [], NOW)
        const [shop] = namespaces
        expect({ refused: shop?.refused, complete: shop?.complete, gaps }).toEqual({ refused: [], complete: true, gaps: [] })
        const quota = proposals.find((p) => p.kind === 'ResourceQuota')
        if (objects.some((o) => o.kind === 'Pod')) expect(quota).toBeDefined()
        if (proposals.some((p) => p.kind === 'LimitRange')) ranges += 1
        if (Object.keys((quota?.spec as { hard?: object } | undefined)?.hard ?? {}).length >= 3) full += 1
      }),
    )
    expect(ranges).toBeGreaterThan(20)
    expect(full).toBeGreaterThan(20)
  })

  it('without any headroom is still no less than what is used', () => {
    fc.assert(
      fc.property(randomNamespace('shop').filter(valid), (objects) => {
        const { proposals = [] } = quotaOf(stateOf(objects), { headroom: 0 }, [], NOW)
        const { namespaces } = quotaOf(stateOf([...objects, ...proposals]), {}, [], NOW)
        expect(namespaces[0]?.refused).toEqual([])
      }),
    )
  })
})

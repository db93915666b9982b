import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import type { Gap } from '../../src/model/right.ts'
import type { State } from '../../src/model/state.ts'
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

const quota = (namespace: string, hard: Record<string, string>, more: object = {}) =>
  ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'bound', namespace }, spec: { hard, ...more } }) as unknown as KubeObject
const pod = (namespace: string, name: string) =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers: [{ name: 'c' }] } }) as unknown as KubeObject
const forbidden = (kind: string): Gap => ({ kind, reason: 'forbidden', detail: 'no', needs: { verb: 'list', group: '', resource: kind } })

describe('what is not seen', () => {
  const objects = ['shop', 'dark'].flatMap((ns) => [quota(ns, { pods: '1' }), pod(ns, 'a'), pod(ns, 'b')])

  it('a viewer of one namespace has that one judged, and of the others nothing said', () => {
    const state = stateOf([...objects])
    const kinds = Object.fromEntries(
      Object.entries(state.kinds).map(([kind, c]) => [
        kind,
        {
          items: c.items.filter((i) => 'namespace' in i.metadata && i.metadata.namespace === 'shop'),
          gaps: [forbidden(kind)],
          onlyNamespaces: ['shop'],
        },
      ]),
    )
    const { namespaces, gaps } = quotaOf({ ...state, kinds } as State, {}, [], NOW)
    expect(namespaces.map((n) => [n.name, n.complete, n.refused.length])).toEqual([['shop', true, 2]])
    expect(gaps.map((g) => g.kind)).toContain('pods')
  })

  it('where LimitRanges are hidden nothing is called refused, and nothing complete', () => {
    const state = stateOf(objects)
    const limitRanges = { items: [], gaps: [forbidden('limitranges')] }
    const { namespaces } = quotaOf({ ...state, kinds: { ...state.kinds, limitRanges } }, { namespace: 'shop' }, [], NOW)
    expect(namespaces).toMatchObject([{ name: 'shop', complete: false, refused: [], quotas: [{ used: { pods: '2' } }] }])
  })

  it('where pods are hidden, what is seen is the least that is used: what it exceeds is refused', () => {
    const state = stateOf(objects)
    const pods = { items: state.kinds.pods?.items ?? [], gaps: [forbidden('pods')], onlyNamespaces: [] }
    const { namespaces } = quotaOf({ ...state, kinds: { ...state.kinds, pods } }, { namespace: 'shop' }, [], NOW)
    expect(namespaces.map((n) => [n.complete, n.refused.length])).toEqual([[false, 2]])
  })

  it('without a right to see any pod there is no verdict but an error', () => {
    const state = stateOf([quota('shop', { pods: '1' })])
    const pods = { items: [], gaps: [forbidden('pods')] }
    expect(() => quotaOf({ ...state, kinds: { ...state.kinds, pods } }, {}, [], NOW)).toThrow('No pods could be read')
  })

  it('what admission would fill in of itself is a doubt', () => {
    const spec = { replicas: 1, selector: {}, template: { spec: { runtimeClassName: 'heavy', containers: [{ name: 'c' }] } } }
    const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec } as unknown as KubeObject
    const byClass = { scopes: ['PriorityClass'] }
    const { namespaces, gaps } = quotaOf(stateOf([web, quota('shop', { pods: '9' }, byClass)]), {}, [], NOW)
    expect(namespaces[0]?.complete).toBe(false)
    expect(gaps.map((g) => g.kind)).toEqual(['RuntimeClass', 'PriorityClass'])
  })

  it('a pod that is being resized is a doubt', () => {
    const status = { phase: 'Running', conditions: [{ type: 'PodResizeInProgress', status: 'True' }] }
    const { namespaces, gaps } = quotaOf(stateOf([{ ...pod('shop', 'a'), status }, quota('shop', { pods: '9' })]), {}, [], NOW)
    expect([namespaces[0]?.complete, gaps.map((g) => g.kind)]).toEqual([false, ['pods']])
  })

  it('an amount that is none is said of its namespace, and the others are judged', () => {
    const { namespaces, gaps } = quotaOf(stateOf([...objects, quota('odd', { pods: 'many' })]), {}, [], NOW)
    expect(namespaces.map((n) => [n.name, n.complete])).toEqual([
      ['dark', true],
      ['odd', false],
      ['shop', true],
    ])
    expect(gaps).toMatchObject([{ namespace: 'odd', reason: 'malformed' }])
  })
})

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

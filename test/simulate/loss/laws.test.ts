import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateFromObjects } from '../../../src/cluster/objects/toState.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { itemsOf } from '../../../src/model/state.ts'
import { lossOf } from '../../../src/simulate/loss/loss.ts'
import { type Scene, sceneOf } from '../../../src/simulate/loss/scene.ts'
import { placementOf } from '../../../src/simulate/schedule/filter.ts'
import type { PodView } from '../../../src/simulate/schedule/world.ts'
import { RANDOM_NAMESPACES, type RandomWorld, randomWorld } from '../schedule/randomWorld.ts'

const NAMES = ['n0', 'n1', 'n2', 'n3', 'n4']
const lostNodes = fc.subarray(NAMES)
/** Pods of the random world run as those of two Deployments, some on nodes that are too small for them. */
const world = fc.tuple(
  randomWorld,
  fc.array(fc.nat(4), { minLength: 12, maxLength: 12 }),
  fc.array(fc.nat(2), { minLength: 24, maxLength: 24 }),
)

function sceneFrom([random, places, kinds]: [RandomWorld, number[], number[]]): Scene {
  const more = random.asked.map((pod, i) => ({ ...pod, spec: { ...(pod.spec as object), nodeName: `n${places[i]}` } }) as KubeObject)
  const pods = [...random.placed, ...more].map((pod, i) => owned(pod, kinds[i] ?? 0))
  const namespaces = RANDOM_NAMESPACES.map((metadata) => ({ apiVersion: 'v1', kind: 'Namespace', metadata }))
  const objects = [...random.nodes, ...random.volumes, ...namespaces, ...pods] as KubeObject[]
  const state = stateFromObjects(objects, { source: 'snapshot', name: 'x', now: new Date(0), complete: true })
  return sceneOf({
    nodes: itemsOf(state, 'nodes'),
    pods: itemsOf(state, 'pods'),
    namespaces: itemsOf(state, 'namespaces'),
    deployments: [],
    statefulSets: [],
    replicaSets: [],
    jobs: [],
    budgets: [],
    claims: itemsOf(state, 'persistentVolumeClaims'),
    volumes: itemsOf(state, 'persistentVolumes'),
    allPods: true,
    exclusions: 'as-written',
  })
}

function owned(pod: KubeObject, kind: number): KubeObject {
  const owner = [undefined, { kind: 'StatefulSet', name: 'db' }, { kind: 'ReplicaSet', name: 'web' }][kind]
  const references = owner === undefined ? [] : [{ apiVersion: 'apps/v1', controller: true, ...owner }]
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: references } } as unknown as KubeObject
}

function viewIn(scene: Scene, name: string): PodView {
  const found = scene.running.find((r) => r.pod.metadata.name === name)
  if (found === undefined) throw new Error(name)
  return found.view
}

const lossOn = (scene: Scene, nodes: readonly string[]) => lossOf(scene, { nodes, zones: [], registries: [] })

describe('laws of a loss', () => {
  it('nothing lost, nothing changed', () => {
    fc.assert(
      fc.property(world, (w) => {
        const loss = lossOn(sceneFrom(w), [])
        expect(loss).toMatchObject({ workloads: [], controlPlane: [], pulls: [], breaks: false })
      }),
      { numRuns: 30 },
    )
  })

  it('every pod of a lost node has one fate, and none moves to a lost node', () => {
    fc.assert(
      fc.property(world, lostNodes, (w, nodes) => {
        const scene = sceneFrom(w)
        const pods = lossOn(scene, nodes).workloads.flatMap((x) => x.pods)
        const onLost = scene.running.filter((r) => nodes.includes(r.node))
        expect(pods.filter((p) => p.displacedBy === undefined)).toHaveLength(onLost.length)
        for (const { fate } of pods) if (fate.kind === 'moves') expect(nodes).not.toContain(fate.to)
      }),
      { numRuns: 60 },
    )
  })

  it('what moves goes where it may, and no node takes more than it has', () => {
    fc.assert(
      fc.property(world, lostNodes, (w, nodes) => {
        const scene = sceneFrom(w)
        const moved = lossOn(scene, nodes)
          .workloads.flatMap((x) => x.pods)
          .filter((p) => p.fate.kind === 'moves')
        for (const node of scene.world.nodes) {
          const here = moved.filter((p) => p.fate.kind === 'moves' && p.fate.to === node.name)
          if (here.length === 0) continue
          const views = here.map((p) => viewIn(scene, p.name))
          for (const [resource, has] of node.allocatable) {
            const used =
              resource === 'pods'
                ? BigInt(node.pods.length + here.length) * 1000n
                : (node.used.get(resource) ?? 0n) + views.reduce((n, v) => n + (v.requests.get(resource) ?? 0n), 0n)
            const asked = resource === 'pods' || views.some((v) => (v.requests.get(resource) ?? 0n) > 0n)
            if (asked) expect(used <= has, `${node.name} ${resource}`).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('a pod that waits fits on no node that is left, alone or not', () => {
    fc.assert(
      fc.property(world, lostNodes, (w, nodes) => {
        const scene = sceneFrom(w)
        const left = { ...scene.world, nodes: scene.world.nodes.filter((n) => !nodes.includes(n.name)) }
        for (const p of lossOn(scene, nodes).workloads.flatMap((x) => x.pods)) {
          if (p.fate.kind !== 'waits') continue
          const answer = placementOf(viewIn(scene, p.name), left)
          expect(answer.is === 'answer' ? answer.nodes.map((n) => n.name) : []).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('the more is lost, the less is left at once', () => {
    fc.assert(
      fc.property(world, lostNodes, lostNodes, (w, some, others) => {
        const scene = sceneFrom(w)
        const less = lossOn(scene, some).workloads
        const more = lossOn(scene, [...new Set([...some, ...others])]).workloads
        for (const workload of less) {
          const same = more.find(
            (x) =>
              x.object.kind === workload.object.kind &&
              x.object.name === workload.object.name &&
              x.object.namespace === workload.object.namespace,
          )
          expect(same?.left ?? 0).toBeLessThanOrEqual(workload.left)
        }
      }),
      { numRuns: 60 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../../src/change/edits.ts'
import { type Item, KINDS } from '../../../src/model/kinds.ts'
import type { Json, KubeObject } from '../../../src/model/refs.ts'
import { evaluatePod } from '../../../src/simulate/podSecurity/evaluate.ts'
import type { Path } from '../../../src/simulate/podSecurity/path.ts'
import type { PodLike } from '../../../src/simulate/podSecurity/pod.ts'
import { registry } from '../../../src/simulate/podSecurity/registry.ts'
import { randomPod } from './randomPods.ts'

const minor = fc.integer({ min: 0, max: registry.newest })
const level = fc.constantFrom('baseline' as const, 'restricted' as const)

function parsed(pod: KubeObject): PodLike {
  const { metadata, spec } = KINDS.pods.schema.parse(pod) as Item<'pods'>
  return { annotations: metadata.annotations, spec }
}

interface Raw {
  readonly metadata: { readonly annotations: Json }
  readonly spec: { readonly [key: string]: Json }
}

/** The pod as a template, and how it is read and where it stands there. */
const FORMS: readonly { readonly wrap: (pod: KubeObject) => KubeObject; readonly read: (o: KubeObject) => PodLike; readonly at: Path }[] = [
  { wrap: (pod) => pod, read: parsed, at: [] },
  {
    wrap: (pod) => {
      const { metadata, spec } = pod as unknown as Raw
      const template = { metadata: { annotations: metadata.annotations }, spec }
      return {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'x' },
        spec: { schedule: 'x', jobTemplate: { spec: { template } } },
      }
    },
    read: (object) => {
      const { metadata, spec } = (KINDS.cronJobs.schema.parse(object) as Item<'cronJobs'>).spec.jobTemplate.spec.template
      return { annotations: metadata.annotations, spec }
    },
    at: ['spec', 'jobTemplate', 'spec', 'template'],
  },
]

describe('laws of Pod Security', () => {
  test('a stricter level never has fewer violations', () => {
    fc.assert(
      fc.property(randomPod, minor, (pod, version) => {
        const [privileged, baseline, restricted] = (['privileged', 'baseline', 'restricted'] as const).map((l) =>
          evaluatePod(l, version, parsed(pod)),
        )
        expect(privileged).toEqual([])
        expect(restricted?.length).toBeGreaterThanOrEqual(baseline?.length ?? 0)
      }),
    )
  })

  test('all cures together leave only what no edit cures; each alone cures its own', () => {
    let cured = 0
    fc.assert(
      fc.property(randomPod, minor, level, fc.constantFrom(...FORMS), (pod, version, of, { wrap, read, at }) => {
        const object = wrap(pod)
        const violations = evaluatePod(of, version, read(object), at)
        const without = violations.filter((v) => v.cure === undefined).map((v) => v.check)
        expect(without.filter((check) => check !== 'hostPathVolumes' && check !== 'restrictedVolumes')).toEqual([])
        const after = applyEdits(
          object,
          violations.flatMap((v) => v.cure ?? []),
        )
        expect(evaluatePod(of, version, read(after), at).map((v) => v.check)).toEqual(without)
        for (const { check, cure } of violations.filter((v) => v.cure !== undefined)) {
          const left = evaluatePod(of, version, read(applyEdits(object, cure ?? [])), at)
          expect(left.map((v) => v.check)).not.toContain(check)
          cured += 1
        }
      }),
    )
    expect(cured).toBeGreaterThan(100)
  })

  test('nothing is edited that does not have to be: without any one edit a violation stays', () => {
    fc.assert(
      fc.property(randomPod, minor, level, (pod, version, of) => {
        for (const { check, cure = [] } of evaluatePod(of, version, parsed(pod)))
          for (const left of cure.keys()) {
            const some = applyEdits(pod, cure.toSpliced(left, 1))
            expect(evaluatePod(of, version, parsed(some)).map((v) => v.check)).toContain(check)
          }
      }),
    )
  })

  test('the order of containers does not matter', () => {
    fc.assert(
      fc.property(randomPod, minor, level, (pod, version, of) => {
        const { spec } = pod as unknown as Raw
        const turned = {
          ...pod,
          spec: {
            ...spec,
            containers: (spec.containers as Json[]).toReversed(),
            initContainers: (spec.initContainers as Json[]).toReversed(),
          },
        } as unknown as KubeObject
        const words = (p: KubeObject) =>
          evaluatePod(of, version, parsed(p)).map(({ check, reason, fields }) => [check, reason, fields.length])
        expect(words(turned)).toEqual(words(pod))
      }),
    )
  })

  test('every field that is named is in the pod or missing from it, never beside it', () => {
    fc.assert(
      fc.property(randomPod, minor, level, (pod, version, of) => {
        for (const { fields } of evaluatePod(of, version, parsed(pod)))
          for (const field of fields) {
            const [, list, index] = /^spec\.(\w+)\[(\d+)\]/.exec(field) ?? []
            if (list !== undefined) expect(((pod.spec as never)[list] as Json[])[Number(index)]).toBeDefined()
            expect(field).toMatch(/^(spec\.|metadata\.annotations\[)/)
          }
      }),
    )
  })
})

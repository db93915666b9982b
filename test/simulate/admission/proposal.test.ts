import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HardenError } from '#model/errors.ts'
import type { KubeObject } from '#model/refs.ts'
import { hear } from '#simulate/admission/copy.ts'
import { readProposal } from '#simulate/admission/proposal.ts'

const API = 'admissionregistration.k8s.io/v1'
const RULE = { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods'] }

it('any objects are read or refused with the place where they stand, and never by a defect', () => {
  const word = fc.constantFrom('a', 'b', '')
  const spec = fc.oneof(
    fc.constant({ matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'true' }] }),
    fc.record({ policyName: word }),
    fc.jsonValue(),
  )
  const object = fc.record({
    apiVersion: fc.constantFrom(API, 'v1', `${API}beta1`),
    kind: fc.constantFrom('ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ConfigMap'),
    metadata: fc.record({ name: word }),
    spec,
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<KubeObject>
  let read = 0
  fc.assert(
    fc.property(fc.array(object, { maxLength: 4 }), (objects) => {
      try {
        const found = readProposal(objects.map((o, i) => ({ object: o, at: `f.yaml:${i}` })))
        expect(found.length).toBeGreaterThan(0)
        for (const { bindings, name } of found) expect(bindings.every((b) => b.spec.policyName === name)).toBe(true)
        read += 1
      } catch (error) {
        expect(error).toBeInstanceOf(HardenError)
        expect((error as HardenError).code).toBe('input')
        expect((error as HardenError).message).toMatch(/^(f\.yaml:\d+|the file): /)
      }
    }),
    { numRuns: 2000 },
  )
  expect(read).toBeGreaterThan(10)
})

it('a field that is not known is refused: left out, it would be another policy', () => {
  const policy = (spec: object) =>
    ({ apiVersion: API, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec }) as unknown as KubeObject
  const spec = { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'true' }] }
  expect(readProposal([{ object: policy({ ...spec, variables: null }), at: 'f:1' }])[0]?.spec).toEqual(spec)
  expect(() => readProposal([{ object: policy({ ...spec, newField: 1 }), at: 'f:1' }])).toThrow(/newField/)
})

it('hears any warnings', () => {
  const mark = { nonce: 'n', user: 'u' }
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (warnings) => {
      expect(hear(warnings, mark).messages).toEqual([])
    }),
  )
})

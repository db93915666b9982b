import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AskedOperation } from '#model/admission.ts'
import type { KubeObject } from '#model/refs.ts'
import { bindingCopy, celString, guardOf, hear, leadOf, managerOf, partsOf, policyCopy, probeName } from '#simulate/admission/copy.ts'
import type { BindingSpec, PolicySpec, ResourceRule } from '#simulate/admission/schema.ts'

interface CopySpec {
  readonly failurePolicy: string
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[]
  readonly matchConstraints: { readonly resourceRules: readonly ResourceRule[] }
  readonly validations: readonly { readonly expression: string; readonly message?: string; readonly messageExpression?: string }[]
  readonly auditAnnotations?: unknown
  readonly variables: readonly unknown[]
}
const specOf = (object: KubeObject) => object.spec as unknown as CopySpec

const MARK = { nonce: 'abc123', user: 'me' }
const operation = fc.constantFrom('*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT')
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' })
const rule: fc.Arbitrary<ResourceRule> = fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 4 }),
  apiGroups: fc.constant(['*']),
  apiVersions: fc.constant(['*']),
  resources: fc.constant(['*']),
}) as fc.Arbitrary<ResourceRule>
const spec: fc.Arbitrary<PolicySpec> = fc.record(
  {
    matchConstraints: fc.record({ resourceRules: fc.array(rule, { minLength: 1, maxLength: 3 }) }),
    validations: fc.array(fc.record({ expression: text, message: text, messageExpression: text }, { requiredKeys: ['expression'] }), {
      maxLength: 3,
    }),
    failurePolicy: fc.constantFrom('Fail', 'Ignore'),
    auditAnnotations: fc.array(fc.record({ key: text, valueExpression: text }), { maxLength: 2 }),
    matchConditions: fc.array(fc.record({ name: text, expression: text }), { maxLength: 3 }),
    variables: fc.array(fc.record({ name: text, expression: text }), { maxLength: 2 }),
    paramKind: fc.constant({ apiVersion: 'v1', kind: 'ConfigMap' }),
  },
  { requiredKeys: ['matchConstraints'] },
) as fc.Arbitrary<PolicySpec>
const mark = fc.record({ nonce: fc.stringMatching(/^[0-9a-f]{12}$/), user: fc.string({ maxLength: 30, unit: 'binary' }) })
const operations = fc.constantFrom<readonly AskedOperation[]>(['UPDATE'], ['CREATE'], ['UPDATE', 'CREATE'])

describe('the copy of any policy', () => {
  it('begins with the guard and has no other condition, never fails closed, writes nothing to the audit log, and asks no more than it needs', () => {
    fc.assert(
      fc.property(spec, mark, operations, (policy, m, ops) => {
        const copy = policyCopy(policy, m, ops)
        const made = specOf(copy)
        expect(copy.metadata.name).toBe(probeName(m))
        expect(made.matchConditions.map((c) => c.expression)).toEqual([guardOf(m)])
        expect(made.failurePolicy).toBe('Ignore')
        expect(made.auditAnnotations).toBeUndefined()
        for (const r of made.matchConstraints.resourceRules) {
          expect(ops).toEqual(expect.arrayContaining([...r.operations]))
          expect(r.operations.length).toBeGreaterThan(0)
        }
      }),
    )
  })

  it('keeps every validation behind the witnesses, in its place, with the words it had', () => {
    fc.assert(
      fc.property(spec, mark, operations, (policy, m, ops) => {
        const made = specOf(policyCopy(policy, m, ops)).validations
        const own = policy.validations ?? []
        const conditional = (policy.matchConditions ?? []).length > 0
        expect(made.length).toBe(leadOf(policy) + own.length + partsOf(policy).length)
        own.forEach((v, i) => {
          const copy = made[leadOf(policy) + i]
          if (conditional) expect(copy?.expression).toContain(`(\n${v.expression}\n)`)
          else expect(copy?.expression).toBe(v.expression)
          expect(copy?.message).toBe(v.message ?? (conditional ? `failed expression: ${v.expression.trim()}` : undefined))
        })
      }),
    )
  })

  it('its binding warns and does nothing else, whatever the proposed one did', () => {
    const actions = fc.subarray(['Deny', 'Warn', 'Audit'] as const)
    fc.assert(
      fc.property(actions, mark, fc.option(fc.constant('shop'), { nil: undefined }), (validationActions, m, namespace) => {
        const binding: BindingSpec = { policyName: 'x', validationActions: [...validationActions], paramRef: { name: 'p', namespace: 'n' } }
        for (const b of [binding, undefined]) {
          const made = bindingCopy(b, m, namespace === undefined ? {} : { namespace })
          expect(made.spec).toMatchObject({ policyName: probeName(m), validationActions: ['Warn'] })
        }
      }),
    )
  })
})

it('the guard looks for each field before it reads it, and holds the user as a text of CEL', () => {
  const guard = guardOf({ nonce: 'abc', user: 'x" || true || "' })
  expect(guard.indexOf('has(request.options)')).toBeLessThan(guard.indexOf('request.options.fieldManager in'))
  expect(guard).toContain('request.userInfo.username == "x\\" || true || \\""')
  // CEL knows no halves of a character.
  expect(celString('\u{1f600}\u00e9"\n')).toBe('"\\U0001f600\\U000000e9\\"\\n"')
})

it('a message put together from the object is not said of Secrets, nor where a Secret is the parameter', () => {
  const validation = { expression: 'false', messageExpression: 'object.data.x' }
  const base: PolicySpec = {
    matchConstraints: { resourceRules: [{ operations: ['UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'] }] },
    validations: [validation],
  }
  const said = (policy: PolicySpec) => specOf(policyCopy(policy, MARK, ['UPDATE'])).validations[leadOf(policy)]?.messageExpression
  expect(said(base)).toBe('request.resource.group == "" && request.resource.resource == "secrets" ? "" : (\nobject.data.x\n)')
  expect(said({ ...base, paramKind: { apiVersion: 'v1', kind: 'Secret' } })).toBeUndefined()
})

it('hears the warnings of its own probe only, and tells witnesses from words', () => {
  const own = `Validation failed for ValidatingAdmissionPolicy '${probeName(MARK)}' with binding '${probeName(MARK)}': `
  const heard = hear(
    [
      `${own}kubeharden-witness all ns/p`,
      `${own}kubeharden-witness 3`,
      `${own}too big`,
      "Validation failed for ValidatingAdmissionPolicy 'other' with binding 'b': no",
      'deprecated',
    ],
    MARK,
  )
  expect(heard.messages).toEqual(['too big'])
  expect(Object.fromEntries([...heard.witnessed].map(([k, v]) => [k, [...v]]))).toEqual({ 'ns/p': ['all'], '': ['3'] })
  expect(managerOf(MARK, true)).not.toBe(managerOf(MARK))
  expect(managerOf({ nonce: 'f'.repeat(12), user: '' }, true).length).toBeLessThan(128)
})

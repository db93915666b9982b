import { describe, expect, it } from 'vitest'
import type { Served, ServedResource } from '#model/admission.ts'
import type { KubeObject } from '#model/refs.ts'
import type { ProposedPolicy } from '#simulate/admission/proposal.ts'
import type { BindingSpec } from '#simulate/admission/schema.ts'
import { refuseUnserved, trialsOf } from '../../src/session/admissionTrials.ts'

const resource = (group: string, plural: string, kind: string): ServedResource => {
  return { group, version: 'v1', plural, kind, namespaced: true, verbs: ['list', 'patch'], preferred: true }
}
const SERVED: Served = { resources: [resource('', 'configmaps', 'ConfigMap'), resource('x.io', 'limits', 'Limit')], silent: [] }
const map = (namespace: string | undefined, name = 'p'): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { a: 'b' } },
    data: { x: 'y' },
  }) as KubeObject
const policy = (
  kind: string | undefined,
  paramRef: BindingSpec['paramRef'] | undefined,
  params: readonly KubeObject[] = [],
): ProposedPolicy => ({
  name: 'pol',
  spec: {
    matchConstraints: { resourceRules: [{ operations: ['UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }] },
    validations: [{ expression: 'true' }],
    ...(kind === undefined ? {} : { paramKind: { apiVersion: kind === 'ConfigMap' ? 'v1' : 'x.io/v1', kind } }),
  },
  bindings: paramRef === undefined ? [] : [{ name: 'b', spec: { policyName: 'pol', paramRef } }],
  params,
})
const only = (p: ProposedPolicy) => {
  const [trial] = trialsOf([p], { user: 'me', served: SERVED })
  return { blocked: trial?.blocked, kinds: trial?.objects.map((o) => o.kind), objects: trial?.objects ?? [] }
}
const BOTH = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']

describe('what is written for a policy', () => {
  it('the policy and then its binding; parameters that are in the cluster stay as they are', () => {
    expect(only(policy(undefined, undefined)).kinds).toEqual(BOTH)
    expect(only(policy('ConfigMap', { name: 'p', namespace: 'n' })).kinds).toEqual(BOTH)
    expect(only(policy('ConfigMap', { name: 'p', namespace: 'n' }, [map('other')])).kinds).toEqual(BOTH)
  })

  it('a ConfigMap of the file first, under the name of the probe, without labels that others may look for; the binding names it', () => {
    const { kinds, objects } = only(policy('ConfigMap', { name: 'p', namespace: 'n' }, [map('n')]))
    expect(kinds).toEqual(['ConfigMap', ...BOTH])
    const [copy, , binding] = objects
    expect(copy?.metadata).toMatchObject({ namespace: 'n', labels: { 'app.kubernetes.io/managed-by': 'kubeharden' } })
    expect(copy?.data).toEqual({ x: 'y' })
    expect(binding?.spec).toMatchObject({ paramRef: { name: copy?.metadata.name, namespace: 'n' } })
  })

  it('nothing, with the reason, where parameters cannot be tried without touching others', () => {
    const limit = { ...map('n'), apiVersion: 'x.io/v1', kind: 'Limit' } as KubeObject
    for (const [p, words] of [
      [policy('Limit', { name: 'p', namespace: 'n' }, [limit]), 'Apply the parameters first'],
      [policy('ConfigMap', { selector: { matchLabels: { a: 'b' } }, namespace: 'n' }, [map('n')]), 'Apply the parameters first'],
      [policy('ConfigMap', { name: 'p' }, [map(undefined)]), 'Apply the parameters first'],
      [policy('ConfigMap', undefined), 'no binding in the file says which'],
      [policy('Gone', { name: 'p' }), 'does not serve its parameters'],
    ] as const) {
      const { blocked, kinds } = only(p)
      expect(blocked).toContain(words)
      expect(kinds).toEqual([])
    }
  })

  it('each policy and each binding gets a name of its own', () => {
    const two = { ...policy(undefined, undefined), bindings: ['a', 'b'].map((name) => ({ name, spec: { policyName: 'pol' } })) }
    const names = trialsOf([two, two], { user: 'me', served: SERVED }).map((t) => t.objects[0]?.metadata.name)
    expect(new Set(names).size).toBe(4)
  })
})

it('a cluster without such policies says so, with the version that brings them', () => {
  const error = (version?: string) => {
    try {
      refuseUnserved(SERVED, version)
    } catch (thrown) {
      return thrown as Error & { hint: string }
    }
    return undefined
  }
  expect(error('v1.29.4')?.message).toBe(
    'This cluster (v1.29.4) does not serve ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1.',
  )
  expect(error()?.hint).toContain('1.30')
  const served = {
    ...SERVED,
    resources: [resource('admissionregistration.k8s.io', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy')],
  }
  expect(() => refuseUnserved(served, undefined)).not.toThrow()
})

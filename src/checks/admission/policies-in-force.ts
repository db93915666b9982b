import { defineCheck } from '#model/check.ts'
import { params, refTo } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'admission/policies-in-force',
  severity: 'medium',
  controls: { topic: ['T19'] },
  text: {
    title: { en: 'Admission policies that are there deny something' },
    why: {
      en: 'A policy without a binding does nothing at all. One that only warns or audits lets everything in; one with failurePolicy Ignore lets in whatever its expressions stumble over.',
    },
    fix: {
      en: 'Bind the policy, with Warn and Audit first. Once what it would refuse is put right, change the binding to Deny, and failurePolicy to Fail.',
    },
  },
  reads: ['validatingAdmissionPolicies', 'validatingAdmissionPolicyBindings'],
  messages: {
    denies: { en: 'Binding {binding} denies.' },
    unbound: { en: 'No binding names it: it does nothing.' },
    soft: { en: 'Its bindings only {actions}: nothing is refused.' },
    ignores: { en: 'Lets in what its expressions cannot be worked out for (failurePolicy Ignore).' },
  },
  examples: {
    bad: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-latest }
spec: { validations: [{ expression: 'true' }] }
`,
    good: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-latest }
spec: { validations: [{ expression: 'true' }] }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-latest }
spec: { policyName: no-latest, validationActions: [Deny, Audit] }
`,
  },
  evaluate: function* ({ validatingAdmissionPolicies, validatingAdmissionPolicyBindings }) {
    for (const policy of validatingAdmissionPolicies) {
      const object = refTo('validatingAdmissionPolicies', policy)
      const bindings = validatingAdmissionPolicyBindings.filter(({ spec }) => spec.policyName === policy.metadata.name)
      const denying = bindings.find(({ spec }) => spec.validationActions.includes('Deny'))
      const actions = [...new Set(bindings.flatMap(({ spec }) => spec.validationActions))].toSorted().join(' and ')
      if (bindings.length === 0) yield { status: 'fail', object, message: 'unbound' }
      else if (denying === undefined) yield { status: 'fail', object, saw: actions, message: 'soft', params: params({ actions }) }
      else if (policy.spec.failurePolicy === 'Ignore')
        yield { status: 'fail', object, path: 'spec.failurePolicy', saw: 'Ignore', message: 'ignores' }
      else yield { status: 'pass', object, message: 'denies', params: params({ binding: denying.metadata.name }) }
    }
  },
})

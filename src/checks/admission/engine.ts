import { defineCheck } from '#model/check.ts'
import { type Program, recognised } from '#simulate/software.ts'
import { CLUSTER, params, refTo, seesCluster } from '#simulate/workloadsRefs.ts'

const ENGINES: readonly Program[] = [
  { name: 'Kyverno', images: ['kyverno/kyverno', 'kyverno'] },
  { name: 'Gatekeeper', images: ['openpolicyagent/gatekeeper', 'gatekeeper/gatekeeper'] },
  { name: 'Kubewarden', images: ['kubewarden/policy-server', 'kubewarden/kubewarden-controller'] },
  { name: 'jsPolicy', images: ['loftsh/jspolicy', 'jspolicy'] },
]

export const check = defineCheck({
  id: 'admission/engine',
  severity: 'medium',
  controls: { topic: ['T19'], cis: ['5.2.1'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Rules for new objects are enforced at admission' },
    why: {
      en: 'RBAC decides who may create a pod, not what kind of pod. Rules that stand in a wiki are kept until somebody is in a hurry; a rule at admission is kept by everybody, pipelines too.',
    },
    fix: {
      en: 'Write rules as ValidatingAdmissionPolicies (no other program needed), first with Warn and Audit, then with Deny; or run Kyverno, Gatekeeper or Kubewarden. `kubeharden preview admission --add FILE --probe` shows what a policy would refuse of what is there.',
    },
  },
  reads: ['validatingAdmissionPolicies', 'validatingAdmissionPolicyBindings', 'deployments', 'namespaces'],
  messages: {
    policy: { en: 'Is enforced by {bindings} bindings that deny.' },
    program: { en: '{program} runs.' },
    none: { en: 'No policy that denies and no policy engine was found. Pod Security labels are all there may be.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
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
spec: { policyName: no-latest, validationActions: [Deny] }
`,
  },
  evaluate: function* ({ validatingAdmissionPolicies, validatingAdmissionPolicyBindings, namespaces, ...lists }, { complete }) {
    let found = false
    for (const policy of validatingAdmissionPolicies) {
      const bindings = validatingAdmissionPolicyBindings.filter(
        ({ spec }) => spec.policyName === policy.metadata.name && spec.validationActions.includes('Deny'),
      ).length
      if (bindings === 0) continue
      found = true
      yield { status: 'pass', object: refTo('validatingAdmissionPolicies', policy), message: 'policy', params: params({ bindings }) }
    }
    for (const { program, template } of recognised(lists, ENGINES)) {
      found = true
      yield { status: 'pass', object: template.ref, saw: program, message: 'program', params: params({ program }) }
    }
    if (!found && seesCluster(namespaces, complete)) yield { status: 'fail', object: CLUSTER, message: 'none' }
  },
})

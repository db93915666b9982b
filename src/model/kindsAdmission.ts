import * as admission from './objects/admissionPolicies.ts'

/** What judges objects before they are stored, besides webhooks. Servers before 1.30 serve no such policies. */
export const admissionKinds = {
  validatingAdmissionPolicies: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    namespaced: false,
    by: 'list',
    optional: true,
    schema: admission.policy,
  },
  validatingAdmissionPolicyBindings: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    namespaced: false,
    by: 'list',
    optional: true,
    schema: admission.binding,
  },
} as const

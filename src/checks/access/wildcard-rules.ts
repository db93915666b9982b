import { defineCheck, type Finding } from '#model/check.ts'
import { describeRule, wildcardsOf } from '#simulate/rbacCover.ts'
import { about, judgeable } from './shared.ts'

export const check = defineCheck({
  id: 'access/wildcard-rules',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['5.1.3'], nsa: ['Authentication and authorization'], risk: ['R01', 'R02'] },
  text: {
    title: { en: 'Rules name what they allow' },
    why: {
      en: 'A * among the verbs includes escalate, bind and impersonate; among the resources it includes Secrets, exec and every resource that is installed later. An attacker finds rights in it that nobody meant to give.',
    },
    fix: {
      en: 'Write out the verbs, API groups and resources that are used. The audit log of some weeks tells which. Where an operator’s chart needs a *, limit it to the API group of its own resources.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: {
    wildcard: { en: '{role} gives {subjects} {scope}: {rule}. The * stands for {fields}.' },
    several: { en: '{role} gives {subjects} {scope}: {rule}. The * stands for {fields}; further rules of it with a *: {more}.' },
    clean: { en: 'No rule of {role} on resources holds a *.' },
  },
  *evaluate(seen): Iterable<Finding<'wildcard' | 'several' | 'clean'>> {
    for (const one of judgeable(seen)) {
      const wild = one.grant.rules.map((rule) => ({ rule, fields: wildcardsOf(rule) })).filter(({ fields }) => fields.length > 0)
      // The widest rule is the one worth reading.
      const [widest, ...others] = wild.sort((a, b) => b.fields.length - a.fields.length)
      if (widest === undefined) {
        yield about(one, 'pass', 'clean')
        continue
      }
      const finding = about(one, 'fail', others.length === 0 ? 'wildcard' : 'several', describeRule(widest.rule))
      const fields = widest.fields.map((field) => (field === 'apiGroups' ? 'API groups' : field)).join(', ')
      yield { ...finding, params: { ...finding.params, fields, more: others.length } }
    }
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: team
  namespace: shop
rules:
  - apiGroups: ["", apps]
    resources: ["*"]
    verbs: ["*"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: team
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: team
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: shop-team
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: team
  namespace: shop
rules:
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: team
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: team
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: shop-team
`,
  },
})

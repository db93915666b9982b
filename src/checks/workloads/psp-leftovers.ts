import { defineCheck } from '#model/check.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

const RESOURCE = 'podsecuritypolicies'
const GROUPS = ['policy', 'extensions']

export const check = defineCheck({
  id: 'workloads/psp-leftovers',
  severity: 'low',
  controls: { topic: ['T20'], cis: ['5.2.1'] },
  text: {
    title: { en: 'No role still speaks of PodSecurityPolicy' },
    why: {
      en: 'PodSecurityPolicy is gone since Kubernetes 1.25. Roles that allow its use hold nothing back any more; they tell that somebody relied on it and that what took its place should be looked at.',
    },
    fix: { en: 'Remove the rule, or the role with its bindings, once the namespace enforces a level of Pod Security.' },
  },
  reads: ['clusterRoles', 'roles'],
  messages: {
    left: { en: 'Still allows {verbs} of PodSecurityPolicies, which no longer exist.' },
    clean: { en: 'Says nothing of PodSecurityPolicies.' },
  },
  examples: {
    bad: `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: psp-restricted }
rules: [{ apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use] }]
`,
    good: `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: budgets }
rules: [{ apiGroups: [policy], resources: [poddisruptionbudgets], verbs: [get] }]
`,
  },
  *evaluate({ clusterRoles, roles }) {
    const all = [
      ...clusterRoles.map((item) => ({ item, object: refTo('clusterRoles', item) })),
      ...roles.map((item) => ({ item, object: refTo('roles', item) })),
    ]
    for (const { item, object } of all) {
      const at = item.rules.findIndex(
        ({ resources, apiGroups }) => resources.includes(RESOURCE) && apiGroups.some((group) => GROUPS.includes(group)),
      )
      const verbs = item.rules[at]?.verbs.join(', ') ?? ''
      if (at < 0) yield { status: 'pass', object, message: 'clean' }
      else yield { status: 'fail', object, path: `rules[${at}].resources`, saw: RESOURCE, message: 'left', params: { verbs } }
    }
  },
})

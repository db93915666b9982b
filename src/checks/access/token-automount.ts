import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { podTemplates } from '#simulate/workloads.ts'
import { accountFinder, accountName, boundAccounts, canHoldToken, mountsToken } from './accounts.ts'

/** A job that is done has no pods that run. */
function isOver(job: Item<'jobs'>): boolean {
  return 'completionTime' in job.status && job.status.completionTime !== undefined
}

export const check = defineCheck({
  id: 'access/token-automount',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['5.1.6'], nsa: ['Kubernetes Pod security'], risk: ['R35'] },
  text: {
    title: { en: 'Tokens are mounted only where they are used' },
    why: {
      en: 'A token in the pod lets an attacker who got in talk to the API server as the service account. Where nothing is bound to it, the program has no use for it, but the attacker has: it reads versions and discovery, passes every rule for signed-in users, and gets whatever is bound later.',
    },
    fix: {
      en: 'Set automountServiceAccountToken: false in the pod template, or on the service account for all its pods. Programs that talk to the API get a service account of their own, with a binding.',
    },
  },
  reads: [
    'pods',
    'deployments',
    'statefulSets',
    'daemonSets',
    'jobs',
    'cronJobs',
    'serviceAccounts',
    'clusterRoleBindings',
    'roleBindings',
  ],
  messages: {
    unused: { en: 'Its pods carry the token of the service account {account}, to which nothing is bound.' },
    bound: { en: 'Its pods carry the token of the service account {account}, which has rights of its own.' },
    off: { en: 'Its pods carry no token of the service account {account}.' },
  },
  *evaluate(seen) {
    const bindingsOf = boundAccounts(seen)
    const find = accountFinder(seen.serviceAccounts)
    const running = { ...seen, pods: seen.pods.filter(canHoldToken), jobs: seen.jobs.filter((job) => !isOver(job)) }
    for (const { ref, spec, path } of podTemplates(running)) {
      const namespace = ref.namespace ?? ''
      const name = accountName(spec)
      const finding = { object: ref, path: `${path}.automountServiceAccountToken`, params: { account: name } }
      if (!mountsToken(spec, find(namespace, name))) yield { ...finding, status: 'pass', message: 'off' }
      else if (bindingsOf(namespace, name).length > 0) yield { ...finding, status: 'pass', message: 'bound' }
      else yield { ...finding, status: 'fail', saw: `ServiceAccount ${name}, nothing bound`, message: 'unused' }
    }
  },
  examples: {
    bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: frontend
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: frontend
          image: registry.example.org/frontend:2.1
`,
    good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: frontend
  namespace: shop
spec:
  template:
    spec:
      automountServiceAccountToken: false
      containers:
        - name: frontend
          image: registry.example.org/frontend:2.1
`,
  },
})

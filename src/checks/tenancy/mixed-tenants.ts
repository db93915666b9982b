import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { JUDGED_KINDS, type Judged, judgedWorkloads } from '#simulate/judged/judged.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'
import { listed } from '../workloads/verdicts.ts'

const TENANT = /(^|\/)(tenant|team|owner|customer|squad)$/

/** Tenants that the labels of these workloads name, by key; keys are compared as they are written. */
function tenantsOf(workloads: readonly Judged[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const { labels } of workloads)
    for (const [key, value] of Object.entries(labels))
      if (TENANT.test(key.toLowerCase()) && value !== '') found.set(key, (found.get(key) ?? new Set()).add(value))
  return found
}

export const check = defineCheck({
  id: 'tenancy/mixed-tenants',
  severity: 'medium',
  controls: { topic: ['T10'], cis: ['5.6.1'] },
  text: {
    title: { en: 'A namespace holds the workloads of one tenant' },
    why: {
      en: 'Roles, Secrets, quotas and policies end at the namespace. Two tenants in one read each other’s Secrets as soon as either may create a pod there.',
    },
    fix: { en: 'Give each tenant a namespace of its own, with quota, limits, default deny and roles, and move its workloads there.' },
  },
  reads: JUDGED_KINDS,
  messages: {
    mixed: { en: 'Workloads of several tenants ({key}: {tenants}).' },
    one: { en: 'Its workloads name one tenant ({key}: {tenants}).' },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: apps }
spec: { template: { metadata: { labels: { tenant: red } }, spec: { containers: [{ name: app }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: apps }
spec: { template: { metadata: { labels: { tenant: blue } }, spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: red }
spec: { template: { metadata: { labels: { tenant: red } }, spec: { containers: [{ name: app }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: blue }
spec: { template: { metadata: { labels: { tenant: blue } }, spec: { containers: [{ name: app }] } } }
`,
  },
  *evaluate(lists) {
    for (const [namespace, workloads] of Map.groupBy(judgedWorkloads(lists), (w) => w.namespace)) {
      if (isSystemNamespace(namespace)) continue
      const all = [...tenantsOf(workloads)]
      const [key, tenants] = all.find(([, values]) => values.size > 1) ?? all[0] ?? []
      if (key === undefined || tenants === undefined) continue
      const at = { object: namespaceRef(namespace), saw: listed([...tenants]), params: { key, tenants: listed([...tenants]) } }
      if (tenants.size > 1) yield { status: 'fail', ...at, message: 'mixed' }
      else yield { status: 'pass', ...at, message: 'one' }
    }
  },
})

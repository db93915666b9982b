import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'
import { listed } from '../workloads/verdicts.ts'

export const check = defineCheck({
  id: 'tenancy/limit-range',
  severity: 'low',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Namespaces have default limits for containers' },
    why: {
      en: 'What somebody forgets to say, a LimitRange says for them: every new container then has requests and limits, and none asks for more than is allowed. With a quota in place and no defaults, pods without requests are refused.',
    },
    fix: {
      en: 'Add a LimitRange of type Container with default, defaultRequest and max. `kubeharden preview quota` shows whom it would refuse.',
    },
  },
  reads: ['namespaces', 'limitRanges'],
  messages: {
    none: { en: 'Has no LimitRange.' },
    others: { en: 'Its LimitRange {ranges} says nothing of the memory of containers.' },
    given: { en: 'Its LimitRange {ranges} gives containers a limit of memory.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: LimitRange
metadata: { name: defaults, namespace: shop }
spec: { limits: [{ type: Container, default: { cpu: 500m, memory: 256Mi }, defaultRequest: { cpu: 100m, memory: 128Mi } }] }
`,
  },
  *evaluate({ namespaces, limitRanges }) {
    for (const { metadata, implied } of namespaces) {
      if (isSystemNamespace(metadata.name) || implied === true) continue
      const own = limitRanges.filter((range) => range.metadata.namespace === metadata.name)
      const giving = own.filter(({ spec }) =>
        spec.limits.some((item) => item.type === 'Container' && ('memory' in item.default || 'memory' in item.max)),
      )
      const ranges = listed((giving.length > 0 ? giving : own).map((range) => range.metadata.name))
      const at = { object: namespaceRef(metadata.name), params: { ranges } }
      if (own.length === 0) yield { status: 'fail', ...at, message: 'none' }
      else if (giving.length === 0) yield { status: 'fail', ...at, saw: ranges, message: 'others' }
      else yield { status: 'pass', ...at, saw: ranges, message: 'given' }
    }
  },
})

import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { strictestOf } from '#simulate/podSecurity/preview.ts'
import { POD_SECURITY_KINDS, podSecurityTargets } from '#simulate/podSecurity/targets.ts'
import { minorOf } from '#simulate/podSecurity/version.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'

const LABEL = 'pod-security.kubernetes.io/enforce'
const STRICTNESS = ['privileged', 'baseline', 'restricted']

export const check = defineCheck({
  id: 'workloads/pod-security-enforced',
  severity: 'medium',
  controls: { topic: ['T20'], cis: ['5.2.1'] },
  text: {
    title: { en: 'Namespaces enforce a level of Pod Security' },
    why: {
      en: 'Without an enforced level, whoever may create a pod may create one that is root on its node. Many namespaces keep to baseline or restricted already, and nothing holds the next pod to it. A default for all namespaces can stand in a file of the API server, which cannot be read from here.',
    },
    fix: {
      en: 'Label the namespace pod-security.kubernetes.io/enforce with the strictest level that breaks nothing, and with the version it was tried with. `kubeharden preview pod-security --level LEVEL` shows what a level would refuse, and the cure of each pod.',
    },
  },
  reads: POD_SECURITY_KINDS,
  messages: {
    enforced: { en: 'Enforces {level}.' },
    stricter: { en: 'Enforces {level}; {free} would break nothing today.' },
    free: { en: 'Has no level of its own; {free} would break nothing today.' },
    breaks: { en: 'Has no level of its own, and not all of its pods and templates keep to baseline.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/enforce-version: v1.36 } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
  },
  evaluate: function* (lists, { cluster }) {
    const minor = minorOf('latest', cluster.version)
    const targets = Map.groupBy(podSecurityTargets(lists), (t) => t.ref.namespace ?? 'default')
    for (const { metadata } of lists.namespaces) {
      if (isSystemNamespace(metadata.name)) continue
      const object = namespaceRef(metadata.name)
      const level = metadata.labels[LABEL] ?? 'privileged'
      const free = strictestOf(targets.get(metadata.name) ?? [], minor, true) ?? 'privileged'
      const at = { object, path: `metadata.labels["${LABEL}"]`, saw: level, params: { level, free } }
      if (STRICTNESS.indexOf(level) > 0) {
        const stricter = STRICTNESS.indexOf(free) > STRICTNESS.indexOf(level)
        yield { status: 'pass', ...at, message: stricter ? 'stricter' : 'enforced' }
      } else yield { status: 'fail', ...at, message: free === 'privileged' ? 'breaks' : 'free' }
    }
  },
})

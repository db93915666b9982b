import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { podTemplates } from '#simulate/workloads.ts'

export const check = defineCheck({
  id: 'backup/missing-probes',
  severity: 'low',
  controls: { topic: ['T18'] },
  text: {
    title: { en: 'Containers tell when they are ready' },
    why: {
      en: 'Without a readinessProbe a pod gets traffic before it can serve it, and a rolling update takes down good pods although the new ones do not work.',
    },
    fix: { en: 'Add a readinessProbe that asks what users need, to each container that serves something.' },
  },
  reads: ['deployments', 'statefulSets', 'daemonSets'],
  messages: {
    probed: { en: 'Every container has a readinessProbe.' },
    missing: { en: 'Without a readinessProbe: {containers}.' },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, image: 'registry.example/web:1.4' }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example/web:1.4
          readinessProbe: { httpGet: { path: /ready, port: 8080 } }
`,
  },
  evaluate: function* (lists) {
    for (const { ref, namespace, spec, path } of podTemplates(lists)) {
      if (isSystemNamespace(namespace)) continue
      const missing = spec.containers.flatMap((c, i) => (c.readinessProbe === undefined ? [{ name: c.name, i }] : []))
      const containers = missing.map((m) => m.name).join(', ')
      if (missing.length === 0) yield { status: 'pass', object: ref, message: 'probed' }
      else
        yield {
          status: 'fail',
          object: ref,
          path: `${path}.containers[${missing[0]?.i}]`,
          saw: containers,
          message: 'missing',
          params: { containers },
        }
    }
  },
})

import { defineCheck } from '#model/check.ts'
import { containersOf, podTemplates, WORKLOAD_KINDS } from '#simulate/workloads.ts'

export const check = defineCheck({
  id: 'encryption/secrets-in-env',
  severity: 'low',
  controls: { topic: ['T14'], cis: ['5.4.1'] },
  text: {
    title: { en: 'Secrets are mounted as files, not as environment variables' },
    why: {
      en: 'Environment variables are inherited by every child process, end up in crash reports and debug pages, and keep the old value until the pod restarts. Files can have narrow permissions and are renewed in place.',
    },
    fix: { en: 'Mount the Secret as a volume, read-only, and let the program read the file.' },
  },
  reads: WORKLOAD_KINDS,
  messages: {
    env: { en: 'Takes Secrets from environment variables: {secrets}.' },
    clean: { en: 'Takes no Secret from environment variables.' },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example/web:1.4
          env: [{ name: DB_PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }]
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
          volumeMounts: [{ name: db, mountPath: /run/secrets/db, readOnly: true }]
      volumes: [{ name: db, secret: { secretName: db } }]
`,
  },
  evaluate: function* (lists) {
    for (const { ref, spec, path } of podTemplates(lists)) {
      const hits = containersOf(spec).flatMap(({ container, path: at }) => [
        ...container.env.flatMap((e, i) =>
          e.from.startsWith('secret/') ? [{ secret: e.from.slice('secret/'.length), path: `${path}.${at}.env[${i}]` }] : [],
        ),
        ...container.envFrom.flatMap((e, i) =>
          e.secretRef === undefined ? [] : [{ secret: e.secretRef.name ?? '', path: `${path}.${at}.envFrom[${i}]` }],
        ),
      ])
      const secrets = [...new Set(hits.map((h) => h.secret))].join(', ')
      if (hits.length === 0) yield { status: 'pass', object: ref, message: 'clean' }
      else yield { status: 'fail', object: ref, path: hits[0]?.path, saw: secrets, message: 'env', params: { secrets } }
    }
  },
})

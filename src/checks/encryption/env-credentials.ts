import { defineCheck } from '#model/check.ts'
import { JUDGED_HELPS, judgedWorkloads } from '#simulate/judged/judged.ts'
import { eachContainer, spotsOf } from '#simulate/judged/spots.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'

export const check = defineCheck({
  id: 'encryption/env-credentials',
  severity: 'high',
  controls: { topic: ['T14'], cis: ['5.4.1'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'No credentials are written into workloads' },
    why: {
      en: 'A password in a Deployment is readable by everybody who may view workloads, lies in Git and in every copy of the manifest, and encryption at rest usually covers Secrets only.',
    },
    fix: {
      en: 'Move the value into a Secret, mount it as a file, and replace the credential itself: it has been readable for as long as it stood there.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: JUDGED_HELPS,
  messages: {
    found: { en: 'Holds what looks like a credential as a literal value: {names}.' },
    clean: { en: 'No literal value looks like a credential.' },
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
          env: [{ name: DB_PASSWORD, value: correct-horse }]
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
          env: [{ name: DB_PASSWORD_FILE, value: /run/secrets/db/password }]
          volumeMounts: [{ name: db, mountPath: /run/secrets/db, readOnly: true }]
      volumes: [{ name: db, secret: { secretName: db } }]
`,
  },
  evaluate: function* (lists) {
    for (const workload of judgedWorkloads(lists)) {
      const { ref } = workload
      const hits = spotsOf(workload, (pod) =>
        eachContainer(pod, ({ container }) =>
          container.env.flatMap(({ name, credential }, index) =>
            credential ? [{ path: ['env', { index, key: 'name', value: name }], saw: name }] : [],
          ),
        ),
      )
      const names = hits.map(({ container, saw }) => `${container}/${saw}`).join(', ')
      if (hits.length === 0) yield { status: 'pass', object: ref, message: 'clean' }
      else yield { status: 'fail', object: ref, path: hits[0]?.at, saw: names, message: 'found', params: { names } }
    }
  },
})

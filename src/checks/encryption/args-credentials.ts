import { defineCheck } from '#model/check.ts'
import { JUDGED_HELPS, judgedWorkloads } from '#simulate/judged/judged.ts'
import { type Spot, spotsOf } from '#simulate/judged/spots.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'encryption/args-credentials',
  severity: 'high',
  controls: { topic: ['T14'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'No credentials are written into command lines' },
    why: {
      en: 'What stands in command and args is readable by everybody who may view workloads, and on the node by every process: a command line is in the list of processes, in crash reports and in logs.',
    },
    fix: {
      en: 'Let the program read it from a file of a mounted Secret, or take it from an environment variable that comes from a Secret: args may name it as $(NAME). Replace the credential itself: it has been readable for as long as it stood there.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: JUDGED_HELPS,
  messages: {
    found: { en: 'Holds what looks like a credential: {where}.' },
    clean: { en: 'No command line looks like it holds a credential.' },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cache, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: redis
          image: registry.example.com/redis:8.2
          args: ['--port', '6379', '--requirepass', 'correct-horse']
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cache, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: redis
          image: registry.example.com/redis:8.2
          args: ['--port', '6379', '--requirepass', '$(REDIS_PASSWORD)']
          env: [{ name: REDIS_PASSWORD, valueFrom: { secretKeyRef: { name: cache, key: password } } }]
`,
  },
  evaluate: function* (lists) {
    for (const workload of judgedWorkloads(lists)) {
      const spots = spotsOf(workload, ({ containers }) =>
        containers.flatMap(({ container, at }) =>
          (container.credentialArgs ?? []).map((place): Spot => {
            const [list = 'args', index = '0'] = place.split(/[[\]]/)
            return { container: container.name, path: [...at, list, { index: Number(index), key: '', value: '' }], saw: place }
          }),
        ),
      )
      const where = spots.map(({ container, saw }) => `${container} (${saw})`).join(', ')
      if (spots.length === 0) yield { status: 'pass', object: workload.ref, message: 'clean' }
      else yield { status: 'fail', object: workload.ref, path: spots[0]?.at, saw: where, message: 'found', params: params({ where }) }
    }
  },
})

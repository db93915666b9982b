import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS, judgedWorkloads } from '#simulate/judged/judged.ts'

export const check = defineCheck({
  id: 'workloads/naked-pods',
  severity: 'low',
  controls: { topic: ['T04', 'T18'] },
  text: {
    title: { en: 'Pods are made by a controller' },
    why: {
      en: 'A pod that somebody started by hand is gone with its node, is patched by nobody, and no repository tells why it is there. Forgotten debug pods are found by intruders, too.',
    },
    fix: { en: 'Delete it if it was for a moment; else make it a Deployment, a StatefulSet, a DaemonSet or a Job.' },
  },
  reads: JUDGED_KINDS,
  messages: {
    naked: { en: 'A pod of its own: nothing brings it back, and nothing updates it.' },
    owned: { en: 'Its pods are made and replaced by the {kind}.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: debug, namespace: shop }
spec: { containers: [{ name: debug }] }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
  },
  *evaluate(lists) {
    for (const { ref, naked, mirror } of judgedWorkloads(lists)) {
      if (mirror) continue
      if (naked) yield { status: 'fail', object: ref, path: 'metadata.ownerReferences', message: 'naked' }
      else yield { status: 'pass', object: ref, message: 'owned', params: { kind: ref.kind } }
    }
  },
})

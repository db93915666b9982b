import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { REDACTED } from '#model/objects/redact.ts'
import { refKey } from '#model/refs.ts'
import { JUDGED_HELPS, judgedWorkloads } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params, refTo } from '#simulate/workloadsRefs.ts'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const KINDS = ['configMaps', 'services', 'ingresses', 'serviceAccounts', 'namespaces', 'deployments', 'statefulSets', 'daemonSets'] as const

export const check = defineCheck({
  id: 'encryption/annotation-credentials',
  severity: 'high',
  controls: { topic: ['T14'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'No credentials are kept in annotations' },
    why: {
      en: 'Annotations are readable by everybody who may see the object, are copied into events, logs and exports, and are usually not encrypted at rest. kubectl apply keeps a whole copy of what was applied in one: a credential that was taken out of the object by other means is still in that copy.',
    },
    fix: {
      en: 'Remove the annotation, or apply the object again without the credential (kubectl apply writes the copy anew). Replace the credential itself.',
    },
  },
  reads: [...new Set([...WORKLOAD_KINDS, ...KINDS])],
  helps: JUDGED_HELPS,
  messages: {
    found: { en: 'What looks like a credential is in {keys}.' },
    copy: { en: 'What looks like a credential is in the copy that kubectl apply keeps, though no longer in the object itself.' },
    clean: { en: 'No annotation looks like it holds a credential.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    monitoring.example.com/basic-auth-password: correct-horse
spec: { ports: [{ port: 80 }] }
`,
    good: `
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    monitoring.example.com/basic-auth-secret: web-auth
spec: { ports: [{ port: 80 }] }
`,
  },
  evaluate: function* (lists) {
    const templates = new Map(judgedWorkloads(lists).map((w) => [refKey(w.ref), w.templates]))
    for (const kind of KINDS)
      for (const item of lists[kind]) {
        const object = refTo(kind, item)
        const inTemplate = (templates.get(refKey(object)) ?? []).flatMap((pod) => keysIn(pod.annotations))
        const all = [...new Set([...keysIn(item.metadata.annotations), ...inTemplate])]
        const own = all.filter((key) => key !== LAST_APPLIED)
        const keys = own.join(', ')
        // Where the object itself holds one the other checks say so, and applying it anew cures both.
        const copied = all.includes(LAST_APPLIED) && !holdsOne(item, templates.get(refKey(object)) ?? [])
        if (own.length > 0) yield { status: 'fail', object, path: pathOf(own[0]), saw: keys, message: 'found', params: params({ keys }) }
        else if (copied) yield { status: 'fail', object, path: pathOf(LAST_APPLIED), message: 'copy' }
        else yield { status: 'pass', object, message: 'clean' }
      }
  },
})

function pathOf(key = ''): string {
  return `metadata.annotations[${key}]`
}

function keysIn(annotations: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(annotations).filter((key) => annotations[key] === REDACTED)
}

type Templates = ReturnType<typeof judgedWorkloads>[number]['templates']

function holdsOne(item: Item<(typeof KINDS)[number]>, templates: Templates): boolean {
  if ('keys' in item && item.keys.some(({ credential }) => credential)) return true
  return templates.some(({ containers }) =>
    containers.some(({ container }) => container.credentialArgs !== undefined || container.env.some(({ credential }) => credential)),
  )
}

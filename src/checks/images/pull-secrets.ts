import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import { podTemplates, WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'

/** The types that a kubelet takes registry credentials from. */
const TYPES = new Set(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg'])

export const check = defineCheck({
  id: 'images/pull-secrets',
  severity: 'low',
  controls: { topic: ['T01'] },
  text: {
    title: { en: 'Pull secrets that workloads name are there' },
    why: {
      en: 'A pull secret that is gone is noticed late: the image lies on today’s nodes, and the pod fails on the first new one. Somebody then makes the repository public, or copies the credential about.',
    },
    fix: {
      en: 'Make the Secret in that namespace (`kubectl create secret docker-registry`), or take its name out of imagePullSecrets of the workload or its ServiceAccount.',
    },
  },
  reads: [...WORKLOAD_KINDS, 'serviceAccounts', 'secrets'],
  messages: {
    there: { en: 'Its pull secrets are there: {names}.' },
    gone: { en: 'There is no Secret {names} in its namespace.' },
    wrong: { en: '{names} is no pull secret (type {type}): nodes do not read registry credentials from it.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  imagePullSecrets: [{ name: registry }]
  containers: [{ name: app, image: 'registry.example.com/shop/web:1.4.2' }]
`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  imagePullSecrets: [{ name: registry }]
  containers: [{ name: app, image: 'registry.example.com/shop/web:1.4.2' }]
---
apiVersion: v1
kind: Secret
metadata: { name: registry, namespace: shop }
type: kubernetes.io/dockerconfigjson
`,
  },
  evaluate: function* ({ serviceAccounts, secrets, ...lists }) {
    const types = new Map(secrets.map((s) => [`${s.metadata.namespace}/${s.metadata.name}`, s.type]))
    for (const { ref: object, namespace, spec, path } of podTemplates(lists)) {
      const wanted = pullSecretsOf(spec, namespace, serviceAccounts)
      if (wanted.length === 0) continue
      const at = `${path}.imagePullSecrets`
      const gone = wanted.filter((name) => !types.has(`${namespace}/${name}`)).join(', ')
      const wrong = wanted.find((name) => !TYPES.has(types.get(`${namespace}/${name}`) ?? ''))
      if (gone !== '') yield { status: 'fail', object, path: at, saw: gone, message: 'gone', params: params({ names: gone }) }
      else if (wrong !== undefined) {
        const type = types.get(`${namespace}/${wrong}`) ?? ''
        yield { status: 'fail', object, path: at, saw: wrong, message: 'wrong', params: params({ names: wrong, type }) }
      } else yield { status: 'pass', object, path: at, message: 'there', params: params({ names: wanted.join(', ') }) }
    }
  },
})

/** Of the pod, or where it names none, of its ServiceAccount: as admission fills them in. */
function pullSecretsOf(spec: PodSpec, namespace: string, accounts: readonly Item<'serviceAccounts'>[]): readonly string[] {
  const named = (list: readonly { name?: string | undefined }[] = []) => list.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const own = named(spec.imagePullSecrets)
  if (own.length > 0) return own
  const account = spec.serviceAccountName ?? 'default'
  return named(accounts.find(({ metadata }) => metadata.namespace === namespace && metadata.name === account)?.imagePullSecrets)
}

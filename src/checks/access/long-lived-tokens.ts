import { defineCheck, type Finding } from '#model/check.ts'

export const check = defineCheck({
  id: 'access/long-lived-tokens',
  severity: 'medium',
  controls: { topic: ['T07', 'T08'], cis: ['3.1.2'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'No service account tokens without an end' },
    why: {
      en: 'A Secret of type kubernetes.io/service-account-token holds a token that never expires. Whoever reads the Secret, a backup of it or the kubeconfig it was copied into keeps its rights until the Secret is deleted.',
    },
    fix: {
      en: 'Let programs in the cluster use the token that the kubelet mounts and renews, and programs outside ask for one with an end (kubectl create token --duration). When nobody uses the Secret any more, delete it: that revokes the token.',
    },
  },
  reads: ['namespaces', 'secrets'],
  messages: {
    token: { en: 'This Secret holds a service account token that never expires.' },
    aged: { en: 'This Secret holds a service account token that never expires; it is {days} days old.' },
    none: { en: 'No Secret of {namespace} holds a service account token.' },
  },
  *evaluate({ namespaces, secrets }): Iterable<Finding<'token' | 'aged' | 'none'>> {
    const tokens = secrets.filter((secret) => secret.type === 'kubernetes.io/service-account-token')
    for (const { metadata, type, ageDays } of tokens) {
      const object = { apiVersion: 'v1', kind: 'Secret', namespace: metadata.namespace, name: metadata.name }
      if (ageDays === undefined) yield { status: 'fail', object, path: 'type', saw: type, message: 'token' }
      else yield { status: 'fail', object, path: 'type', saw: type, message: 'aged', params: { days: ageDays } }
    }
    const withTokens = new Set(tokens.map((secret) => secret.metadata.namespace))
    for (const { metadata } of namespaces) {
      if (withTokens.has(metadata.name)) continue
      const object = { apiVersion: 'v1', kind: 'Namespace', name: metadata.name }
      yield { status: 'pass', object, message: 'none', params: { namespace: metadata.name } }
    }
  },
  examples: {
    bad: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: Secret
metadata:
  name: ci-token
  namespace: shop
  annotations:
    kubernetes.io/service-account.name: ci
type: kubernetes.io/service-account-token
`,
    good: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: Secret
metadata:
  name: shop-db
  namespace: shop
type: Opaque
`,
  },
})

import { defineCheck } from '#model/check.ts'
import { podTemplates } from '#simulate/workloads.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'

/** Programs that bring credentials from a store outside; Sealed Secrets keep them in etcd all the same and do not count. */
const STORES: readonly { readonly name: string; readonly image: RegExp }[] = [
  { name: 'External Secrets Operator', image: /(?:^|\/)external-secrets(?=[:@]|$)/ },
  {
    name: 'Secrets Store CSI driver',
    image: /(?:^|\/)(?:secrets-store-csi-driver|secrets-store\/driver|csi-secrets-store\/driver)(?=[:@]|$)/,
  },
  { name: 'Vault Agent Injector', image: /(?:^|\/)(?:vault-k8s|vault-csi-provider|vault-secrets-operator)(?=[:@]|$)/ },
  { name: 'OpenBao', image: /(?:^|\/)openbao[\w-]*(?=[:@]|$)/ },
  { name: '1Password Operator', image: /(?:^|\/)onepassword-operator(?=[:@]|$)/ },
  { name: 'Infisical Operator', image: /(?:^|\/)infisical\/kubernetes-operator(?=[:@]|$)/ },
  { name: 'Doppler Operator', image: /(?:^|\/)doppler[\w-]*\/kubernetes-operator(?=[:@]|$)/ },
]

export const check = defineCheck({
  id: 'encryption/external-store',
  severity: 'low',
  controls: { topic: ['T14'], cis: ['5.4.2'] },
  text: {
    title: { en: 'External secret storage was considered' },
    why: {
      en: 'A store outside the cluster rotates credentials, logs each use, and keeps working rules of its own when somebody becomes admin of the cluster. In etcd alone none of this happens.',
    },
    fix: {
      en: 'Decide whether credentials belong into an external store (a vault or the cloud provider’s). If so, install its operator or CSI driver; if not, attest the decision.',
    },
  },
  reads: ['deployments', 'daemonSets', 'statefulSets'],
  messages: {
    found: { en: 'Uses {store}.' },
    decide: { en: 'No program for external secret storage was recognised. Decide whether you need one, and attest what you decided.' },
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
metadata: { name: external-secrets, namespace: external-secrets }
spec: { template: { spec: { containers: [{ name: operator, image: 'ghcr.io/external-secrets/external-secrets:v0.20.0' }] } } }
`,
  },
  evaluate: function* (lists) {
    let found = false
    for (const { ref, spec } of podTemplates(lists)) {
      const store = STORES.find((s) => spec.containers.some((c) => s.image.test(c.image)))
      if (store === undefined) continue
      found = true
      yield { status: 'pass', object: ref, saw: store.name, message: 'found', params: { store: store.name } }
    }
    if (!found) yield { status: 'manual', object: CLUSTER, message: 'decide' }
  },
})

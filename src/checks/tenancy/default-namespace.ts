import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { JUDGED_KINDS, judgedWorkloads } from '#simulate/judged/judged.ts'
import { namespaceRef, seesCluster } from '#simulate/workloadsRefs.ts'
import { counted, listed } from '../workloads/verdicts.ts'

const NAME = 'default'

interface Named {
  readonly metadata: Item<'services'>['metadata']
}

export const check = defineCheck({
  id: 'tenancy/default-namespace',
  severity: 'low',
  controls: { topic: ['T10'], cis: ['5.6.4'] },
  text: {
    title: { en: 'Nothing lives in the namespace default' },
    why: {
      en: 'What is applied without a namespace lands in default. Things of many owners then share one place, with the same roles, policies and quotas for all, or with none.',
    },
    fix: {
      en: 'Make a namespace for each application and move what is here. What stays empty can be closed: Pod Security restricted, a default deny, a quota of zero pods.',
    },
  },
  reads: [...JUDGED_KINDS, 'namespaces', 'services', 'configMaps', 'persistentVolumeClaims'],
  messages: {
    used: { en: 'Holds {what}.' },
    empty: { en: 'Holds nothing but what Kubernetes puts there.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: default, uid: 2f6d5c1e-7a5b-4a0e-9d0c-1b8b5a3f9f11 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: default, uid: 2f6d5c1e-7a5b-4a0e-9d0c-1b8b5a3f9f11 }
---
apiVersion: v1
kind: Service
metadata: { name: kubernetes, namespace: default }
spec: { ports: [{ port: 443 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
  },
  *evaluate({ namespaces, services, configMaps, persistentVolumeClaims, ...lists }) {
    // In a folder of manifests what names no namespace goes where it is applied: default is judged where a cluster was read.
    const read = namespaces.find(({ metadata }) => metadata.name === NAME)
    if (read === undefined || (read.metadata.uid === undefined && !seesCluster(namespaces, true))) return
    const here = ({ metadata }: Named) => metadata.namespace === NAME
    const workloads = judgedWorkloads(lists).filter(({ namespace }) => namespace === NAME)
    const own = services.filter((item) => here(item) && item.metadata.name !== 'kubernetes')
    const maps = configMaps.filter((item) => here(item) && item.metadata.name !== 'kube-root-ca.crt')
    const claims = persistentVolumeClaims.filter(here)
    const parts = [
      ...(workloads.length === 0
        ? []
        : [`${counted(workloads.length, 'workload')} (${listed(workloads.map(({ ref }) => `${ref.kind} ${ref.name}`))})`]),
      ...(own.length === 0 ? [] : [counted(own.length, 'Service')]),
      ...(maps.length === 0 ? [] : [counted(maps.length, 'ConfigMap')]),
      ...(claims.length === 0 ? [] : [counted(claims.length, 'PersistentVolumeClaim')]),
    ]
    const what = parts.join(', ')
    if (what === '') yield { status: 'pass', object: namespaceRef(NAME), message: 'empty' }
    else yield { status: 'fail', object: namespaceRef(NAME), saw: what, message: 'used', params: { what } }
  },
})

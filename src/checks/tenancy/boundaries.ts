import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { CLUSTER, seesCluster } from '#simulate/workloadsRefs.ts'
import { listed } from '../workloads/verdicts.ts'
import { ownerKeys } from './namespace-owner.ts'

/** Who should be kept apart from whom only the operator knows: a guided item. */
export const check = defineCheck({
  id: 'tenancy/boundaries',
  severity: 'medium',
  controls: { topic: ['T10'], cis: ['5.6.1'] },
  text: {
    title: { en: 'Teams and applications are kept apart by namespaces' },
    why: {
      en: 'A namespace is where roles, network policies, quotas and levels of Pod Security end. Two things in one namespace are one thing to all of them. A namespace alone keeps nothing apart on the network or on a node.',
    },
    fix: {
      en: 'Go through the namespaces: each belongs to one team and one application, and has its roles, a default deny, a quota and a level of Pod Security. Tenants that do not trust each other need nodes, sandboxes or clusters of their own. Then attest it here.',
    },
  },
  reads: ['namespaces'],
  messages: {
    attest: {
      en: 'There are {count} namespaces besides the cluster’s own: {names}; {owned} name an owner. Whether they are the right boundaries only you can say: look, then attest it.',
    },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
---
apiVersion: v1
kind: Namespace
metadata: { name: apps }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: webshop } }
`,
  },
  *evaluate({ namespaces }, { complete }) {
    if (!seesCluster(namespaces, complete)) return
    const own = namespaces.filter(({ metadata }) => !isSystemNamespace(metadata.name))
    const owned = own.filter(
      ({ metadata }) => ownerKeys([...Object.keys(metadata.labels), ...Object.keys(metadata.annotations)]).length > 0,
    )
    const names = listed(own.map(({ metadata }) => metadata.name)) || 'none'
    yield { status: 'manual', object: CLUSTER, message: 'attest', params: { count: own.length, owned: owned.length, names } }
  },
})

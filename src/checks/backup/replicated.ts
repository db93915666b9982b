import type { Item } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import type { ObjectRef } from '#model/refs.ts'
import { isSystemNamespace } from '#model/state.ts'
import type { Labels } from '#simulate/selectors.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

export interface Replicated {
  readonly ref: ObjectRef
  readonly namespace: string
  readonly replicas: number
  readonly labels: Labels
  readonly spec: PodSpec
}

/** Deployments and StatefulSets outside the system's namespaces; without `replicas` the API server means 1. */
export function replicatedWorkloads(lists: {
  readonly deployments: readonly Item<'deployments'>[]
  readonly statefulSets: readonly Item<'statefulSets'>[]
}): Replicated[] {
  return [
    ...lists.deployments.map((item) => ({ ref: refTo('deployments', item), item })),
    ...lists.statefulSets.map((item) => ({ ref: refTo('statefulSets', item), item })),
  ]
    .map(({ ref, item }) => ({
      ref,
      namespace: ref.namespace ?? 'default',
      replicas: item.spec.replicas ?? 1,
      labels: item.spec.template.metadata.labels,
      spec: item.spec.template.spec,
    }))
    .filter((w) => !isSystemNamespace(w.namespace))
}

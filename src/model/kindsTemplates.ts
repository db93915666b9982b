import { runtimeClass } from './objects/runtime.ts'
import * as workload from './objects/workload.ts'

/** What makes pods besides the kinds that operators mostly write, and what starts them. */
export const templateKinds = {
  replicaSets: {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    plural: 'replicasets',
    namespaced: true,
    by: 'list',
    schema: workload.workload,
  },
  replicationControllers: {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    plural: 'replicationcontrollers',
    namespaced: true,
    by: 'list',
    schema: workload.replicationController,
  },
  podTemplates: {
    apiVersion: 'v1',
    kind: 'PodTemplate',
    plural: 'podtemplates',
    namespaced: true,
    by: 'list',
    schema: workload.podTemplate,
  },
  runtimeClasses: {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    plural: 'runtimeclasses',
    namespaced: false,
    by: 'list',
    schema: runtimeClass,
  },
} as const

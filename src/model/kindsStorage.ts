import * as scheduling from './objects/scheduling.ts'

/** Volumes themselves: what binds a pod to a node or a zone. */
export const storageKinds = {
  persistentVolumes: {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    plural: 'persistentvolumes',
    namespaced: false,
    by: 'list',
    schema: scheduling.persistentVolume,
  },
} as const

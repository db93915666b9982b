import type { NodePlan } from '../../../src/model/node.ts'

/** A plan for the API server that changes nothing yet. */
export const planOf = (more: Partial<NodePlan>): NodePlan => ({
  component: 'kube-apiserver',
  folders: [],
  files: [],
  flags: [],
  mounts: [],
  settings: [],
  withinSeconds: 120,
  ...more,
})

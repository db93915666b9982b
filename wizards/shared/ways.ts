import type { Distribution } from '#model/state.ts'

/** Where something else than kubeadm sets up control plane and kubelets: files of ours would be written over, or do nothing. */
export type OtherDistribution = Exclude<Distribution, 'kubeadm' | 'kind' | 'unknown'>

/** What to do on each of them instead, in one or two sentences; a wizard that changes nodes answers for every one. */
export type Ways = { readonly [D in OtherDistribution]: string }

/** How what was written down for kOps comes into force. */
export const KOPS_ROLLS =
  'Then kops update cluster --yes, and kops rolling-update cluster --yes: it replaces the nodes one after the other.'

/** What the stock node is hardened with, and what stays open on purpose. */

/** Wizards in their order, with the answers that differ from what they suggest. */
export const HARDENING: readonly { readonly wizard: string; readonly answers: object }[] = [
  { wizard: 'audit-policy', answers: {} },
  { wizard: 'control-plane-flags', answers: {} },
  { wizard: 'kubelet-config', answers: {} },
]

/** Controls of CIS 1.2, 1.3, 1.4, 2 and 4.2 that are not passed afterwards, and why that is a choice. */
export const CHOSEN: Readonly<Record<string, string>> = {
  '1.2.5':
    'kubelets serve certificates that they signed themselves until serverTLSBootstrap is set and each request approved; checking them first would end logs and exec',
  '1.2.11': 'the bench has no registry: with AlwaysPullImages no pod would start there',
  '4.2.9': 'serverTLSBootstrap needs somebody who approves each request, so the wizard never sets it unasked',
}

/** Encryption at rest is a life in steps: these encrypt what is stored, ... */
export const ENCRYPTING: readonly object[] = [{}, {}]
/** ... and these lead back, the rewriting between them. */
export const DECRYPTING: readonly object[] = [{ situation: 'decrypt' }, { situation: 'decrypt' }]

/** Open where encryption is left out. */
export const ENCRYPTED_APART: Readonly<Record<string, string>> = {
  '1.2.27':
    'encryption by guards is a test of its own, with 2,000 Secrets; its steps back are runs after these, which stand in the way of their undo',
  '1.2.28': 'as 1.2.27',
}

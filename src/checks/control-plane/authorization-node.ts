import { defineCheck } from '#model/check.ts'
import { authorizer, FILE_MESSAGE } from './authorizer.ts'
import { IN_MANIFEST, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/authorization-node',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.2.7'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Kubelets are held to their own node' },
    why: {
      en: 'Without the Node authorizer kubelets need wide roles: one broken node then reads every Secret of the cluster.',
    },
    fix: {
      en: `Put Node first in --authorization-mode ${IN_MANIFEST['kube-apiserver']}, together with the admission plugin NodeRestriction.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'The Node authorizer is in use: {saw}.' },
      bad: { en: 'The Node authorizer is not in use: {saw}.' },
      ...FILE_MESSAGE,
    },
    bad: ['--authorization-mode=RBAC'],
    good: ['--authorization-mode=Node,RBAC'],
    ...authorizer('Node', true),
  }),
})

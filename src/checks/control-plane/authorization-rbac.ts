import { defineCheck } from '#model/check.ts'
import { authorizer, FILE_MESSAGE } from './authorizer.ts'
import { IN_MANIFEST, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/authorization-rbac',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.2.8'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'RBAC decides who may do what' },
    why: {
      en: 'Without RBAC no role and no binding means anything; what decides instead is a file or a program that nobody sees here.',
    },
    fix: {
      en: `Add RBAC to --authorization-mode ${IN_MANIFEST['kube-apiserver']}.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: { good: { en: 'RBAC is in use: {saw}.' }, bad: { en: 'RBAC is not in use: {saw}.' }, ...FILE_MESSAGE },
    bad: ['--authorization-mode=Node,ABAC'],
    good: ['--authorization-mode=Node,RBAC'],
    ...authorizer('RBAC', true),
  }),
})

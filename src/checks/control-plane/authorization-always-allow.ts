import { defineCheck } from '#model/check.ts'
import { authorizer, FILE_MESSAGE } from './authorizer.ts'
import { IN_MANIFEST, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/authorization-always-allow',
  severity: 'critical',
  controls: { topic: ['T08'], cis: ['1.2.6'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Requests are not all allowed' },
    why: {
      en: 'With AlwaysAllow, which is the default where nothing is set, everybody who is let in may do everything.',
    },
    fix: {
      en: `Set --authorization-mode=Node,RBAC ${IN_MANIFEST['kube-apiserver']}. What got along without rights so far needs roles first: look at the audit log.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: { good: { en: 'Asks who may do what: {saw}.' }, bad: { en: 'Allows every request: {saw}.' }, ...FILE_MESSAGE },
    bad: ['--authorization-mode=AlwaysAllow'],
    good: ['--authorization-mode=Node,RBAC'],
    ...authorizer('AlwaysAllow', false),
  }),
})

import { defineCheck } from '#model/check.ts'
import { given, IN_MANIFEST, overFlags } from '../control-plane/flag.ts'
import { AT_PROVIDER, auditLog } from './log.ts'

export const check = defineCheck({
  id: 'audit/log-path',
  severity: 'high',
  controls: { topic: ['T23'], cis: ['1.2.16'], nsa: ['Audit Logging and Threat Detection'] },
  text: {
    title: { en: 'The API server writes an audit log' },
    why: {
      en: 'Without an audit log nobody can tell afterwards who read which Secret, who got into which pod, and when a right was granted.',
    },
    fix: {
      en: `Write an audit policy, then set --audit-policy-file and --audit-log-path with the folders of both mounted into the static pod ${IN_MANIFEST['kube-apiserver']}. A log whose folder is not mounted lies inside the container and is gone with it. A webhook (--audit-webhook-config-file) will do as well.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Writes an audit log: {saw}.' },
      webhook: { en: 'Sends its audit events away: {saw}.' },
      bad: { en: 'Writes no audit log: {saw}.' },
    },
    bad: ['--profiling=false'],
    good: ['--audit-log-path=/var/log/kubernetes/audit/audit.log'],
    judge: (instance) => {
      const { file, webhook } = auditLog(instance)
      if (file) return { status: 'pass', message: 'good', saw: given(instance, 'audit-log-path') }
      if (webhook) return { status: 'pass', message: 'webhook', saw: given(instance, 'audit-webhook-config-file') }
      return { status: 'fail', message: 'bad', saw: given(instance, 'audit-log-path') }
    },
    managed: AT_PROVIDER,
  }),
})

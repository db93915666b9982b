import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags } from '../control-plane/flag.ts'
import { ofLog } from './log.ts'

export const check = defineCheck({
  id: 'audit/log-max-age',
  severity: 'medium',
  controls: { topic: ['T23'], cis: ['1.2.17'], nsa: ['Audit Logging and Threat Detection'] },
  text: {
    title: { en: 'Audit logs are kept for 30 days' },
    why: {
      en: 'An intrusion is found weeks after it began. Logs that were thrown away by then can no longer tell what was taken. Without the flag they are kept until the disk is full.',
    },
    fix: {
      en: `Set --audit-log-maxage=30 or more ${IN_MANIFEST['kube-apiserver']}, and watch the disk: the busier the cluster, the more lies there.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Keeps logs long enough: {saw}.' },
      bad: { en: 'Does not keep logs for 30 days: {saw}.' },
      noLog: { en: 'No audit log is written, so nothing is kept: {saw}.' },
      webhook: { en: 'Audit events go to another place ({saw}), which keeps them as it is told to.' },
    },
    bad: ['--audit-log-path=/var/log/kubernetes/audit/audit.log', '--audit-log-maxage=1'],
    good: ['--audit-log-path=/var/log/kubernetes/audit/audit.log', '--audit-log-maxage=30'],
    judge: ofLog(30, 'audit-log-maxage'),
  }),
})

import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags } from '../control-plane/flag.ts'
import { ofLog } from './log.ts'

export const check = defineCheck({
  id: 'audit/log-max-backup',
  severity: 'medium',
  controls: { topic: ['T23'], cis: ['1.2.18'], nsa: ['Audit Logging and Threat Detection'] },
  text: {
    title: { en: 'Ten old audit logs are kept' },
    why: {
      en: 'With few files a burst of requests, which an intruder can make on purpose, pushes the log of what he did out of the last one.',
    },
    fix: { en: `Set --audit-log-maxbackup=10 or more ${IN_MANIFEST['kube-apiserver']}.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Keeps enough old files: {saw}.' },
      bad: { en: 'Keeps too few old files: {saw}.' },
      noLog: { en: 'No audit log is written, so nothing is kept: {saw}.' },
      webhook: { en: 'Audit events go to another place ({saw}), which keeps them as it is told to.' },
    },
    bad: ['--audit-log-path=/var/log/kubernetes/audit/audit.log', '--audit-log-maxbackup=1'],
    good: ['--audit-log-path=/var/log/kubernetes/audit/audit.log', '--audit-log-maxbackup=10'],
    judge: ofLog(10, 'audit-log-maxbackup'),
  }),
})

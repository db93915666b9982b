import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags } from '../control-plane/flag.ts'
import { ofLog } from './log.ts'

export const check = defineCheck({
  id: 'audit/log-max-size',
  severity: 'medium',
  controls: { topic: ['T23'], cis: ['1.2.19'], nsa: ['Audit Logging and Threat Detection'] },
  text: {
    title: { en: 'Audit logs turn over at 100 MB' },
    why: {
      en: 'Small files turn over so often that a few minutes of load fill all that are kept; without the flag nobody has chosen a size.',
    },
    fix: { en: `Set --audit-log-maxsize=100 or more (megabytes) ${IN_MANIFEST['kube-apiserver']}.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Files are large enough: {saw}.' },
      bad: { en: 'Files are too small, or no size was chosen: {saw}.' },
      noLog: { en: 'No audit log is written, so nothing is kept: {saw}.' },
      webhook: { en: 'Audit events go to another place ({saw}), which keeps them as it is told to.' },
    },
    bad: ['--audit-log-path=/var/log/kubernetes/audit/audit.log', '--audit-log-maxsize=1'],
    good: ['--audit-log-path=/var/log/kubernetes/audit/audit.log', '--audit-log-maxsize=100'],
    judge: ofLog(100, 'audit-log-maxsize'),
  }),
})

import { defineCheck } from '#model/check.ts'
import { flag } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, overFlags } from '../control-plane/flag.ts'
import { AT_PROVIDER } from './log.ts'

export const check = defineCheck({
  id: 'audit/policy',
  severity: 'high',
  controls: { topic: ['T23'], cis: ['3.2.1'], nsa: ['Audit Logging and Threat Detection'] },
  text: {
    title: { en: 'There is an audit policy' },
    why: {
      en: 'Without --audit-policy-file the API server records nothing, even where a log file is named.',
    },
    fix: {
      en: `Write a policy that records who did what at level Metadata, never the content of Secrets, and set --audit-policy-file with its folder mounted into the static pod ${IN_MANIFEST['kube-apiserver']}. How much a policy will write can be estimated from a sample first.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Records by a policy: {saw}.' },
      counted: { en: 'Its metrics count {saw} since it started, so a policy is in force.' },
      bad: { en: 'Records nothing: {saw}.' },
    },
    bad: ['--audit-log-path=/var/log/kubernetes/audit/audit.log'],
    good: ['--audit-policy-file=/etc/kubernetes/audit/policy.yaml'],
    judge: (instance) => {
      const set = (flag(instance, 'audit-policy-file') ?? '') !== ''
      return { status: set ? 'pass' : 'fail', message: set ? 'good' : 'bad', saw: given(instance, 'audit-policy-file') }
    },
    managed: AT_PROVIDER,
    fromMetrics: ({ auditEvents = 0 }) =>
      auditEvents > 0 ? { status: 'pass', message: 'counted', saw: `${auditEvents} audit events` } : undefined,
  }),
})

import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-ca-file',
  severity: 'high',
  controls: { topic: ['T15'], cis: ['1.2.26'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API server verifies etcd' },
    why: {
      en: 'Without --etcd-cafile the API server cannot tell etcd from somebody who answers in its place and hands it any objects he likes, or collects every Secret that is written.',
    },
    fix: { en: `Set --etcd-cafile to etcd's CA (kubeadm: etcd/ca.crt) ${IN_MANIFEST['kube-apiserver']}.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Verifies etcd: {saw}.' },
      bad: { en: 'Does not verify etcd against its own CA: {saw}.' },
    },
    bad: ['--profiling=false'],
    good: ['--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt'],
    judge: mustHave('etcd-cafile'),
  }),
})

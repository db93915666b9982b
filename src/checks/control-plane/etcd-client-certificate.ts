import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-client-certificate',
  severity: 'high',
  controls: { topic: ['T15'], cis: ['1.2.23'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API server signs in to etcd with a certificate' },
    why: {
      en: 'Without a client certificate etcd cannot tell the API server from anybody else who reaches its port, and whoever writes to etcd owns the cluster.',
    },
    fix: {
      en: `Set --etcd-certfile and --etcd-keyfile to a client certificate of etcd's CA (kubeadm: apiserver-etcd-client.crt and .key) ${IN_MANIFEST['kube-apiserver']}.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Signs in to etcd with {saw}.' },
      bad: { en: 'Does not sign in to etcd: {saw}.' },
    },
    bad: ['--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt'],
    good: ['--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt', '--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key'],
    judge: mustHave('etcd-certfile', 'etcd-keyfile'),
  }),
})

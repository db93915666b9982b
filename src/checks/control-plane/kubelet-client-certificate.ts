import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/kubelet-client-certificate',
  severity: 'high',
  controls: { topic: ['T13'], cis: ['1.2.4'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API server shows kubelets a client certificate' },
    why: {
      en: 'Without a client certificate the API server reaches kubelets as an anonymous caller: either logs and exec fail, or kubelets let everybody in.',
    },
    fix: {
      en: `Set --kubelet-client-certificate and --kubelet-client-key to a pair that the kubelets trust (kubeadm: apiserver-kubelet-client.crt and .key) ${IN_MANIFEST['kube-apiserver']}.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Signs in to kubelets with {saw}.' },
      bad: { en: 'Does not sign in to kubelets: {saw}.' },
    },
    bad: ['--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt'],
    good: [
      '--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt',
      '--kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key',
    ],
    judge: mustHave('kubelet-client-certificate', 'kubelet-client-key'),
  }),
})

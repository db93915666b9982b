import { defineCheck } from '#model/check.ts'
import { decide, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-hostname-override',
  severity: 'low',
  controls: { topic: ['T22'], cis: ['4.2.7'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: "Nodes have their hosts' names" },
    why: {
      en: 'A kubelet under another name than its host is hard to match with certificates, logs and firewall rules, and TLS between it and the API server may not verify.',
    },
    fix: {
      en: 'Where the host can carry the name, rename it and take --hostname-override out of the kubelet’s command line (kubeadm: nodeRegistration.name; /var/lib/kubelet/kubeadm-flags.env). The node joins anew under another name: drain it first. Cloud images often need the flag: then accept this finding.',
    },
  },
  ...overKubelets({
    path: 'flags.hostname-override',
    messages: {
      good: { en: "Has its host's name." },
      bad: { en: 'Goes by another name: {saw}.' },
      unseen: {
        en: 'It is a flag only, and this kubelet does not serve /flagz (on by default since Kubernetes 1.36): look at its command line on the node.',
      },
    },
    bad: 'config: {}\nflags: { hostname-override: worker-1 }',
    good: "config: {}\nflags: { hostname-override: '' }",
    judge: (_, { flags }) => {
      const name = flags?.['hostname-override']
      if (name === undefined) return { status: 'unknown', message: 'unseen' }
      return decide(name === '', name === '' ? 'no --hostname-override' : `--hostname-override=${name}`)
    },
  }),
})

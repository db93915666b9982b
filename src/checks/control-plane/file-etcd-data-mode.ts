import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-etcd-data-mode',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.1.11'] },
  text: {
    title: { en: "Etcd's data folder cannot be read or written by others (mode 700 or stricter)" },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: "On the node, as root: chmod 700, for each file that a finding names. Where etcd runs as root, as kubeadm's does, it goes on under either owner; an etcd that runs as another user must own its folder. The user etcd must exist on the node. Then take the evidence again.",
    },
  },
  ...overFiles({ roles: ['etcd-data'], wanted: { mode: '700' }, controlPlane: true }),
})

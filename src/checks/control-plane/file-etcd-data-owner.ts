import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-etcd-data-owner',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.1.12'] },
  text: {
    title: { en: "Etcd's data folder belongs to etcd:etcd" },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: "On the node, as root: chown etcd:etcd, for each file that a finding names. Where etcd runs as root, as kubeadm's does, it goes on under either owner; an etcd that runs as another user must own its folder. The user etcd must exist on the node. Then take the evidence again.",
    },
  },
  ...overFiles({ roles: ['etcd-data'], wanted: { owner: 'etcd', group: 'etcd' }, controlPlane: true }),
})

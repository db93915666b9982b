import { expect, it } from 'vitest'
import type { NodePlan } from '../../src/model/node.ts'
import { keptFlags } from '../../wizards/shared/node/kept.ts'
import { stateOf } from './state.ts'

const withConfig = (text: string) =>
  stateOf(`
apiVersion: probe.kubeharden/v1
kind: SystemConfigProbe
metadata: { name: kubeadm-config, namespace: kube-system }
documents:
  ClusterConfiguration: |
${text.trimEnd().replace(/^/gm, '    ')}
`)

const PLAN: NodePlan = {
  component: 'kube-apiserver',
  folders: [],
  files: [],
  flags: [{ name: 'encryption-provider-config', value: '/etc/kubernetes/enc/encryption-config.yaml' }],
  mounts: [
    { name: 'encryption-config', hostPath: '/etc/kubernetes/enc', mountPath: '/etc/kubernetes/enc', readOnly: true, type: 'Directory' },
  ],
  settings: [],
  withinSeconds: 60,
}
const AWAY: NodePlan = {
  ...PLAN,
  flags: [{ name: 'encryption-provider-config' }],
  mounts: [],
  unmounts: [{ name: 'encryption-config', hostPath: '/etc/kubernetes/enc', mountPath: '/etc/kubernetes/enc' }],
}

it.each([
  ['nothing set, as kubeadm writes it', 'v1beta4', 'apiServer: {}'],
  ['flags of others', 'v1beta4', 'apiServer:\n  extraArgs:\n    - name: profiling\n      value: "false"'],
  ['volumes of others', 'v1beta4', 'apiServer:\n  extraVolumes:\n    - name: audit\n      hostPath: /a\n      mountPath: /a'],
  ['the older form', 'v1beta3', 'apiServer:\n  extraArgs:\n    profiling: "false"'],
])('kubeadm-config is as it was after encryption came and went: %s', (_, version, section) => {
  const before = `# ours\napiVersion: kubeadm.k8s.io/${version}\nkind: ClusterConfiguration\n${section}\ncontrollerManager: {}\n`
  const there = keptFlags(withConfig(before), [PLAN])
  expect(there?.before).toBe(before)
  expect(there?.after).toContain('encryption-config.yaml')
  // Readable: not all in the line of what was empty.
  expect(there?.after).not.toContain('{ extra')
  const back = keptFlags(withConfig(there?.after ?? ''), [AWAY])
  expect(back?.after).toBe(before)
})

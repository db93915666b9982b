import { describe, expect, it } from 'vitest'
import { previewGuide } from '#change/guidePreview.ts'
import type { Change, PreviewItem } from '#model/change.ts'
import { guideLines } from '#report/guideText.ts'
import { planOf, WIZARDS } from '../wizards/run.ts'
import { stateOf } from '../wizards/state.ts'

const cp = (name: string, profiling: string) => `
apiVersion: v1
kind: Node
metadata: { name: ${name}, labels: { node-role.kubernetes.io/control-plane: '' } }
---
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-${name}, namespace: kube-system, labels: { component: kube-apiserver, tier: control-plane } }
spec:
  nodeName: ${name}
  containers:
    - { name: kube-apiserver, image: a, command: [kube-apiserver, --audit-log-maxage=${profiling}] }
---`
const CONFIG = `
apiVersion: probe.kubeharden/v1
kind: SystemConfigProbe
metadata: { name: kubeadm-config, namespace: kube-system }
documents:
  ClusterConfiguration: |
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    apiServer: {}
`
function shown(...nodes: readonly string[]): readonly string[] {
  const [change] = planOf(WIZARDS.auditPolicy, stateOf(`${nodes.join('')}${CONFIG}`))
  const item = previewGuide(change as Extract<Change, { kind: 'guide' }>) as Extract<PreviewItem, { kind: 'guide' }>
  return guideLines(item).map((line) => line.text)
}
const at = (lines: readonly string[], start: string) => {
  const found = lines.findIndex((line) => line.trimStart().startsWith(start))
  expect(found, start).toBeGreaterThanOrEqual(0)
  return found
}

describe('a guided change, before its files are written', () => {
  it('says what happens on which node, then what is in the files, and the constant script in one line at the end', () => {
    const lines = shown(cp('cp-1', '7'))
    const order = [
      'change: kube-apiserver on node cp-1',
      '+ file /etc/kubernetes/audit/policy.yaml',
      '- --audit-log-maxage=7',
      '+ --audit-log-maxage=30',
      'apiVersion: audit.k8s.io/v1',
      'write file kubeadm-config-after.json',
      '- apiServer: {}',
      '+ apiServer:',
      'write file kubeadm-config-before.json (mode 0600): the way back of kubeadm-config-after.json',
      'write file cp-1/kube-apiserver/files/1-policy.yaml (mode 0600): becomes /etc/kubernetes/audit/policy.yaml, shown above',
    ]
    const places = order.map((start) => at(lines, start))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(lines.at(-1)).toMatch(
      /^write file cp-1\/kube-apiserver\/kubeharden-node\.sh \(mode 0700\): \d{3,4} lines, the same for every change/,
    )
    expect(lines.join('\n')).not.toContain('#!/bin/sh')
  })

  it('shows nodes of which the same becomes once, and one that differs by itself', () => {
    const lines = shown(cp('cp-1', '7'), cp('cp-2', '7'), cp('cp-3', '8'))
    expect(lines.filter((line) => line.startsWith('change: '))).toEqual([
      'change: kube-apiserver on node cp-1',
      'change: kube-apiserver on node cp-3',
    ])
    expect(lines).toContain('the same of kube-apiserver on node cp-2')
  })
})

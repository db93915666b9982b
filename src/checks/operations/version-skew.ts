import { defineCheck } from '#model/check.ts'
import { minorOfVersion } from '#simulate/versions.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

/** A kubelet may be as many minor versions behind its API server. Source: kubernetes.io, Version Skew Policy. */
const MOST = 3

export const check = defineCheck({
  id: 'operations/version-skew',
  severity: 'medium',
  controls: { topic: ['T26'], nsa: ['Upgrading and application security practices'] },
  text: {
    title: { en: 'Kubelets fit the API server' },
    why: {
      en: 'A kubelet that is newer than the API server, or more than three minor versions older, was never tested with it. Such nodes are the ones that are forgotten in upgrades, and miss their fixes.',
    },
    fix: { en: 'Upgrade these nodes to the API server’s version, one node at a time: drain, upgrade the kubelet, uncordon.' },
  },
  reads: ['nodes'],
  messages: {
    same: { en: 'Kubelet {kubelet}, as the API server.' },
    behind: { en: 'Kubelet {kubelet} is {minors} minor versions behind the API server {server}.' },
    far: { en: 'Kubelet {kubelet} is {minors} minor versions behind the API server {server}; at most three are supported.' },
    ahead: { en: 'Kubelet {kubelet} is newer than the API server {server}.' },
  },
  examples: {
    bad: nodes('v1.36.3', 'v1.32.1'),
    good: nodes('v1.36.3', 'v1.36.3'),
  },
  evaluate: function* ({ nodes: list }, { cluster }) {
    // Without the API server's own word, the newest kubelet says the least that it can be.
    const minors = list.flatMap((node) => minorOfVersion(node.status.nodeInfo?.kubeletVersion) ?? [])
    const server = cluster.version ?? `v1.${Math.max(...minors)}`
    const own = minorOfVersion(server)
    for (const node of list) {
      const kubelet = node.status.nodeInfo?.kubeletVersion
      const minor = minorOfVersion(kubelet)
      if (own === undefined || minor === undefined || kubelet === undefined) continue
      const behind = own - minor
      const at = { object: refTo('nodes', node), saw: kubelet, params: { kubelet, server, minors: behind } }
      if (behind < 0) yield { status: 'fail', ...at, message: 'ahead' }
      else if (behind > MOST) yield { status: 'fail', ...at, message: 'far' }
      else yield { status: 'pass', ...at, message: behind === 0 ? 'same' : 'behind' }
    }
  },
})

function nodes(...versions: readonly string[]): string {
  return versions
    .map((v, i) => `apiVersion: v1\nkind: Node\nmetadata: { name: node-${i} }\nstatus: { nodeInfo: { kubeletVersion: ${v} } }\n`)
    .join('---\n')
}

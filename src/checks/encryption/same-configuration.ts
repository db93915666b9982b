import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { EVIDENCE_DAYS } from '#model/objects/evidence.ts'
import { controlPlane, flag, type Instance } from '#simulate/controlPlane.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'

const DAY = 86_400_000

export const check = defineCheck({
  id: 'encryption/same-configuration',
  severity: 'high',
  controls: { topic: ['T14'] },
  text: {
    title: { en: 'All API servers use the same encryption configuration' },
    why: {
      en: 'An API server that lacks a key cannot read what another wrote with it: the same Secret is there for one request and an error for the next. One that still writes plain text undoes the encryption of the others.',
    },
    fix: {
      en: 'Put the same file onto every control-plane node, in the order of a rotation: first a new key everywhere as the second one, then as the first. Then take the evidence of these nodes again.',
    },
  },
  reads: ['pods'],
  helps: ['nodeEvidence'],
  messages: {
    differs: { en: 'The encryption configuration on node {node} is another one than on other nodes (sha256 {sum}, taken at {date}).' },
    same: { en: 'The encryption configuration on node {node} is the same as on the others (sha256 {sum}, taken at {date}).' },
    missing: {
      en: 'No API shows this file of node {node}. Take its sum there (kubeharden evidence script | ssh NODE sudo sh > NODE.json), then keep it (kubeharden evidence import NODE.json)',
    },
    single: { en: 'There are not two API servers with --encryption-provider-config that could differ.' },
    unseen: { en: 'No API server’s command line could be seen.' },
  },
  examples: { bad: exampleOf('a', 'b'), good: exampleOf('a', 'a') },
  evaluate: function* ({ pods, nodeEvidence }, { now }) {
    const seen = controlPlane(pods, 'kube-apiserver')
    const servers = (seen ?? []).filter((server) => (flag(server, 'encryption-provider-config') ?? '') !== '')
    if (seen === undefined) yield { status: 'unknown', object: CLUSTER, message: 'unseen' }
    else if (servers.length < 2) yield { status: 'not-applicable', object: CLUSTER, message: 'single' }
    else yield* compared(servers, nodeEvidence, now)
  },
})

function* compared(servers: readonly Instance[], all: readonly Item<'nodeEvidence'>[], now: Date) {
  const sums = servers.map((server) => ({ server, node: server.node ?? server.pod.name, ...sumOf(server.node, all, now) }))
  const different = new Set(sums.flatMap(({ sum }) => (sum === undefined ? [] : [sum])))
  const known = sums.filter(({ sum }) => sum !== undefined).length
  for (const { server, node, sum, date } of sums) {
    const object = server.pod
    if (sum === undefined) yield { status: 'unknown', object, message: 'missing', params: { node } } as const
    else if (known < 2)
      continue // the others are unknown, and say so
    else {
      const saw = { object, saw: `sha256 ${sum}`, params: { node, sum: sum.slice(0, 12), date } }
      if (different.size > 1) yield { status: 'fail', ...saw, message: 'differs' } as const
      else yield { status: 'pass', ...saw, message: 'same' } as const
    }
  }
}

/** The sum of the file on a node; none where its evidence is not there, too old, or was taken without reading the file. */
function sumOf(node: string | undefined, all: readonly Item<'nodeEvidence'>[], now: Date): { sum: string | undefined; date: string } {
  const evidence = all.find(({ metadata }) => metadata.name === node)
  const date = evidence?.takenAt.slice(0, 16) ?? ''
  if (evidence === undefined || now.getTime() - Date.parse(evidence.takenAt) > EVIDENCE_DAYS * DAY) return { sum: undefined, date }
  return { sum: evidence.sha256['encryption-config'], date }
}

function exampleOf(...letters: readonly string[]): string {
  return letters
    .map(
      (letter, i) => `
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver-node-${i + 1}
  namespace: kube-system
  annotations: { kubernetes.io/config.mirror: 5a2f }
spec:
  nodeName: node-${i + 1}
  containers: [{ name: kube-apiserver, command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/config.yaml] }]
---
apiVersion: probe.kubeharden/v1
kind: NodeEvidence
schemaVersion: 1
metadata: { name: node-${i + 1} }
hostname: node-${i + 1}
takenAt: "2099-01-01T00:00:00Z" # an example that does not grow old
asRoot: true
kubelet: true
files: []
unreadable: []
sha256: { encryption-config: ${letter.repeat(64)} }
`,
    )
    .join('---')
}

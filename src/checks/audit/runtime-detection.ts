import { defineCheck } from '#model/check.ts'
import type { Program } from '#simulate/software.ts'
import { AGENT_KINDS, agentMessages, onEveryNode } from './agents.ts'

const DETECTORS: readonly Program[] = [
  { name: 'Falco', images: ['falcosecurity/falco', 'falco', 'falco-no-driver'] },
  { name: 'Tetragon', images: ['cilium/tetragon', 'tetragon'] },
  { name: 'KubeArmor', images: ['kubearmor/kubearmor', 'kubearmor'] },
  { name: 'Tracee', images: ['aquasec/tracee', 'tracee'] },
  { name: 'Kubescape node agent', images: ['kubescape/node-agent'] },
  { name: 'NeuVector enforcer', images: ['neuvector/enforcer'] },
  { name: 'StackRox collector', images: ['stackrox-io/collector', 'advanced-cluster-security/rhacs-collector-rhel8'] },
  { name: 'Sysdig agent', images: ['sysdig/agent', 'sysdig/agent-slim'] },
  { name: 'Aqua Enforcer', images: ['aquasec/enforcer'] },
  { name: 'Prisma Cloud Defender', images: ['twistlock/defender'] },
  { name: 'CrowdStrike Falcon', images: ['falcon-sensor'] },
]

export const check = defineCheck({
  id: 'audit/runtime-detection',
  severity: 'medium',
  controls: { topic: ['T31'], nsa: ['Audit logging and threat detection'] },
  text: {
    title: { en: 'What runs on the nodes is watched' },
    why: {
      en: 'Every rule of this list can be kept and a pod still be broken into through its own program. A shell in a web server, a new binary, a write to /etc: only something that watches system calls sees them while they happen.',
    },
    fix: {
      en: 'Run Falco, Tetragon or the like as a DaemonSet on all nodes, send its events where somebody looks, and try it with a harmless event such as a shell in a test pod.',
    },
  },
  reads: AGENT_KINDS,
  messages: agentMessages('Nothing that watches what runs on the nodes was recognised.'),
  examples: {
    bad: `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Node
metadata: { name: cp-1 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: falco, namespace: falco }
spec: { template: { spec: { containers: [{ name: falco, image: 'docker.io/falcosecurity/falco:0.42.0' }] } } }
status: { numberReady: 1 }
`,
    good: `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: falco, namespace: falco }
spec: { template: { spec: { containers: [{ name: falco, image: 'docker.io/falcosecurity/falco:0.42.0' }] } } }
status: { numberReady: 1 }
`,
  },
  evaluate: (lists, context) => onEveryNode(lists, DETECTORS, context),
})

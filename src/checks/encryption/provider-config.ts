import { defineCheck } from '#model/check.ts'
import { controlPlane, flag } from '#simulate/controlPlane.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'
import { MANAGED_MESSAGES, managedMessage } from './managed.ts'

const FLAG = 'encryption-provider-config'

/** Told from the pods alone, so that it can be decided where the API server's metrics may not be read. */
export const check = defineCheck({
  id: 'encryption/provider-config',
  severity: 'high',
  controls: { topic: ['T14'], cis: ['1.2.27'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Every API server has an encryption configuration' },
    why: {
      en: 'An API server without --encryption-provider-config writes Secrets in plain text. With several API servers one forgotten server is enough, and it cannot read what the others encrypted.',
    },
    fix: {
      en: 'Give every API server the same configuration file: mount its folder into the static pod and set --encryption-provider-config, one node at a time.',
    },
  },
  reads: ['pods'],
  messages: {
    set: { en: 'Runs with --encryption-provider-config={file}.' },
    missing: { en: 'Runs without --encryption-provider-config.' },
    unseen: {
      en: 'No API server pod could be seen in kube-system. Where the distribution runs it outside (k3s, Talos, OpenShift), look at its own encryption setting.',
    },
    ...MANAGED_MESSAGES,
  },
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-node-1, namespace: kube-system, annotations: { kubernetes.io/config.mirror: 0f3a } }
spec:
  containers:
    - name: kube-apiserver
      command: [kube-apiserver, --authorization-mode=Node,RBAC]
`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-node-1, namespace: kube-system, annotations: { kubernetes.io/config.mirror: 0f3a } }
spec:
  containers:
    - name: kube-apiserver
      command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/config.yaml]
`,
  },
  evaluate: function* ({ pods }, { cluster }) {
    const servers = controlPlane(pods, 'kube-apiserver') ?? []
    for (const server of servers) {
      const file = flag(server, FLAG)
      const at = { object: server.pod, path: 'spec.containers[0].command' }
      if (file === undefined || file === '') yield { status: 'fail', ...at, saw: `no --${FLAG}`, message: 'missing' }
      else yield { status: 'pass', ...at, saw: `--${FLAG}=${file}`, message: 'set', params: { file } }
    }
    if (servers.length === 0) yield { status: 'unknown', object: CLUSTER, message: managedMessage(cluster.distribution) ?? 'unseen' }
  },
})

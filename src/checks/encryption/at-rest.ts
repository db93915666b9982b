import { defineCheck } from '#model/check.ts'
import { controlPlane, flag } from '#simulate/controlPlane.ts'
import { CLUSTER, refTo } from '#simulate/workloadsRefs.ts'
import { MANAGED_MESSAGES, managedMessage } from './managed.ts'
import { hasNoConfiguration, isEncrypting, observed } from './observed.ts'

const FLAG = 'encryption-provider-config'

export const check = defineCheck({
  id: 'encryption/at-rest',
  severity: 'critical',
  controls: { topic: ['T14'], cis: ['1.2.27'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Secrets are encrypted in etcd' },
    why: {
      en: 'Without encryption every Secret lies in etcd in plain text. Whoever reads a disk, a snapshot or a backup of etcd has every password, key and token of the cluster, and no audit log tells.',
    },
    fix: {
      en: 'Write an EncryptionConfiguration with a secretbox or KMS v2 provider first and identity last, give it to every API server with --encryption-provider-config, then rewrite all Secrets.',
    },
  },
  reads: ['encryption', 'pods'],
  messages: {
    encrypted: { en: 'This API server writes Secrets with {provider}.' },
    plain: { en: 'This API server writes Secrets in plain text (identity comes first).' },
    changed: {
      en: 'Since it started this API server wrote Secrets both in plain text and encrypted. Its counters do not tell which came last: restart it, or look at its configuration.',
    },
    noConfiguration: { en: 'This API server has no encryption configuration in use: Secrets are stored in plain text.' },
    noFlag: { en: 'This API server runs without --encryption-provider-config: Secrets are stored in plain text.' },
    unproven: {
      en: 'No Secret was written since this API server started, so nothing proves which provider is in use. Write any Secret and look again.',
    },
    unseen: { en: 'No API server could be seen, neither its metrics nor its pod.' },
    ...MANAGED_MESSAGES,
  },
  examples: {
    bad: `
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: kube-apiserver-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: '', status: OK, count: 12 }
`,
    good: `
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: kube-apiserver-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: 'k8s:enc:secretbox:v1:', status: OK, count: 12 }
`,
  },
  evaluate: function* ({ encryption, pods }, { cluster }) {
    const managed = managedMessage(cluster.distribution)
    const servers = controlPlane(pods, 'kube-apiserver') ?? []
    const withoutFlag = servers.filter((server) => (flag(server, FLAG) ?? '') === '')
    for (const server of withoutFlag)
      yield { status: 'fail', object: server.pod, path: 'spec.containers[0].command', saw: `no --${FLAG}`, message: 'noFlag' }
    for (const probe of encryption) {
      const object = refTo('encryption', probe)
      const providers = [...observed(probe).writes.keys()]
      const encrypting = providers.filter(isEncrypting)
      const saw = providers.join(', ')
      if (providers.length > 0 && encrypting.length === providers.length)
        yield { status: 'pass', object, saw, message: 'encrypted', params: { provider: encrypting.join(', ') } }
      else if (encrypting.length > 0) yield { status: 'unknown', object, saw, message: 'changed' }
      else if (providers.length > 0) yield { status: 'fail', object, saw, message: 'plain' }
      else if (managed === undefined && withoutFlag.length === 0 && hasNoConfiguration(probe, cluster.version))
        yield { status: 'fail', object, saw: 'no configuration', message: 'noConfiguration' }
      // The pods have said it already where one of them runs without the flag.
      else if (withoutFlag.length === 0) yield { status: 'unknown', object, message: managed ?? 'unproven' }
    }
    if (encryption.length > 0) return
    for (const server of servers)
      if (!withoutFlag.includes(server)) yield { status: 'unknown', object: server.pod, saw: `--${FLAG}`, message: 'unproven' }
    if (servers.length === 0) yield { status: 'unknown', object: CLUSTER, message: managed ?? 'unseen' }
  },
})

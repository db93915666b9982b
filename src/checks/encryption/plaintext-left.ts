import { defineCheck } from '#model/check.ts'
import type { StorageProof } from '#model/encryptionLife.ts'
import type { Params } from '#model/text.ts'
import { refTo } from '#simulate/workloadsRefs.ts'
import { isEncrypting, observed } from './observed.ts'

const provenParams = ({ at, objects }: StorageProof): Params => ({ day: at.slice(0, 10), objects })

export const check = defineCheck({
  id: 'encryption/plaintext-left',
  severity: 'high',
  controls: { topic: ['T14'], cis: ['1.2.27'] },
  text: {
    title: { en: 'No Secret from before encryption is left in plain text' },
    why: {
      en: 'Switching encryption on changes nothing that is stored already: each Secret stays in plain text until it is written again, and so do the old revisions and snapshots of etcd.',
    },
    fix: {
      en: 'Rewrite all Secrets once, in all namespaces. Then compact etcd, and delete snapshots from before or keep them as carefully as passwords.',
    },
  },
  reads: ['encryption'],
  messages: {
    read: {
      en: 'Since it started this API server read Secrets in plain text {times} times. Rewrite all Secrets, restart it and look again, or attest that it is done.',
    },
    clean: { en: 'Since it started this API server read {times} encrypted Secrets and none in plain text.' },
    proven: { en: 'Everything was stored again with the configuration in use, and looked at once more, on {day}: {objects} objects.' },
    nothingRead: { en: 'This API server has read no Secret from etcd since it started.' },
    off: { en: 'Encryption is not in use here yet; see encryption/at-rest.' },
  },
  examples: {
    bad: `
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: kube-apiserver-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: 'k8s:enc:secretbox:v1:', status: OK, count: 3 }
  - { resource: secrets, direction: from_storage, prefix: '', status: OK, count: 2000 }
`,
    good: `
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: kube-apiserver-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: 'k8s:enc:secretbox:v1:', status: OK, count: 3 }
  - { resource: secrets, direction: from_storage, prefix: 'k8s:enc:secretbox:v1:', status: OK, count: 2000 }
`,
  },
  evaluate: function* ({ encryption }, { storageProof }) {
    for (const probe of encryption) {
      const object = refTo('encryption', probe)
      const { reads, writes } = observed(probe)
      const plain = reads.get('identity') ?? 0
      const encrypted = [...reads].reduce((sum, [provider, count]) => sum + (isEncrypting(provider) ? count : 0), 0)
      const inUse = encrypted > 0 || [...writes.keys()].some(isEncrypting)
      const proven = storageProof?.hash === probe.configHash && storageProof?.resources.includes('secrets') === true
      if (!inUse) yield { status: 'not-applicable', object, message: 'off' }
      else if (proven) yield { status: 'pass', object, message: 'proven', params: provenParams(storageProof) }
      else if (plain > 0) yield { status: 'manual', object, saw: `${plain} plain-text reads`, message: 'read', params: { times: plain } }
      else if (encrypted > 0) yield { status: 'pass', object, message: 'clean', params: { times: encrypted } }
      else yield { status: 'unknown', object, message: 'nothingRead' }
    }
  },
})

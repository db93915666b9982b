import { defineCheck } from '#model/check.ts'
import { CLUSTER, refTo } from '#simulate/workloadsRefs.ts'
import { observed } from './observed.ts'

/** AES-GCM takes random nonces: the documentation of Kubernetes wants a new key every 200,000 writes. */
const GCM_WRITES = 200_000

export const check = defineCheck({
  id: 'encryption/provider-strength',
  severity: 'high',
  controls: { topic: ['T14'], cis: ['1.2.28'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Secrets are encrypted with a strong provider' },
    why: {
      en: 'identity does not encrypt at all. aescbc has no integrity check and is open to padding oracle attacks; the CIS benchmark still accepts it, the Kubernetes documentation advises against it. KMS v1 is deprecated and off since 1.29. aesgcm breaks down when one key writes too often.',
    },
    fix: {
      en: 'Use KMS v2 where there is a key service, else secretbox. Change providers as in a rotation: new one second, then first, rewrite all Secrets, then drop the old one.',
    },
  },
  reads: ['encryption'],
  messages: {
    strong: { en: 'Secrets are written with {provider}.' },
    identity: { en: 'Secrets are written by identity, which does not encrypt.' },
    aescbc: { en: 'Secrets are written with aescbc: without an integrity check, open to padding oracle attacks.' },
    kmsV1: { en: 'Secrets are written with KMS v1, which is deprecated and off by default since Kubernetes 1.29.' },
    aesgcm: {
      en: 'Secrets are written with aesgcm, {writes} times since this API server started. Its key has to be replaced every 200,000 writes: confirm that something does.',
    },
    aesgcmWorn: {
      en: 'Secrets were written {writes} times with aesgcm since this API server started: its key should be replaced every 200,000 writes.',
    },
    other: { en: 'Secrets are written with a provider that kubeharden does not know. Look at the encryption configuration.' },
    none: { en: 'No Secret was written since this API server started, or it has no encryption configuration; see encryption/at-rest.' },
    unseen: { en: 'No API server metrics could be seen.' },
  },
  examples: {
    bad: `
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: kube-apiserver-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: 'k8s:enc:aescbc:v1:', status: OK, count: 40 }
`,
    good: `
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: kube-apiserver-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: 'k8s:enc:kms:v2:vault:', status: OK, count: 40 }
`,
  },
  evaluate: function* ({ encryption }) {
    if (encryption.length === 0) yield { status: 'unknown', object: CLUSTER, message: 'unseen' }
    for (const probe of encryption) {
      const object = refTo('encryption', probe)
      const { writes } = observed(probe)
      // After a change by automatic reload an API server has written with two providers: each is told.
      for (const [provider, count] of writes) {
        const at = { object, saw: provider, params: { provider, writes: count } }
        if (provider === 'identity') yield { status: 'fail', ...at, message: 'identity' }
        else if (provider === 'aescbc') yield { status: 'fail', ...at, message: 'aescbc' }
        else if (provider === 'kms-v1') yield { status: 'fail', ...at, message: 'kmsV1' }
        else if (provider === 'other') yield { status: 'unknown', ...at, message: 'other' }
        else if (provider === 'aesgcm' && count > GCM_WRITES) yield { status: 'fail', ...at, message: 'aesgcmWorn' }
        else if (provider === 'aesgcm') yield { status: 'manual', ...at, message: 'aesgcm' }
        else yield { status: 'pass', ...at, message: 'strong' }
      }
      if (writes.size === 0) yield { status: 'unknown', object, message: 'none' }
    }
  },
})

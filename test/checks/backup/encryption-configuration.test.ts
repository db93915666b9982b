import { expect, test } from 'vitest'
import { check } from '#checks/backup/encryption-configuration.ts'
import { namespace, verdicts } from '../encryption/support.ts'

const system = namespace('kube-system')
const server = (...flags: string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'kube-apiserver-a', namespace: 'kube-system', annotations: { 'kubernetes.io/config.mirror': '1' } },
  spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', ...flags] }] },
})
const set = server('--encryption-provider-config=/etc/kubernetes/enc/config.yaml')
const uses = (prefix: string, resource = 'secrets', direction = 'to_storage') => ({
  apiVersion: 'probe.kubeharden/v1',
  kind: 'EncryptionProbe',
  metadata: { name: 'a' },
  transformations: [{ resource, direction, prefix, status: 'OK', count: 5 }],
})
const local = [system, set, uses('k8s:enc:secretbox:v1:')]
const CLAIM = { name: 'to', persistentVolumeClaim: { claimName: 'keys' } }
const job = (name: string, hostPath: string, to: object, command: readonly string[], status: object = {}, more: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace: 'etcd-backup' },
  spec: {
    schedule: '17 2 * * *',
    jobTemplate: {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'c',
                command,
                volumeMounts: [
                  { name: 'from', mountPath: '/from', readOnly: true },
                  { name: 'to', mountPath: '/to' },
                ],
              },
            ],
            volumes: [{ name: 'from', hostPath: { path: hostPath } }, to],
          },
        },
      },
    },
    ...more,
  },
  status,
})
const RECENT = { lastSuccessfulTime: '2026-06-15T02:17:00Z' }
const copy = (to: object = CLAIM, status: object = RECENT, more: object = {}, from = '/etc/kubernetes/enc') =>
  job('copy', from, to, ['cp', '-p', '/from/config.yaml', '/to/x.yaml'], status, more)
const snapshots = job('etcd-backup', '/etc/kubernetes/enc', CLAIM, ['etcdctl', 'snapshot', 'save', '/to/x.db'], RECENT)

test.each([
  ['no API server is seen', [system], ['cluster: unknown unseen']],
  ['no configuration', [system, server()], ['cluster: not-applicable off']],
  ['a configuration that writes plain text', [system, set, uses('')], ['cluster: not-applicable off']],
  ['a KMS', [system, set, uses('k8s:enc:kms:v2:vault:')], ['cluster: not-applicable kms']],
  ['plain text was read, and nothing written yet', [system, set, uses('', 'secrets', 'from_storage')], ['cluster: unknown unproven']],
  ['something was read with a key', [system, set, uses('k8s:enc:aesgcm:v1:', 'secrets', 'from_storage')], ['cluster: fail none']],
  ['keys, and no copy', local, ['cluster: fail none']],
  ['keys for something else than Secrets', [system, set, uses('k8s:enc:aescbc:v1:', 'configmaps')], ['cluster: fail none']],
  ['keys, no copy, not the whole cluster', local.slice(1), ['cluster: unknown notSeen']],
  ['nobody knows what is used', [system, set], ['cluster: unknown unproven']],
  ['a copy that is fresh', [...local, copy()], ['copy: pass saved']],
  ['the file alone is mounted', [...local, copy(CLAIM, RECENT, {}, '/etc/kubernetes/enc/config.yaml')], ['copy: pass saved']],
  ['a copy, though nobody knows what is used', [system, set, copy()], ['copy: pass saved']],
  ['a copy that never ran', [...local, copy(CLAIM, {})], ['copy: unknown notYet']],
  ['a copy that no longer works', [...local, copy(CLAIM, { lastSuccessfulTime: '2026-06-13T02:17:00Z' })], ['copy: fail late']],
  ['a suspended copy', [...local, copy(CLAIM, RECENT, { suspend: true })], ['copy: fail suspended']],
  ['a copy on the node', [...local, copy({ name: 'to', hostPath: { path: '/srv/keys' } })], ['copy: fail onNode']],
  ['a copy in a folder of the pod', [...local, copy({ name: 'to', emptyDir: {} })], ['copy: unknown unclear']],
  ['a copy onto the volume of the snapshots', [...local, copy(), snapshots], ['copy: fail beside']],
  ['a backup of etcd is no copy, whatever it mounts', [...local, snapshots], ['cluster: fail none']],
  ['another folder is another thing', [...local, copy(CLAIM, RECENT, {}, '/etc/kubernetes')], ['cluster: fail none']],
])('%s', (_, objects, expected) => {
  expect(verdicts(check, objects)).toEqual(expected)
})

test('the control plane of a provider is its own', () => {
  expect(verdicts(check, local, 'eks')).toEqual(['cluster: not-applicable managed'])
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KINDS } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import { destinationOf, etcdBackups, isManaged, isNodeLocalClass, restoresEtcd, savesEtcd } from '#simulate/etcdBackup.ts'

const spec = (pod: object): PodSpec => KINDS.pods.schema.parse({ metadata: { name: 'x' }, spec: pod }).spec
const one = (container: object) => spec({ containers: [{ name: 'c', ...container }] })

describe('savesEtcd', () => {
  test.each([
    ['the command', { command: ['etcdctl', 'snapshot', 'save', '/backup/x.db'] }, 'saves'],
    [
      'with flags between',
      { command: ['/usr/local/bin/etcdctl'], args: ['--endpoints=https://127.0.0.1:2379', 'snapshot', 'save', 'x'] },
      'saves',
    ],
    ['in a script', { command: ['sh', '-c', 'set -e\nETCDCTL_API=3 etcdctl snapshot save /b/$(date +%F).db && ls'] }, 'saves'],
    ['the image’s entry point', { image: 'registry.k8s.io/etcd:3.6.8-0', args: ['snapshot', 'save', 'x'] }, 'saves'],
    ['Talos', { image: 'ghcr.io/siderolabs/talos-backup:v0.1.0' }, 'saves'],
    ['k3s', { command: ['k3s', 'etcd-snapshot', 'save'] }, 'saves'],
    ['OpenShift', { command: ['/bin/sh', '-c', 'chroot /host /usr/local/bin/cluster-backup.sh /home/core/backup'] }, 'saves'],
    ['only its status', { command: ['etcdutl', 'snapshot', 'status', 'x'] }, 'no'],
    ['a restore', { command: ['etcdutl', 'snapshot', 'restore', 'x'] }, 'no'],
    ['two commands that together look like it', { command: ['sh', '-c', 'etcdctl endpoint health; restic snapshot save'] }, 'no'],
    ['Velero is not it', { image: 'velero/velero:v1.17', command: ['velero', 'backup', 'create'] }, 'no'],
    ['an image of other things', { image: 'example/my-etcd-viewer:1' }, 'no'],
  ])('%s', (_, container, expected) => {
    expect(savesEtcd('job', one(container))).toBe(expected)
  })

  test('a name alone is likely at best', () => {
    const script = one({ image: 'alpine:3', command: ['/scripts/run.sh'] })
    expect(savesEtcd('etcd-backup', script)).toBe('likely')
    expect(savesEtcd('backup', script)).toBe('no')
    const certificates = spec({ containers: [{ name: 'c' }], volumes: [{ name: 'pki', hostPath: { path: '/etc/kubernetes/pki/etcd' } }] })
    expect(savesEtcd('nightly-backup', certificates)).toBe('likely')
  })

  test('init containers count, jobs that save nothing are left out', () => {
    const job = (name: string, pod: object) =>
      KINDS.cronJobs.schema.parse({ metadata: { name }, spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: pod } } } } })
    const saving = job('a', { initContainers: [{ name: 'i', command: ['etcdctl', 'snapshot', 'save', 'x'] }], containers: [{ name: 'c' }] })
    expect(etcdBackups([saving, job('b', { containers: [{ name: 'c', command: ['pg_dump'] }] })]).map((b) => b.job.metadata.name)).toEqual([
      'a',
    ])
  })

  test('any words: no throw, and without etcd in them never a save', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), fc.string(), (command, args, image) => {
        fc.pre(![...command, ...args, image].some((w) => /etcd|backup|k3s|rke2|talos/.test(w)))
        expect(savesEtcd('x', one({ command, args, image }))).toBe('no')
        expect(restoresEtcd(one({ command, args, image }))).toBe(false)
      }),
    )
  })
})

describe('destinationOf', () => {
  const save = { name: 'save', command: ['etcdctl', 'snapshot', 'save', '/b/x.db'], volumeMounts: [{ name: 'b', mountPath: '/b' }] }
  const to = (volume: object, more: object[] = []) =>
    destinationOf(spec({ containers: [save, ...more], volumes: [{ name: 'b', ...volume }] }))
  test('volumes', () => {
    expect(to({ persistentVolumeClaim: { claimName: 'etcd' } })).toEqual({ kind: 'claim', claim: 'etcd' })
    expect(to({ nfs: { server: 'nas', path: '/x' } })).toEqual({ kind: 'nfs', server: 'nas' })
    expect(to({ csi: { driver: 's3.csi.example' } })).toEqual({ kind: 'driver', driver: 's3.csi.example' })
    expect(to({ hostPath: { path: '/var/backups' } })).toEqual({ kind: 'node', path: '/var/backups' })
    expect(to({ hostPath: { path: '/var/lib/etcd-backup' } })).toEqual({ kind: 'node', path: '/var/lib/etcd-backup' })
    expect(to({ emptyDir: {} })).toEqual({ kind: 'pod' })
  })

  test('a second container that uploads wins over the folder on the node', () => {
    const host = { hostPath: { path: '/var/backups' } }
    expect(to(host, [{ name: 'up', command: ['sh', '-c', 'aws s3 cp /b/x.db s3://bucket/'] }])).toEqual({ kind: 'upload', by: 'up' })
    expect(to(host, [{ name: 'up', image: 'docker.io/restic/restic:0.18' }])).toEqual({ kind: 'upload', by: 'up' })
    expect(to(host, [{ name: 'status', command: ['etcdutl', 'snapshot', 'status', '/b/x.db'] }])).toEqual({
      kind: 'node',
      path: '/var/backups',
    })
  })

  test('what cannot be told is not guessed', () => {
    expect(to({ emptyDir: {} }, [{ name: 'other', image: 'example/tool:1' }])).toEqual({ kind: 'unclear' })
  })

  test('certificates from the host are no place for a snapshot, nor is a read-only mount', () => {
    expect(to({ hostPath: { path: '/etc/kubernetes/pki/etcd' } })).toEqual({ kind: 'pod' })
    const readOnly = { ...save, volumeMounts: [{ name: 'b', mountPath: '/b', readOnly: true }] }
    const pod = spec({ containers: [readOnly], volumes: [{ name: 'b', persistentVolumeClaim: { claimName: 'x' } }] })
    expect(destinationOf(pod)).toEqual({ kind: 'pod' })
  })
})

test('storage classes that are a folder of one node', () => {
  expect(['local-path', 'microk8s-hostpath', 'local-storage', 'openebs-hostpath', 'hostpath'].every(isNodeLocalClass)).toBe(true)
  expect(['fast', 'gp3', 'ceph-block', 'locality', undefined].some(isNodeLocalClass)).toBe(false)
})

test('managed control planes', () => {
  expect((['eks', 'gke', 'aks'] as const).every(isManaged)).toBe(true)
  expect((['kubeadm', 'k3s', 'unknown'] as const).some(isManaged)).toBe(false)
})

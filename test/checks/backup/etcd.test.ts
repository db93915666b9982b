import { describe, expect, test } from 'vitest'
import { check as job } from '#checks/backup/etcd-job.ts'
import { check as success } from '#checks/backup/etcd-job-success.ts'
import { check as offHost } from '#checks/backup/off-host-copy.ts'
import { check as drill } from '#checks/backup/restore-drill.ts'
import { namespace, verdicts, workload } from '../encryption/support.ts'

const save = { name: 'save', command: ['etcdctl', 'snapshot', 'save', '/b/x.db'], volumeMounts: [{ name: 'b', mountPath: '/b' }] }
const cronJob = (
  name: string,
  { pod = {}, status = {}, meta = {}, ...spec }: { pod?: object; status?: object; meta?: object; [f: string]: unknown } = {},
) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace: 'kube-system', ...meta },
  spec: { schedule: '0 2 * * *', jobTemplate: { spec: { template: { spec: { containers: [save], ...pod } } } }, ...spec },
  status,
})
const script = { containers: [{ name: 'c', image: 'alpine:3', command: ['/run.sh'] }] }
const system = namespace('kube-system')

describe('etcd-job', () => {
  test.each([
    ['none in a cluster that was seen', [system], ['cluster: fail none']],
    ['none, kube-system not seen', [namespace('shop')], ['cluster: unknown notSeen']],
    ['a spare that is suspended beside a running one', [cronJob('a'), cronJob('b', { suspend: true })], ['a: pass scheduled']],
    ['only suspended ones', [cronJob('a', { suspend: true }), cronJob('b', { suspend: true })], ['a: fail suspended', 'b: fail suspended']],
    ['a script that cannot be read', [system, cronJob('etcd-backup', { pod: script })], ['etcd-backup: unknown likely']],
    ['a job of something else', [system, cronJob('db-backup', { pod: script })], ['cluster: fail none']],
    ['an operator', [system, workload('op', { containers: [{ name: 'c', image: 'x/etcd-backup-operator:1' }] })], ['op: manual operator']],
    [
      'Velero is no backup of etcd',
      [system, workload('velero', { containers: [{ name: 'c', image: 'velero/velero:v1' }] })],
      ['cluster: fail none'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(job, objects)).toEqual(expected)
  })

  test('control planes of others', () => {
    for (const provider of ['eks', 'gke', 'aks'] as const)
      expect(verdicts(job, [system], provider)).toEqual(['cluster: not-applicable managed'])
    expect(verdicts(job, [system], 'k3s')).toEqual(['cluster: manual ownSnapshots'])
    expect(verdicts(job, [system, cronJob('a')], 'rke2')).toEqual(['a: pass scheduled'])
  })
})

describe('etcd-job-success', () => {
  // The tests' now is 2026-06-15T12:00Z.
  const at = (lastSuccessfulTime: string, spec = {}) => [cronJob('a', { status: { lastSuccessfulTime }, ...spec })]
  test.each([
    ['two days, daily', at('2026-06-13T12:00:00Z'), ['a: pass fresh']],
    ['a bit more than two days, daily', at('2026-06-13T11:00:00Z'), ['a: fail late']],
    ['hourly still has its 26 hours', at('2026-06-14T10:00:00Z', { schedule: '@hourly' }), ['a: pass fresh']],
    ['hourly, 27 hours', at('2026-06-14T09:00:00Z', { schedule: '@hourly' }), ['a: fail late']],
    ['weekly, 13 days', at('2026-06-02T12:00:00Z', { schedule: '@weekly' }), ['a: pass fresh']],
    ['weekly, 15 days', at('2026-05-31T12:00:00Z', { schedule: '@weekly' }), ['a: fail late']],
    ['an unreadable schedule has 26 hours', at('2026-06-14T09:00:00Z', { schedule: 'now and then' }), ['a: fail late']],
    ['a clock ahead of ours', at('2026-06-15T13:00:00Z'), ['a: pass fresh']],
    ['an unreadable time', at('yesterday'), ['a: unknown unreadable']],
    ['never, and new', [cronJob('a', { meta: { creationTimestamp: '2026-06-15T11:00:00Z' } })], ['a: unknown notYet']],
    ['never, and old', [cronJob('a', { meta: { creationTimestamp: '2026-06-01T11:00:00Z' } })], ['a: fail never']],
    ['suspended', at('2020-01-01T00:00:00Z', { suspend: true }), ['a: not-applicable suspended']],
    ['none', [], ['cluster: not-applicable noJob']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(success, objects)).toEqual(expected)
  })
})

describe('off-host-copy', () => {
  const to = (volume: object, more: object[] = []) =>
    cronJob('a', { pod: { containers: [save, ...more], volumes: [{ name: 'b', ...volume }] } })
  const claim = (storageClassName: string, ns = 'kube-system') => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'etcd', namespace: ns },
    spec: { storageClassName },
  })
  const pvc = { persistentVolumeClaim: { claimName: 'etcd' } }
  test.each([
    ['a claim', [to(pvc), claim('ceph-block')], ['a: pass volume']],
    ['a claim on the node', [to(pvc), claim('local-path')], ['a: fail localClaim']],
    ['a claim of that name elsewhere', [to(pvc), claim('local-path', 'shop')], ['a: pass volume']],
    ['NFS', [to({ nfs: { server: 'nas', path: '/x' } })], ['a: pass volume']],
    ['lost with the pod', [to({ emptyDir: {} })], ['a: fail pod']],
    ['a container nobody knows', [to({ emptyDir: {} }, [{ name: 'x', image: 'example/tool:1' }])], ['a: unknown unclear']],
    [
      'upload from a folder of the node',
      [to({ hostPath: { path: '/b' } }, [{ name: 'x', command: ['sh', '-c', 'rclone copy /b s:'] }])],
      ['a: pass upload'],
    ],
    ['no job', [], ['cluster: not-applicable noJob']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(offHost, objects)).toEqual(expected)
  })
})

describe('restore-drill', () => {
  const restore = { containers: [{ name: 'r', command: ['etcdutl', 'snapshot', 'restore', '/b/x.db'] }] }
  const done = (completionTime: string, more: object = { succeeded: 1 }) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'drill', namespace: 'kube-system' },
    spec: { template: { spec: restore } },
    status: { completionTime, ...more },
  })
  const later = (more: object) => ({ ...done('2026-06-14T12:00:00Z', more), metadata: { name: 'later', namespace: 'kube-system' } })
  const COUNTED = { ok: true, keys: 380, liveKeys: 390, revision: 10, liveRevision: 12, secret: 'etcd-backup/drill-marker' }
  const said = (verdict: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'drill-x',
      namespace: 'kube-system',
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'drill', uid: '1' }],
    },
    spec: restore,
    status: {
      containerStatuses: [{ name: 'look', state: { terminated: { message: JSON.stringify({ snapshot: '/backup/x.db', ...verdict }) } } }],
    },
  })
  test.each([
    ['90 days ago', [done('2026-03-17T12:00:00Z')], ['drill: pass drilled']],
    ['92 days ago', [done('2026-03-15T12:00:00Z')], ['cluster: manual ask']],
    ['failed, and its pod is gone', [done('2026-06-14T12:00:00Z', { failed: 1 })], ['drill: fail failedBefore']],
    ['failed with a reason', [done('2026-06-14T12:00:00Z', { failed: 1 }), said({ ok: false, reason: 'no keys' })], ['drill: fail failed']],
    ['passed and counted', [done('2026-06-14T12:00:00Z'), said(COUNTED)], ['drill: pass proven']],
    ['a verdict that cannot be read', [done('2026-06-14T12:00:00Z'), said({ ok: true, keys: -1 })], ['drill: pass drilled']],
    ['a failure after a success counts', [done('2026-06-13T12:00:00Z'), later({ failed: 1 })], ['later: fail failedBefore']],
    ['a success after a failure counts', [done('2026-06-13T12:00:00Z', { failed: 1 }), later({ succeeded: 1 })], ['later: pass drilled']],
    ['a CronJob', [cronJob('drill', { pod: restore, status: { lastSuccessfulTime: '2026-06-01T00:00:00Z' } })], ['drill: pass drilled']],
    ['a CronJob that never ran', [cronJob('drill', { pod: restore })], ['cluster: manual ask']],
    ['saving is not restoring', [cronJob('a', { status: { lastSuccessfulTime: '2026-06-14T00:00:00Z' } })], ['cluster: manual ask']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(drill, objects)).toEqual(expected)
  })
})

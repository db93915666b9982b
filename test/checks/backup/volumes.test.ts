import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coversNamespace } from '#checks/backup/velero.ts'
import { check as health } from '#checks/backup/velero-health.ts'
import { check as volumes } from '#checks/backup/volumes-unprotected.ts'
import { namespace, verdicts } from '../encryption/support.ts'

const system = namespace('kube-system')
const schedule = (name: string, template: object, spec: object = {}, status: object = {}) => ({
  apiVersion: 'velero.io/v1',
  kind: 'Schedule',
  metadata: { name, namespace: 'velero' },
  spec: { schedule: '@daily', template, ...spec },
  status,
})
const claim = (ns = 'shop') => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: ns }, spec: {} })
const snapshot = (readyToUse: boolean, ns = 'shop', of = 'data') => ({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshot',
  metadata: { name: 'snap', namespace: ns },
  spec: { source: { persistentVolumeClaimName: of } },
  status: { readyToUse },
})

describe('coversNamespace', () => {
  const covers = (included: string[], excluded: string[], name: string) =>
    coversNamespace({ includedNamespaces: included, excludedNamespaces: excluded }, name)
  test.each([
    [[], [], 'shop', true],
    [['*'], ['shop'], 'shop', false],
    [['shop'], [], 'shop-2', false],
    [['shop-*'], [], 'shop-2', true],
    [['*-prod'], [], 'shop-prod', true],
    [['a*a'], [], 'a', false],
    [['s.op'], [], 'shop', false],
  ])('%j without %j: %s', (included, excluded, name, expected) => {
    expect(covers(included, excluded, name)).toBe(expected)
  })

  test('a name covers itself, exclusion wins, and long patterns end soon', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z-]{1,20}$/), fc.array(fc.stringMatching(/^[a-z*-]{0,10}$/)), (name, patterns) => {
        expect(covers([name], [], name)).toBe(true)
        expect(covers(patterns, [name], name)).toBe(false)
        expect(covers([`*${name}*`], [], `x${name}y`)).toBe(true)
      }),
    )
    expect(covers([`${'a*'.repeat(40)}b`], [], 'a'.repeat(63))).toBe(false)
  })
})

describe('volumes-unprotected', () => {
  test.each([
    ['nothing covers it', [system, claim()], ['data: fail none']],
    ['covered by name', [system, claim(), schedule('n', { includedNamespaces: ['shop'] })], ['data: pass scheduled']],
    ['left out', [system, claim(), schedule('n', { excludedNamespaces: ['shop'] })], ['data: fail none']],
    ['paused', [system, claim(), schedule('n', {}, { paused: true })], ['data: fail none']],
    ['refused by Velero', [system, claim(), schedule('n', {}, {}, { phase: 'FailedValidation' })], ['data: fail none']],
    ['without volumes', [system, claim(), schedule('n', { snapshotVolumes: false })], ['data: fail none']],
    [
      'volumes from the file system',
      [system, claim(), schedule('n', { snapshotVolumes: false, defaultVolumesToFsBackup: true })],
      ['data: pass scheduled'],
    ],
    ['a snapshot', [system, claim(), snapshot(true)], ['data: pass snapshot']],
    ['a snapshot not ready', [system, claim(), snapshot(false)], ['data: fail none']],
    ['a snapshot of another claim', [system, claim(), snapshot(true, 'shop', 'other')], ['data: fail none']],
    ['a snapshot in another namespace', [system, claim(), snapshot(true, 'other')], ['data: fail none']],
    ['the view of one namespace', [namespace('shop'), claim()], ['data: unknown notSeen']],
    ['of the system', [system, claim('kube-system')], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(volumes, objects)).toEqual(expected)
  })
})

describe('velero-health', () => {
  const backup = (name: string, phase: string, completionTimestamp: string, of = 'n') => ({
    apiVersion: 'velero.io/v1',
    kind: 'Backup',
    metadata: { name, namespace: 'velero', labels: { 'velero.io/schedule-name': of } },
    spec: {},
    status: { phase, completionTimestamp },
  })
  const location = (status: object, spec: object = {}) => ({
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace: 'velero' },
    spec: { provider: 'aws', ...spec },
    status,
  })
  const last = (lastBackup?: string, spec: object = {}) => schedule('n', {}, spec, { phase: 'Enabled', lastBackup })
  test.each([
    ['absent', [], ['cluster: not-applicable absent']],
    ['eight days', [last('2026-06-07T12:00:00Z')], ['n: pass running']],
    ['nine days', [last('2026-06-06T12:00:00Z')], ['n: fail late']],
    ['never', [last()], ['n: unknown never']],
    ['paused', [last('2026-06-15T01:00:00Z', { paused: true })], ['n: fail paused']],
    [
      'the newest one failed',
      [
        last('2026-06-15T01:00:00Z'),
        backup('a', 'Completed', '2026-06-13T01:00:00Z'),
        backup('b', 'PartiallyFailed', '2026-06-14T01:00:00Z'),
      ],
      ['n: fail lastFailed'],
    ],
    [
      'an older one failed',
      [last('2026-06-15T01:00:00Z'), backup('a', 'Failed', '2026-06-13T01:00:00Z'), backup('b', 'Completed', '2026-06-14T01:00:00Z')],
      ['n: pass running'],
    ],
    [
      'one of another schedule failed',
      [last('2026-06-15T01:00:00Z'), backup('a', 'Failed', '2026-06-14T01:00:00Z', 'm')],
      ['n: pass running'],
    ],
    ['one is under way', [last('2026-06-15T01:00:00Z'), backup('a', 'InProgress', '')], ['n: pass running']],
    ['read-only', [location({ phase: 'Available' }, { accessMode: 'ReadOnly' })], ['default: fail readOnly']],
    ['not checked yet', [location({})], ['default: unknown unchecked']],
    ['gone', [location({ phase: 'Unavailable' })], ['default: fail unavailable']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(health, objects)).toEqual(expected)
  })
})

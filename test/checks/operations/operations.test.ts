import { describe, expect, test } from 'vitest'
import { check as supported } from '#checks/operations/kubernetes-supported.ts'
import { check as scan } from '#checks/operations/periodic-scan.ts'
import { check as skew } from '#checks/operations/version-skew.ts'
import { endOfLife, minorOfVersion } from '#simulate/versions.ts'
import { namespace, verdicts, workload } from '../encryption/support.ts'

const node = (name: string, kubeletVersion: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { nodeInfo: { kubeletVersion } },
})

describe('kubernetes-supported', () => {
  const on = (version: string, day: string) => verdicts(supported, [node('a', version)], undefined, new Date(`${day}T12:00:00Z`))
  test.each([
    ['v1.34.1', '2026-08-01', 'cluster: pass supported'],
    ['v1.34.1', '2026-10-01', 'cluster: pass soon'],
    ['v1.34.1', '2026-10-26', 'cluster: pass soon'],
    ['v1.34.1', '2026-10-28', 'cluster: fail over'],
    ['v1.29.1-gke.1', '2026-10-28', 'cluster: fail over'],
    ['v1.8.0', '2026-10-28', 'cluster: fail over'],
    ['v1.38.0', '2026-10-28', 'cluster: pass about'],
    ['v1.38.0', '2032-10-28', 'cluster: unknown unknown'],
  ])('%s on %s', (version, day, verdict) => {
    expect(on(version, day)).toEqual([verdict])
  })

  test('what says no version is not judged', () => {
    expect(verdicts(supported, [node('a', 'unknown')])).toEqual([])
    expect(minorOfVersion('2.1')).toBeUndefined()
  })

  test('later versions end later', () => {
    const ends = Array.from({ length: 40 }, (_, i) => endOfLife(i + 16).end)
    expect(ends).toEqual(ends.toSorted())
    expect(new Set(ends).size).toBe(ends.length)
  })
})

describe('version-skew', () => {
  test.each([
    ['three behind is supported', ['v1.36.3', 'v1.33.1'], ['a0: pass same', 'a1: pass behind']],
    ['four behind is not', ['v1.36.3', 'v1.32.1'], ['a0: pass same', 'a1: fail far']],
    ['what says no version is left out', ['v1.36.3', 'x'], ['a0: pass same']],
  ])('%s', (_, versions, expected) => {
    expect(
      verdicts(
        skew,
        versions.map((v, i) => node(`a${i}`, v)),
      ),
    ).toEqual(expected)
  })
})

describe('periodic-scan', () => {
  const image = (name: string) => ({ containers: [{ name: 'c', image: name }] })
  test.each([
    ['nothing', [namespace('kube-system')], ['cluster: fail none']],
    ['a folder is no cluster', [], []],
    ['by its path', [namespace('kube-system'), workload('x', image('ghcr.io/aquasecurity/trivy-operator:0.30'))], ['x: pass found']],
    [
      'a name that only ends like it',
      [namespace('kube-system'), workload('x', image('docker.io/me/not-popeye:1'))],
      ['cluster: fail none'],
    ],
    [
      'by digest, from a port',
      [namespace('kube-system'), workload('x', image(`reg:5000/popeye@sha256:${'a'.repeat(64)}`))],
      ['x: pass found'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(scan, objects)).toEqual(expected)
  })
})

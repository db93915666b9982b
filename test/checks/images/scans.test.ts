import { describe, expect, test } from 'vitest'
import { check as root } from '#checks/images/runs-as-root.ts'
import { check as age } from '#checks/images/scan-age.ts'
import { check as scanner } from '#checks/images/scanner.ts'
import { check as vulnerabilities } from '#checks/images/vulnerabilities.ts'
import { verdicts, workload } from '../encryption/support.ts'

const SHA = `sha256:${'a'.repeat(64)}`
const web = (image: string, pod: object = {}, container: object = {}) =>
  workload('web', { containers: [{ name: 'c', image, ...container }], ...pod })
const none = { all: 0, fixed: 0 }
const scan = (names: readonly string[], more: object = {}) => ({
  apiVersion: 'probe.kubeharden/v1',
  kind: 'ImageScan',
  metadata: { name: 'scan.json' },
  scanner: 'Trivy',
  takenAt: '2026-06-14T12:00:00Z',
  names,
  scanned: { critical: none, high: none, worst: [] },
  ...more,
})
const found = (critical: object = none, high: object = none) => ({ scanned: { critical, high, worst: ['CVE-1'] } })
const report = (artifact: object, vulnerabilities: readonly object[], server = 'index.docker.io') => ({
  apiVersion: 'aquasecurity.github.io/v1alpha1',
  kind: 'VulnerabilityReport',
  metadata: { name: 'r', namespace: 'shop' },
  report: { updateTimestamp: '2026-06-14T12:00:00Z', registry: { server }, artifact, vulnerabilities },
})
const node = (...names: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  status: { images: [{ names, sizeBytes: 1 }] },
})
const fixable = { vulnerabilityID: 'CVE-1', severity: 'HIGH', fixedVersion: '2' }

describe('vulnerabilities', () => {
  test.each([
    ['no scan at all', [web('nginx:1')], ['cluster: unknown noScans']],
    ['nothing runs', [], []],
    ['clean', [web('nginx:1'), scan(['nginx:1'])], ['web: pass clean']],
    ['critical with a fix', [web('nginx:1'), scan(['nginx:1'], found({ all: 2, fixed: 1 }))], ['web: fail fixable']],
    ['high with a fix', [web('nginx:1'), scan(['nginx:1'], found(none, { all: 1, fixed: 1 }))], ['web: fail fixable']],
    ['without a fix', [web('nginx:1'), scan(['nginx:1'], found({ all: 2, fixed: 0 }))], ['web: pass unfixed']],
    ['another version', [web('nginx:2'), scan(['nginx:1'])], ['web: unknown unscanned']],
    ['written in full', [web('nginx:1'), scan(['docker.io/library/nginx:1'])], ['web: pass clean']],
    ['a report of the operator', [web('nginx:1'), report({ repository: 'library/nginx', tag: '1' }, [fixable])], ['web: fail fixable']],
    ['of another registry', [web('nginx:1'), report({ repository: 'library/nginx', tag: '1' }, [], 'ghcr.io')], ['web: unknown unscanned']],
    ['by digest', [web(`nginx@${SHA}`), report({ repository: 'library/nginx', digest: SHA }, [fixable])], ['web: fail fixable']],
    ['by digest, mirrored elsewhere', [web(`mirror.example.com/n:1@${SHA}`), scan([`nginx@${SHA}`])], ['web: pass clean']],
    ['by tag, scanned by digest', [web('nginx:1'), scan([`nginx@${SHA}`])], ['web: unknown unscanned']],
    [
      'by tag, scanned by digest, and a node knows both',
      [web('nginx:1'), scan([`nginx@${SHA}`]), node('docker.io/library/nginx:1', `docker.io/library/nginx@${SHA}`)],
      ['web: pass clean'],
    ],
    [
      'the newest scan counts',
      [web('nginx:1'), scan(['nginx:1'], { ...found({ all: 1, fixed: 1 }), takenAt: '2026-06-01T00:00:00Z' }), scan(['nginx:1'])],
      ['web: pass clean'],
    ],
    [
      'one of two is not scanned',
      [
        workload('web', {
          containers: [
            { name: 'a', image: 'a:1' },
            { name: 'b', image: 'b:1' },
          ],
        }),
        scan(['a:1']),
      ],
      ['web: unknown unscanned'],
    ],
    [
      'a known hole is said before a missing scan',
      [
        workload('web', {
          containers: [
            { name: 'a', image: 'a:1' },
            { name: 'b', image: 'b:1' },
          ],
        }),
        scan(['a:1'], found({ all: 1, fixed: 1 })),
      ],
      ['web: fail fixable'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(vulnerabilities, objects)).toEqual(expected)
  })

  test('one that is in several packages counts once', () => {
    const two = [fixable, { ...fixable, fixedVersion: '' }, { vulnerabilityID: 'CVE-2', severity: 'CRITICAL', fixedVersion: '' }]
    expect(verdicts(vulnerabilities, [web('nginx:1'), report({ repository: 'library/nginx', tag: '1' }, two)])).toEqual([
      'web: fail fixable',
    ])
  })
})

describe('age', () => {
  test.each([
    ['2026-06-08T11:00:00Z', 'pass fresh'],
    ['2026-06-07T11:00:00Z', 'fail old'],
    ['2026-06-20T00:00:00Z', 'pass fresh'],
    ['yesterday', 'unknown undated'],
    [undefined, 'unknown undated'],
  ])('%s: %s', (takenAt, expected) => {
    expect(verdicts(age, [web('nginx:1'), scan(['nginx:1'], { takenAt })])).toEqual([`web: ${expected}`])
  })
  test('what was not scanned has no age', () => {
    expect(verdicts(age, [web('nginx:1'), scan(['nginx:2'])])).toEqual([])
  })
})

describe('root', () => {
  test.each([
    ['nothing is said', web('nginx:1'), [], 'manual look'],
    ['of the pod', web('nginx:1', { securityContext: { runAsNonRoot: true } }), [], 'pass other'],
    [
      'taken back by the container',
      web('nginx:1', { securityContext: { runAsNonRoot: true } }, { securityContext: { runAsNonRoot: false } }),
      [],
      'manual look',
    ],
    ['a user', web('nginx:1', { securityContext: { runAsUser: 1000 } }), [], 'pass other'],
    ['root', web('nginx:1', { securityContext: { runAsUser: 0 } }), [], 'fail root'],
    ['the image: root', web('nginx:1'), [scan(['nginx:1'], { user: '' })], 'fail image'],
    ['the image: 0:0', web('nginx:1'), [scan(['nginx:1'], { user: '0:0' })], 'fail image'],
    ['the image: rooty', web('nginx:1'), [scan(['nginx:1'], { user: 'rooty' })], 'pass other'],
    ['the image: 65532', web('nginx:1'), [scan(['nginx:1'], { user: '65532' })], 'pass other'],
    ['the image is not known', web('nginx:1'), [scan(['nginx:1'])], 'manual look'],
    ['the workload says otherwise', web('nginx:1', { securityContext: { runAsUser: 5 } }), [scan(['nginx:1'], { user: '' })], 'pass other'],
  ])('%s', (_, object, more, expected) => {
    expect(verdicts(root, [object, ...more])).toEqual([`web: ${expected}`])
  })
  test('Windows has no root', () => {
    expect(verdicts(root, [web('nginx:1', { os: { name: 'windows' } })])).toEqual([])
  })
})

test.each([
  ['ghcr.io/aquasecurity/trivy-operator:0.29.0', 'web: pass found'],
  ['quay.io/kubescape/kubevuln:v0.3', 'web: pass found'],
  ['goharbor/trivy-adapter-photon:v2.13', 'web: pass found'],
  ['quay.io/projectquay/clair:4.8', 'web: pass found'],
  ['example.com/eclair:1', 'cluster: manual decide'],
  ['example.com/not-trivy-operator:1', 'cluster: manual decide'],
])('%s: %s', (image, expected) => {
  expect(verdicts(scanner, [web(image)])).toEqual([expected])
})

test('reports prove a scanner, wherever it runs', () => {
  expect(verdicts(scanner, [web('nginx:1'), report({ repository: 'library/nginx', tag: '1' }, [])])).toEqual(['r: pass reports'])
})

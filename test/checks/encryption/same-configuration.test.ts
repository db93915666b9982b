import { expect, test } from 'vitest'
import { check } from '#checks/encryption/same-configuration.ts'
import { verdicts } from './support.ts'

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)]
const server = (node: string, ...flags: string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: node, namespace: 'kube-system', annotations: { 'kubernetes.io/config.mirror': '1' } },
  spec: { nodeName: node, containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', ...flags] }] },
})
const encrypted = (node: string) => server(node, '--encryption-provider-config=/etc/kubernetes/enc/config.yaml')
const evidence = (name: string, sum?: string, takenAt = '2026-06-14T00:00:00Z') => ({
  apiVersion: 'probe.kubeharden/v1',
  kind: 'NodeEvidence',
  schemaVersion: 1,
  metadata: { name },
  hostname: name,
  takenAt,
  asRoot: true,
  kubelet: true,
  files: [],
  unreadable: [],
  sha256: sum === undefined ? {} : { 'encryption-config': sum },
})

test.each([
  ['no API server is seen', [], ['cluster: unknown unseen']],
  ['one alone cannot differ', [encrypted('n1'), evidence('n1', A)], ['cluster: not-applicable single']],
  ['one with and one without: encryption/at-rest tells', [encrypted('n1'), server('n2')], ['cluster: not-applicable single']],
  ['the same', [encrypted('n1'), encrypted('n2'), evidence('n1', A), evidence('n2', A)], ['n1: pass same', 'n2: pass same']],
  ['another', [encrypted('n1'), encrypted('n2'), evidence('n1', A), evidence('n2', B)], ['n1: fail differs', 'n2: fail differs']],
  ['no evidence', [encrypted('n1'), encrypted('n2'), evidence('n1', A)], ['n2: unknown missing']],
  [
    'evidence of somebody who could not read it',
    [encrypted('n1'), encrypted('n2'), evidence('n1', A), evidence('n2')],
    ['n2: unknown missing'],
  ],
  [
    'evidence that is too old',
    [encrypted('n1'), encrypted('n2'), evidence('n1', A), evidence('n2', A, '2026-05-01T00:00:00Z')],
    ['n2: unknown missing'],
  ],
  [
    'two that differ are enough, whatever the third is',
    [encrypted('n1'), encrypted('n2'), encrypted('n3'), evidence('n1', A), evidence('n2', B)],
    ['n1: fail differs', 'n2: fail differs', 'n3: unknown missing'],
  ],
  [
    'evidence of other nodes counts for nothing',
    [encrypted('n1'), encrypted('n2'), evidence('m1', A), evidence('m2', B)],
    ['n1: unknown missing', 'n2: unknown missing'],
  ],
])('%s', (_, objects, expected) => {
  expect(verdicts(check, objects)).toEqual(expected)
})

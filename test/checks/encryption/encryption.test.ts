import { describe, expect, test } from 'vitest'
import { check as atRest } from '#checks/encryption/at-rest.ts'
import { providerOf } from '#checks/encryption/observed.ts'
import { check as plaintextLeft } from '#checks/encryption/plaintext-left.ts'
import { check as providerConfig } from '#checks/encryption/provider-config.ts'
import { check as strength } from '#checks/encryption/provider-strength.ts'
import { seen, verdicts } from './support.ts'

type Row = readonly [prefix: string, count?: number, more?: object]
const probe = (name: string, ...rows: Row[]) => ({
  apiVersion: 'probe.kubeharden/v1',
  kind: 'EncryptionProbe',
  metadata: { name },
  transformations: rows.map(([prefix, count = 5, more]) => ({
    resource: 'secrets',
    direction: 'to_storage',
    prefix,
    status: 'OK',
    count,
    ...more,
  })),
})
const apiServer = (name: string, ...flags: string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'kube-system', annotations: { 'kubernetes.io/config.mirror': '1' } },
  spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', ...flags] }] },
})
const FLAG = '--encryption-provider-config=/etc/kubernetes/enc/config.yaml'
const SECRETBOX = 'k8s:enc:secretbox:v1:'
const read = { direction: 'from_storage' }

test('providerOf names providers, not the keys inside them', () => {
  expect(['', SECRETBOX, 'k8s:enc:kms:v2:vault:', 'k8s:enc:kms:v1:vault:', 'k8s:enc:rot13:v1:', 'key1:'].map(providerOf)).toEqual([
    'identity',
    'secretbox',
    'kms-v2',
    'kms-v1',
    'other',
    undefined,
  ])
})

describe('at-rest', () => {
  test.each([
    ['several API servers are told apart', [probe('a', [SECRETBOX]), probe('b', [''])], ['a: pass encrypted', 'b: fail plain']],
    ['inner rows that name a key are no provider', [probe('a', [SECRETBOX], ['key1:'])], ['a: pass encrypted']],
    ['both since the start: which came last is unknown', [probe('a', [SECRETBOX], [''])], ['a: unknown changed']],
    ['a write that failed is no write', [probe('a', [SECRETBOX, 5, { status: 'Internal' }])], ['a: unknown unproven']],
    ['a count of zero is no write', [probe('a', [SECRETBOX, 0])], ['a: unknown unproven']],
    ['other resources say nothing of Secrets', [probe('a', [SECRETBOX, 9, { resource: 'configmaps' }])], ['a: unknown unproven']],
    ['reads prove no writes', [probe('a', [SECRETBOX, 9, read])], ['a: unknown unproven']],
    ['rows without a resource count', [probe('a', [SECRETBOX, 9, { resource: undefined }])], ['a: pass encrypted']],
    ['no flag, no rows', [probe('a'), apiServer('s')], ['s: fail noFlag']],
    ['flag, no rows', [probe('a'), apiServer('s', FLAG)], ['a: unknown unproven']],
    [
      'one of two without the flag',
      [probe('a', [SECRETBOX]), apiServer('s', FLAG), apiServer('t')],
      ['a: pass encrypted', 't: fail noFlag'],
    ],
    ['an empty flag is none', [apiServer('s', '--encryption-provider-config=')], ['s: fail noFlag']],
    ['flag only', [apiServer('s', FLAG)], ['s: unknown unproven']],
    ['nothing', [], ['cluster: unknown unseen']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(atRest, objects)).toEqual(expected)
  })

  test.each(['eks', 'gke', 'aks'] as const)('%s is unknown with its own guidance, unless metrics show it', (distribution) => {
    expect(verdicts(atRest, [], distribution)).toEqual([`cluster: unknown ${distribution}`])
    expect(verdicts(atRest, [probe('a')], distribution)).toEqual([`a: unknown ${distribution}`])
    expect(verdicts(atRest, [probe('a', [SECRETBOX])], distribution)).toEqual(['a: pass encrypted'])
  })
})

test('at-rest: an API server of 1.36 on that announces no configuration has none; an older one proves nothing', () => {
  const at = (version: string | undefined, object: object) => {
    const read = { encryption: seen(JSON.stringify(object)).encryption, pods: [] } as unknown as Parameters<typeof atRest.evaluate>[0]
    const cluster = { name: 'test', distribution: 'unknown', ...(version === undefined ? {} : { version }) } as const
    return [...atRest.evaluate(read, { now: new Date(), cluster, complete: true })].map((f) => `${f.status} ${f.message}`)
  }
  expect(at('v1.36.3', probe('a'))).toEqual(['fail noConfiguration'])
  expect(at('v1.37.0-eks-1', { ...probe('a'), configHash: 'sha256:1' })).toEqual(['unknown unproven'])
  expect(at('v1.36.3', probe('a', ['', 3, { resource: 'configmaps' }]))).toEqual(['unknown unproven'])
  expect(at('v1.35.1', probe('a'))).toEqual(['unknown unproven'])
  expect(at(undefined, probe('a'))).toEqual(['unknown unproven'])
})

describe('provider-config', () => {
  test.each([
    ['each API server', [apiServer('a', FLAG), apiServer('b')], ['a: pass set', 'b: fail missing']],
    ['value as a word of its own', [apiServer('a', '--encryption-provider-config', '/x.yaml')], ['a: pass set']],
    ['a flag that only begins like it', [apiServer('a', '--encryption-provider-config-automatic-reload=true')], ['a: fail missing']],
    ['not in kube-system', [{ ...apiServer('a'), metadata: { name: 'a', namespace: 'shop' } }], ['cluster: unknown unseen']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(providerConfig, objects)).toEqual(expected)
  })
  test('managed', () => expect(verdicts(providerConfig, [], 'gke')).toEqual(['cluster: unknown gke']))
})

describe('provider-strength', () => {
  test.each([
    ['secretbox', [[SECRETBOX]], ['a: pass strong']],
    ['KMS v2', [['k8s:enc:kms:v2:vault:']], ['a: pass strong']],
    ['KMS v1', [['k8s:enc:kms:v1:vault:']], ['a: fail kmsV1']],
    ['identity first', [['']], ['a: fail identity']],
    ['aesgcm, few writes', [['k8s:enc:aesgcm:v1:', 200_000]], ['a: manual aesgcm']],
    ['aesgcm, too many writes', [['k8s:enc:aesgcm:v1:', 200_001]], ['a: fail aesgcmWorn']],
    ['an unknown one', [['k8s:enc:rot13:v1:']], ['a: unknown other']],
    ['nothing written', [], ['a: unknown none']],
    ['changed by reload', [['k8s:enc:aescbc:v1:'], [SECRETBOX]], ['a: fail aescbc', 'a: pass strong']],
  ] as [string, Row[], string[]][])('%s', (_, rows, expected) => {
    expect(verdicts(strength, [probe('a', ...rows)])).toEqual(expected)
  })
})

describe('plaintext-left', () => {
  test.each([
    [
      'plain reads beside encrypted ones',
      [
        [SECRETBOX, 9, read],
        ['', 1, read],
      ],
      ['a: manual read'],
    ],
    [
      'plain reads, encrypting only now',
      [
        [SECRETBOX, 1],
        ['', 1, read],
      ],
      ['a: manual read'],
    ],
    ['encrypted reads only', [[SECRETBOX, 9, read]], ['a: pass clean']],
    ['no reads yet', [[SECRETBOX, 1]], ['a: unknown nothingRead']],
    [
      'no encryption',
      [
        ['', 5],
        ['', 5, read],
      ],
      ['a: not-applicable off'],
    ],
  ] as [string, Row[], string[]][])('%s', (_, rows, expected) => {
    expect(verdicts(plaintextLeft, [probe('a', ...rows)])).toEqual(expected)
  })
})

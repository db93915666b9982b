import { describe, expect, test } from 'vitest'
import { check as configMaps } from '#checks/encryption/configmap-credentials.ts'
import { check as env } from '#checks/encryption/env-credentials.ts'
import { check as store } from '#checks/encryption/external-store.ts'
import { check as inEnv } from '#checks/encryption/secrets-in-env.ts'
import { check as stale } from '#checks/encryption/stale-secrets.ts'
import { run, verdicts, workload } from './support.ts'

const withEnv = (...env: object[]) => ({ containers: [{ name: 'app', env }] })
const cronJob = (pod: object) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'night', namespace: 'shop' },
  spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: pod } } } },
})
const pod = (name: string, spec: object, ownerReferences: object[] = [], labels = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ownerReferences, labels },
  spec,
})

describe('env-credentials', () => {
  const bad = withEnv({ name: 'API_TOKEN', value: 'abcdef123' })
  test.each([
    ['a CronJob', [cronJob(bad)], ['night: fail found']],
    [
      'an init container',
      [workload('web', { initContainers: [{ name: 'i', env: [{ name: 'PASSWORD', value: 'x' }] }] })],
      ['web: fail found'],
    ],
    ['a credential inside a URL', [workload('web', withEnv({ name: 'DB', value: 'postgres://u:p@db/x' }))], ['web: fail found']],
    [
      'empty, and taken from elsewhere',
      [workload('web', withEnv({ name: 'PASSWORD', value: '' }, { name: 'TOKEN', value: '$(OTHER)' }))],
      ['web: pass clean'],
    ],
    [
      'from a Secret',
      [workload('web', withEnv({ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }))],
      ['web: pass clean'],
    ],
    ['a bare pod', [pod('one', bad)], ['one: fail found']],
    [
      'a Deployment and its pod are one',
      [
        workload('web', bad),
        pod('web-5-x', bad, [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5', controller: true }], { 'pod-template-hash': '5' }),
      ],
      ['web: fail found'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(env, objects)).toEqual(expected)
  })

  test('says where, never what', () => {
    const [finding] = run(env, JSON.stringify(workload('web', bad)))
    expect(finding?.path).toBe('spec.template.spec.containers[0].env[0]')
    expect(finding?.saw).toBe('app/API_TOKEN')
    expect(JSON.stringify(finding)).not.toContain('abcdef123')
  })
})

describe('configmap-credentials', () => {
  const map = (data: object) => [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'shop' }, data }]
  test.each([
    ['inside a file', map({ 'app.properties': 'host=db\npassword=hunter2\n' }), ['m: fail found']],
    ['a private key', map({ 'tls.pem': '-----BEGIN RSA PRIVATE KEY-----' }), ['m: fail found']],
    ['a switch that only sounds like it', map({ TOKEN_ENABLED: 'yes', PASSWORD_MIN_LENGTH: '12' }), ['m: pass clean']],
    ['nothing in it', map({}), ['m: pass clean']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(configMaps, objects)).toEqual(expected)
  })
})

describe('secrets-in-env', () => {
  const secret = { name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'p' } } }
  test.each([
    ['envFrom', [workload('web', { containers: [{ name: 'app', envFrom: [{ secretRef: { name: 'all' } }] }] })], ['web: fail env']],
    [
      'a ConfigMap is no Secret',
      [workload('web', { containers: [{ name: 'app', envFrom: [{ configMapRef: { name: 'c' } }] }] })],
      ['web: pass clean'],
    ],
    ['a DaemonSet', [workload('agent', withEnv(secret), {}, 'DaemonSet')], ['agent: fail env']],
    [
      'a field of the pod',
      [workload('web', withEnv({ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }))],
      ['web: pass clean'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(inEnv, objects)).toEqual(expected)
  })
  test('each Secret is named once', () => {
    const [finding] = run(inEnv, JSON.stringify(workload('web', withEnv(secret, { ...secret, name: 'Q' }))))
    expect(finding?.saw).toBe('db')
  })
})

describe('external-store', () => {
  const image = (image: string, kind?: string) => [workload('x', { containers: [{ name: 'c', image }] }, {}, kind)]
  test.each([
    ['CSI driver', image('registry.k8s.io/csi-secrets-store/driver:v1.5.4', 'DaemonSet'), ['x: pass found']],
    ['Vault', image('docker.io/hashicorp/vault-k8s:1.7.0'), ['x: pass found']],
    ['by digest', image('ghcr.io/external-secrets/external-secrets@sha256:00'), ['x: pass found']],
    ['a name that only begins like it', image('example/external-secrets-docs:1'), ['cluster: manual decide']],
    ['nothing', [], ['cluster: manual decide']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(store, objects)).toEqual(expected)
  })
})

describe('stale-secrets', () => {
  const secret = (ageDays: number | undefined, type = 'Opaque') => [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' }, type, keys: 1, ageDays },
  ]
  test.each([
    ['just a year', secret(365), ['s: pass fresh']],
    ['a year and a day', secret(366), ['s: fail old']],
    ['TLS', secret(900, 'kubernetes.io/tls'), ['s: fail old']],
    ['a token is another check’s', secret(900, 'kubernetes.io/service-account-token'), []],
    ['a Helm release', secret(900, 'helm.sh/release.v1'), []],
    ['no age', secret(undefined), ['s: unknown ageUnknown']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(stale, objects)).toEqual(expected)
  })
})

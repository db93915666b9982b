import { describe, expect, it } from 'vitest'
import { hasCredential, maskFields, maskObject } from '#change/credentials.ts'
import { fieldChanges } from '#change/diff.ts'
import type { Json, KubeObject } from '#model/refs.ts'

const pod = (env: Json, extra: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'x', namespace: 'n' },
  spec: { containers: [{ name: 'a', env, ...extra } as Json] },
})
const text = (value: unknown): string => JSON.stringify(value)
const VALUE = 'hunter2hunter2'

describe('what is shown', () => {
  it('has no env values of others, but those that change', () => {
    const before = pod([
      { name: 'MODE', value: 'slow' },
      { name: 'OTHER', value: 'quiet' },
    ])
    const after = pod([
      { name: 'MODE', value: 'fast' },
      { name: 'OTHER', value: 'quiet' },
    ])
    const { fields, hidden } = maskFields('Pod', fieldChanges(before, after))
    expect(hidden).toBe(false)
    expect(text(maskObject(before, { everyEnv: true, shown: fields, side: 'before' }))).toContain('slow')
    const shown = text(maskObject(after, { everyEnv: true, shown: fields, side: 'after' }))
    expect(shown).toContain('fast')
    expect(shown).not.toContain('quiet')
  })

  it.each<[string, KubeObject]>([
    ['env', pod([{ name: 'DB_PASSWORD', value: VALUE }])],
    ['a URL with a password', pod([{ name: 'DSN', value: `postgres://u:${VALUE}@db/x` }])],
    ['an argument', pod([], { args: ['--password', VALUE] })],
    ['an argument in one', pod([], { command: ['sh', '-c', `mysql --password=${VALUE}`] })],
    ['a ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { 'app.yaml': `db:\n  password: ${VALUE}\n` } }],
    ['a Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { anything: VALUE } }],
    ['an annotation', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', annotations: { 'example.com/api-token': VALUE } } }],
  ])('hides the credential in %s', (_, object) => {
    expect(hasCredential(object)).toBe(true)
    expect(text(maskObject(object, { everyEnv: false }))).not.toContain(VALUE)
    const { fields, hidden } = maskFields(object.kind, fieldChanges({ ...object, spec: {}, data: {}, stringData: {} }, object))
    expect(text(fields)).not.toContain(object.metadata.annotations === undefined ? VALUE : 'nothing')
    expect(hidden || object.metadata.annotations !== undefined).toBe(true)
  })

  it('finds it under a path', () => {
    const [a, b] = [pod([{ name: 'API_TOKEN', value: VALUE }]), pod([{ name: 'API_TOKEN', value: `${VALUE}3` }])]
    expect(maskFields('Pod', fieldChanges(a, b))).toMatchObject({ hidden: true, fields: [{ before: '[redacted]', after: '[redacted]' }] })
    expect(maskFields('Pod', fieldChanges(pod([]), b))).toMatchObject({ hidden: true })
  })

  it('finds it in the last applied configuration', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': text(pod([{ name: 'DB_PASSWORD', value: VALUE }])) }
    expect(hasCredential({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', annotations } })).toBe(true)
  })

  it.each<[string, KubeObject]>([
    [
      'a Role for secrets',
      { apiVersion: 'v1', kind: 'Role', metadata: { name: 'token-reader' }, rules: [{ resources: ['secrets'], verbs: ['get'] }] },
    ],
    ['a secretKeyRef', pod([{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }])],
    ['a long script', pod([], { args: ['-c', `set -e\n${'echo etcdctl --key=/etc/kubernetes/pki/etcd.key\n'.repeat(40)}`] })],
    ['a switch', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { automountServiceAccountToken: false } }],
  ])('leaves %s readable', (_, object) => {
    expect(hasCredential(object)).toBe(false)
    expect(maskObject(object, { everyEnv: false })).toEqual(object)
  })
})

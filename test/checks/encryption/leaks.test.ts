import { describe, expect, test } from 'vitest'
import { check as annotations } from '#checks/encryption/annotation-credentials.ts'
import { check as args } from '#checks/encryption/args-credentials.ts'
import { check as env } from '#checks/encryption/env-credentials.ts'
import { run, verdicts, workload } from './support.ts'

const KEY = 'kubectl.kubernetes.io/last-applied-configuration'
const app = (more: object) => ({ containers: [{ name: 'app', image: 'a:1', ...more }] })
const pod = (name: string, containers: readonly object[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    labels: { 'pod-template-hash': '1' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', controller: true }],
  },
  spec: { containers },
})

describe('command lines', () => {
  test.each([
    [['--password', 'hunter2'], 'fail found'],
    [['--password', '$(PASSWORD)'], 'pass clean'],
    [['--config', '/etc/app.yaml'], 'pass clean'],
    [['-c', `echo ${'a long script '.repeat(60)}`], 'pass clean'],
    [['-c', `echo ${'a long script '.repeat(60)}\nexport DB_PASSWORD=hunter2\n`], 'fail found'],
  ])('%j', (words, expected) => {
    expect(verdicts(args, [workload('web', app({ args: words }))])).toEqual([`web: ${expected}`])
  })
  test('says where, never what', () => {
    const [finding] = run(args, JSON.stringify(workload('web', app({ command: ['x', '--password=hunter2'] }))))
    expect(finding).toMatchObject({ path: 'spec.template.spec.containers[0].command[1]', saw: 'app (command[1])' })
    expect(JSON.stringify(finding)).not.toContain('hunter2')
  })
  test('of an injected sidecar too, at its owner', () => {
    const sidecar = { name: 'proxy', image: 'p:1', args: ['--password=hunter2'], env: [{ name: 'PROXY_PASSWORD', value: 'hunter2' }] }
    const objects = [
      workload('web', app({})),
      pod('a', [{ name: 'app', image: 'a:1' }, sidecar]),
      pod('b', [{ name: 'app', image: 'a:1' }, sidecar]),
    ]
    expect(verdicts(args, objects)).toEqual(['web: fail found'])
    expect(verdicts(env, objects)).toEqual(['web: fail found'])
  })
})

describe('annotations', () => {
  const service = (notes: object) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'shop', annotations: notes },
    spec: {},
  })
  const map = (data: object, applied: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'm', namespace: 'shop', annotations: { [KEY]: JSON.stringify({ data: applied }) } },
    data,
  })
  test.each([
    ['none', service({}), ['s: pass clean']],
    ['a plain one', service({ 'example.com/api-key': 'q7ZtXw2LmB9cKe4R' }), ['s: fail found']],
    ['a checksum', service({ 'checksum/secret': 'a'.repeat(32) + '0123456789abcdef'.repeat(2) }), ['s: pass clean']],
    ['the name of a Secret', service({ 'example.com/auth-secret': 'web-auth' }), ['s: pass clean']],
    [
      'the name of a Secret, by an ingress',
      service({ 'nginx.ingress.kubernetes.io/auth-tls-secret': 'shop/ca-secret' }),
      ['s: pass clean'],
    ],
    ['the copy still has it', map({}, { DB_PASSWORD: 'hunter2' }), ['m: fail copy']],
    ['the object has it as well: told there', map({ DB_PASSWORD: 'hunter2' }, { DB_PASSWORD: 'hunter2' }), ['m: pass clean']],
    ['neither', map({ A: 'b' }, { A: 'b' }), ['m: pass clean']],
  ])('%s', (_, object, expected) => {
    expect(verdicts(annotations, [object])).toEqual(expected)
  })
  test('of a template', () => {
    const web = workload('web', app({}))
    const spec = { template: { ...web.spec.template, metadata: { labels: {}, annotations: { 'example.com/db-password': 'hunter2' } } } }
    expect(verdicts(annotations, [{ ...web, spec }])).toEqual(['web: fail found'])
  })
})

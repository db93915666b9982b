import { describe, expect, test } from 'vitest'
import { checks } from '#checks/index.ts'
import { judge } from '#evaluate/judge.ts'
import { knownNeedOf } from '#evaluate/known.ts'
import type { Check, Finding } from '#model/check.ts'
import { KNOWN_NEEDS } from '#model/knownNeeds/index.ts'

const finding = (over: Partial<Finding> = {}): Finding => ({
  status: 'fail',
  object: { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'kube-proxy' },
  message: 'found',
  traits: { images: ['registry.k8s.io/kube-proxy:v1.36.3'], saw: ['privileged: true'] },
  ...over,
})
const object = finding().object
const path = (...saw: string[]) => finding({ traits: { images: ['kube-proxy'], saw } })

describe('a known need is this component, this check, this image, this thing', () => {
  test.each([
    ['kube-proxy', 'workloads/privileged', finding(), true],
    ['another check', 'workloads/runtime-socket', finding(), false],
    ['another namespace', 'workloads/privileged', finding({ object: { ...object, namespace: 'shop' } }), false],
    ['a name that only begins so', 'workloads/privileged', finding({ object: { ...object, name: 'kube-proxy-2' } }), false],
    ['another kind', 'workloads/privileged', finding({ object: { ...object, kind: 'Deployment' } }), false],
    ['a mirrored registry with a port', 'workloads/privileged', finding({ traits: { images: ['r:5000/m/kube-proxy:v1'], saw: [] } }), true],
    ['by digest', 'workloads/privileged', finding({ traits: { images: ['r/kube-proxy@sha256:aa'], saw: [] } }), true],
    ['an image that ends alike', 'workloads/privileged', finding({ traits: { images: ['r/my-kube-proxy:v1'], saw: [] } }), false],
    ['an injected container', 'workloads/privileged', finding({ traits: { images: ['kube-proxy:v1', 'mesh:1'], saw: [] } }), false],
    ['nothing said of images', 'workloads/privileged', finding({ traits: { images: [], saw: [] } }), false],
    ['its paths', 'workloads/host-path', path('/lib/modules', '/run/xtables.lock'), true],
    ['one path more', 'workloads/host-path', path('/lib/modules', '/etc'), false],
    ['only one of them may be written', 'workloads/host-path-writable', path('/lib/modules'), false],
  ])('%s', (_, id, given, known) => {
    expect(knownNeedOf(id, given) !== undefined).toBe(known)
  })

  test('it is accepted with who says so and why, and without an end; an operator’s own word goes first', () => {
    const check = checks.find(({ id }) => id === 'workloads/privileged')
    if (check === undefined) throw new Error('no check')
    const now = new Date('2026-06-01')
    const judged = judge(check, finding(), { accepted: [], attested: [] }, now)
    expect(judged).toMatchObject({ status: 'accepted', note: { by: 'kubeharden 0.1.0 (known need of kube-proxy)' } })
    expect(judged.note?.until).toBeUndefined()
    const risk = { check: check.id, scope: {}, owner: 'ops', reason: 'ours', created: '2026-01-01', expires: '2027-01-01' }
    expect(judge(check, finding(), { accepted: [risk], attested: [] }, now).note?.by).toBe('ops')
    expect(judge(check, finding({ status: 'pass' }), { accepted: [], attested: [] }, now).status).toBe('pass')
  })
})

test('each entry names checks that exist, each check once, and ends its reasons', () => {
  const ids = new Set(checks.map(({ id }) => id))
  for (const { id, name, namespaces, images, needs } of KNOWN_NEEDS) {
    expect(name.source, id).toMatch(/^\^.*\$$/)
    expect([namespaces.length > 0, images.length > 0], id).toEqual([true, true])
    for (const { why } of needs) expect(why).toMatch(/\.$/)
    const listed = needs.flatMap(({ checks }) => checks)
    expect(
      listed.filter((check) => !ids.has(check as Check['id'])),
      id,
    ).toEqual([])
    expect(new Set(listed).size, id).toBe(listed.length)
  }
})

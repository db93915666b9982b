import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AdmissionPreview } from '#model/admission.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { type Etcd, startEtcd } from '../cluster/etcd.ts'
import { startRecordingProxy } from '../cluster/proxy.ts'
import { cliBench } from '../front/cli/bench.ts'
import { buildScene, policiesIn, policy, rule, versionsOf } from './support/admissionScene.ts'
import { alternate } from './support/alternate.ts'

const bench = cliBench()
let etcd: Etcd
let judging: TestCluster
/** An API server of the same cluster that does not judge by policies: as one on which the copy has not arrived. */
let silent: TestCluster
let before: Readonly<Record<string, string>>

beforeAll(async () => {
  etcd = await startEtcd()
  judging = await startCluster({ name: 'judging', etcd, auditLog: false })
  silent = await startCluster({
    name: 'silent',
    etcd,
    auditLog: false,
    extraArgs: ['--disable-admission-plugins=ValidatingAdmissionPolicy'],
  })
  await buildScene(judging)
  before = await versionsOf(judging)
}, 240_000)
afterAll(async () => {
  await silent?.stop()
  await judging?.stop()
  await etcd?.stop()
})

async function probe(
  kubeconfig: string,
  objects: readonly object[],
  ...argv: string[]
): Promise<AdmissionPreview & { readonly code: number }> {
  const file = path.join(judging.dir, 'policies.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  const ran = await bench.run(['preview', 'admission', '--add', file, '--probe', '-o', 'json', '-q', '--kubeconfig', kubeconfig, ...argv])
  expect(ran.err).toBe('')
  expect(await policiesIn(judging)).toEqual([])
  expect(await versionsOf(judging)).toEqual(before)
  return { ...(JSON.parse(ran.out) as AdmissionPreview), code: ran.code }
}

const said = ({ policies }: AdmissionPreview) =>
  (policies[0]?.violations ?? []).map(({ object, message }) => `${object.kind} ${object.namespace}/${object.name}: ${message}`).toSorted()
const small = policy('small', [rule()], [{ expression: "object.metadata.name != 'big'", message: 'too big' }])

it('behind one address of two API servers, one of which is silent, every object is judged by the other', async () => {
  const front = await alternate([judging, silent])
  try {
    const found = await probe(front.kubeconfig, [small])
    expect(said(found)).toEqual(['ConfigMap bank/big: too big', 'ConfigMap shop/big: too big'])
    expect(found.policies[0]?.unknown).toEqual([])
    expect(Math.min(...front.counts)).toBeGreaterThan(10)
  } finally {
    await front.stop()
  }
})

it('where nobody judges, nothing is said to pass', async () => {
  const found = await probe(silent.adminKubeconfig, [small], '-n', 'shop')
  expect(found).toMatchObject({ code: 1, policies: [{ evaluated: 0, violations: [] }] })
  expect(found.policies[0]?.unknown.map((u) => u.object?.name).toSorted()).toEqual(['big', 'none', 'small'])
  expect(found.policies[0]?.unknown[0]?.reason).toContain('did not judge it by the policy')
})

it('of a Secret nothing but its name comes over the wire, whatever the policy would say of it', async () => {
  const proxy = await startRecordingProxy(judging, judging.adminKubeconfig)
  try {
    const rules = [rule({ operations: ['CREATE', 'UPDATE'], resources: ['secrets'] })]
    const validations = [
      { expression: 'oldObject == null && false', messageExpression: 'string(object.data.password)', message: 'has a password' },
      { expression: "object.data.password == ''", messageExpression: "object.metadata.name + ' ' + object.data.password" },
    ]
    const found = await probe(proxy.kubeconfig, [policy('leaky', rules, validations)])
    expect(said(found)).toEqual(
      ['bank', 'shop'].flatMap((ns) => [
        `Secret ${ns}/key: failed expression: object.data.password == ''`,
        `Secret ${ns}/key: has a password`,
      ]),
    )
    const marks = ['hunter2-hunter2', Buffer.from('hunter2-hunter2').toString('base64')]
    expect(proxy.search(marks)).toEqual([])
    const headers = JSON.stringify(proxy.bodies().map((one) => one.responseHeaders))
    expect(headers).toContain('has a password')
    for (const mark of marks) expect(headers).not.toContain(mark)
  } finally {
    await proxy.stop()
  }
})

it('so many and so long warnings that the API server cuts them off: what violates is still found, and judged', async () => {
  const long = 'x'.repeat(400)
  const many = Array.from({ length: 40 }, (_, i) => ({ expression: "object.metadata.name != 'big'", message: `rule ${i} ${long}` }))
  const found = await probe(judging.adminKubeconfig, [policy('many', [rule()], many)], '-n', 'shop')
  expect(new Set(found.policies[0]?.violations.map((v) => v.object.name))).toEqual(new Set(['big']))
  expect(found.policies[0]).toMatchObject({ evaluated: 3, unknown: [] })
})

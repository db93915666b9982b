import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AdmissionPreview, PolicyVerdict } from '#model/admission.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { cliBench } from '../front/cli/bench.ts'
import { binding, buildScene, configMap, policiesIn, policy, rule, versionsOf } from './support/admissionScene.ts'

const bench = cliBench()
let cluster: TestCluster
let files = 0

beforeAll(async () => {
  cluster = await startCluster({ name: 'admission' })
  await buildScene(cluster)
}, 240_000)
afterAll(async () => {
  await cluster?.stop()
})

let before: Readonly<Record<string, string>>
let standing: readonly string[]
beforeEach(async () => {
  ;[before, standing] = [await versionsOf(cluster), await policiesIn(cluster)]
})
// Whatever a test asked: no object was touched, and nothing of the probe is left.
afterEach(async () => {
  expect(await versionsOf(cluster)).toEqual(before)
  expect(await policiesIn(cluster)).toEqual(standing)
})

async function fileOf(...objects: readonly object[]): Promise<string> {
  files += 1
  const file = path.join(cluster.dir, `policies-${files}.json`)
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  return file
}

async function probe(objects: readonly object[], ...argv: string[]): Promise<AdmissionPreview & { readonly code: number }> {
  const args = [
    'preview',
    'admission',
    '--add',
    await fileOf(...objects),
    '--probe',
    '-o',
    'json',
    '-q',
    '--kubeconfig',
    cluster.adminKubeconfig,
  ]
  const ran = await bench.run([...args, ...argv])
  expect(ran.err).toBe('')
  return { ...(JSON.parse(ran.out) as AdmissionPreview), code: ran.code }
}

const label = (v: PolicyVerdict['violations'][number]) => {
  const { kind, namespace, name } = v.object
  return `${v.operation} ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}: ${v.message}`
}
const said = ({ policies }: AdmissionPreview, i = 0) => (policies[i]?.violations ?? []).map(label).toSorted()

describe('finds exactly what violates', () => {
  it('an update, everywhere where no binding says otherwise, and in one namespace with -n', async () => {
    const small = policy(
      'small',
      [rule()],
      [{ expression: "!('size' in object.?data.orValue({})) || int(object.data.size) < 50", message: 'too big' }],
    )
    const all = await probe([small])
    expect(said(all)).toEqual(['UPDATE ConfigMap bank/big: too big', 'UPDATE ConfigMap shop/big: too big'])
    expect(all.policies[0]).toMatchObject({ name: 'small', unknown: [], typeChecking: [] })
    expect(all.code).toBe(1)
    expect(all.policies[0]?.evaluated).toBeGreaterThanOrEqual(6)
    expect(all.probe).toMatchObject({ removed: true })
    expect(all.probe?.written.map((o) => o.kind)).toEqual(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'])
    expect(said(await probe([small], '-n', 'bank'))).toEqual(['UPDATE ConfigMap bank/big: too big'])
  })

  it('nothing, with exit code 0, and only because everything was judged', async () => {
    const found = await probe([policy('ok', [rule()], [{ expression: 'true' }]), binding('ok')])
    expect(found).toMatchObject({ code: 0, policies: [{ violations: [], unknown: [] }] })
    expect(found.policies[0]?.evaluated).toBeGreaterThanOrEqual(6)
  })

  it('selectors of namespaces and objects, of the policy and of the binding, for Secrets too', async () => {
    const rules = [rule({ resources: ['configmaps', 'secrets', 'namespaces'] })]
    const match = { namespaceSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['gold', 'silver'] }] } }
    const selective = policy('selective', rules, [{ expression: 'false', message: 'no' }], {}, match)
    const bound = {
      matchResources: { namespaceSelector: { matchLabels: { tier: 'gold' } }, objectSelector: { matchLabels: { app: 'a' } } },
    }
    expect(said(await probe([selective, binding('selective', bound)]))).toEqual([
      'UPDATE ConfigMap shop/small: no',
      'UPDATE Secret shop/key: no',
    ])
    const found = await probe([
      selective,
      binding('selective', { matchResources: { namespaceSelector: { matchLabels: { tier: 'gold' } } } }),
    ])
    expect(said(found)).toEqual([
      ...['big', 'none', 'small'].map((name) => `UPDATE ConfigMap shop/${name}: no`),
      'UPDATE Namespace shop: no',
      'UPDATE Secret shop/key: no',
    ])
  })

  it('what is only looked at when it is made: pods, Services and Deployments by being made once more', async () => {
    const rules = [
      rule({ operations: ['CREATE'], resources: ['pods', 'services'] }),
      rule({ operations: ['CREATE'], apiGroups: ['apps'], resources: ['deployments'] }),
    ]
    const expression =
      "request.operation == 'CREATE' && oldObject == null && !(has(object.spec.containers) && object.spec.containers.exists(c, c.image.startsWith('docker.io/')))"
    const made = policy('made', rules, [
      { expression, message: 'from elsewhere' },
      { expression: '!has(object.spec.replicas) || object.spec.replicas < 5', message: 'too many' },
    ])
    const found = await probe([made])
    expect(said(found)).toEqual([
      'CREATE Deployment shop/many: too many',
      'CREATE Pod bank/bad: from elsewhere',
      'CREATE Pod shop/bad: from elsewhere',
    ])
    expect(found.policies[0]?.unknown).toEqual([])
    // 4 pods, the Service kubernetes and web, the Deployment.
    expect(found.policies[0]?.evaluated).toBe(7)
  })

  it('Secrets are never made once more: that would need their values', async () => {
    const found = await probe([policy('made', [rule({ operations: ['CREATE'], resources: ['secrets'] })], [{ expression: 'false' }])])
    expect(found.policies[0]).toMatchObject({ evaluated: 0, violations: [] })
    expect(found.policies[0]?.unknown.map((u) => u.reason)).toContain(
      'the values of Secrets are never read, so that it cannot be made once more',
    )
    expect(found.code).toBe(1)
  })

  it('all kinds at once, with excluded ones, and subresources as unknown', async () => {
    const rules = [rule({ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*', 'pods/ephemeralcontainers'] })]
    const match = { excludeResourceRules: [rule({ operations: ['*'], resources: ['secrets'] })] }
    const found = await probe([
      policy(
        'all',
        rules,
        [{ expression: "object.metadata.name != 'big' && object.metadata.name != 'key'", message: 'that name' }],
        {},
        match,
      ),
    ])
    expect(said(found)).toEqual(['UPDATE ConfigMap bank/big: that name', 'UPDATE ConfigMap shop/big: that name'])
    expect(found.policies[0]?.evaluated).toBeGreaterThan(60)
    expect(found.policies[0]?.unknown.filter((u) => u.object === undefined).map((u) => u.kind)).toEqual(['pods/ephemeralcontainers'])
    expect(found.policies[0]?.unknown.filter((u) => u.object !== undefined)).toEqual([])
  })

  it('messages that are put together, variables and conditions; what goes to the audit log does not matter', async () => {
    const more = {
      variables: [{ name: 'size', expression: 'int(object.data.size)' }],
      matchConditions: [{ name: 'sized', expression: "has(object.data) && 'size' in object.data" }],
      auditAnnotations: [{ key: 'k', valueExpression: "'size ' + string(variables.size)" }],
    }
    const validations = [
      { expression: 'variables.size < 50', messageExpression: "object.metadata.name + ' has ' + string(variables.size)" },
      { expression: 'variables.size != 1' },
    ]
    const found = await probe([policy('worded', [rule()], validations, more)], '-n', 'shop')
    expect(said(found)).toEqual([
      'UPDATE ConfigMap shop/big: big has 99',
      'UPDATE ConfigMap shop/small: failed expression: variables.size != 1',
    ])
    expect(found.policies[0]?.unknown).toEqual([])
  })

  it('an expression that fails is what failurePolicy makes of it: refused, or not judged', async () => {
    const validations = [{ expression: "object.metadata.name != 'zzz'" }, { expression: 'int(object.data.size) < 50', message: 'too big' }]
    const failing = 'spec.validations[1].expression cannot be evaluated for it'
    const strict = await probe([policy('strict', [rule()], validations)], '-n', 'shop')
    expect(said(strict)).toEqual([
      'UPDATE ConfigMap shop/big: too big',
      `UPDATE ConfigMap shop/none: ${failing}, and failurePolicy Fail refuses it therefore`,
    ])
    const lax = await probe([policy('lax', [rule()], validations, { failurePolicy: 'Ignore' })], '-n', 'shop')
    expect(said(lax)).toEqual(['UPDATE ConfigMap shop/big: too big'])
    expect(lax.policies[0]?.unknown).toEqual([
      {
        object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'none' },
        operation: 'UPDATE',
        reason: `${failing}, and failurePolicy Ignore lets it through unjudged`,
      },
    ])
    const conditions = { matchConditions: [{ name: 'c', expression: "object.data.size == '99'" }] }
    expect(
      said(await probe([policy('conditional', [rule()], [{ expression: 'false', message: 'no' }], conditions)], '-n', 'shop')),
    ).toEqual([
      'UPDATE ConfigMap shop/big: no',
      'UPDATE ConfigMap shop/none: spec.matchConditions cannot be evaluated for it, and failurePolicy Fail refuses it therefore',
    ])
  })

  it('several policies, several bindings, and parameters: of the cluster, of the file, by labels, and missing', async () => {
    const params = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }
    const validations = [
      { expression: 'object.metadata.name != params.data.forbidden', messageExpression: "'not ' + params.data.forbidden" },
    ]
    const pods = [rule({ resources: ['pods'] })]
    await configMap(cluster, 'bank', 'limits', { forbidden: 'bad' }, { params: 'yes' })
    await configMap(cluster, 'bank', 'limits-2', { forbidden: 'good' }, { params: 'yes' })
    ;[before, standing] = [await versionsOf(cluster), await policiesIn(cluster)]
    const named = binding('named', { paramRef: { name: 'limits', namespace: 'bank', parameterNotFoundAction: 'Deny' } })
    const fresh = binding('fresh', { paramRef: { name: 'fresh', namespace: 'shop', parameterNotFoundAction: 'Deny' } })
    const labelled = binding('labelled', { paramRef: { selector: { matchLabels: { params: 'yes' } }, parameterNotFoundAction: 'Deny' } })
    const found = await probe([
      policy('named', pods, validations, params),
      named,
      policy('fresh', pods, validations, params),
      fresh,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fresh', namespace: 'shop' }, data: { forbidden: 'good' } },
    ])
    expect(said(found, 0)).toEqual(['UPDATE Pod bank/bad: not bad', 'UPDATE Pod shop/bad: not bad'])
    expect(said(found, 1)).toEqual(['UPDATE Pod bank/good: not good', 'UPDATE Pod shop/good: not good'])
    expect(found.policies.flatMap((p) => p.unknown)).toEqual([])
    expect(found.probe?.written.map((o) => o.kind)).toContain('ConfigMap')
    const byLabel = await probe([policy('labelled', pods, validations, params), labelled])
    const none = 'there is no parameter object for it in namespace shop, and parameterNotFoundAction Deny refuses it therefore'
    expect(said(byLabel)).toEqual([
      'UPDATE Pod bank/bad: not bad',
      'UPDATE Pod bank/good: not good',
      `UPDATE Pod shop/bad: ${none}`,
      `UPDATE Pod shop/good: ${none}`,
    ])
    for (const name of ['limits', 'limits-2']) await cluster.api(`/api/v1/namespaces/bank/configmaps/${name}`, { method: 'DELETE' })
    ;[before, standing] = [await versionsOf(cluster), await policiesIn(cluster)]
  })
})

describe('says what it cannot do', () => {
  it('a policy that does not compile: nothing was written', async () => {
    const file = await fileOf(policy('broken', [rule()], [{ expression: 'true' }, { expression: 'object.metadata.name ==' }]))
    const ran = await bench.run(['preview', 'admission', '--add', file, '--probe', '--kubeconfig', cluster.adminKubeconfig])
    expect(ran.code).toBe(2)
    expect(ran.err).toMatch(/broken is refused by the API server: .*spec\.validations\[1\]\.expression.*Nothing was written/s)
    expect(ran.err).not.toContain('kubeharden-probe')
  })

  it('read-only: refused', async () => {
    const file = await fileOf(policy('p', [rule()], [{ expression: 'true' }]))
    const ran = await bench.run(['preview', 'admission', '--add', file, '--probe', '--read-only', '--kubeconfig', cluster.adminKubeconfig])
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toContain('Nothing is written: started with --read-only.')
  })

  it('without --probe: unknown, with what it would write, and where', async () => {
    const file = await fileOf(policy('p', [rule()], [{ expression: 'true' }]))
    const ran = await bench.run(['preview', 'admission', '--add', file, '-o', 'json', '--kubeconfig', cluster.adminKubeconfig])
    expect(ran.code).toBe(1)
    const [verdict] = (JSON.parse(ran.out) as AdmissionPreview).policies
    expect(verdict?.unknown[0]?.reason).toMatch(/only the API server can say. --probe writes a copy of the policy .* into cluster /)
  })

  it('a policy of the same name that is in force already', async () => {
    const mine = policy('standing', [rule({ resourceNames: ['nothing'] })], [{ expression: 'true' }])
    const api = '/apis/admissionregistration.k8s.io/v1'
    await cluster.api(`${api}/validatingadmissionpolicies`, { method: 'POST', body: mine })
    await cluster.api(`${api}/validatingadmissionpolicybindings`, { method: 'POST', body: binding('standing') })
    standing = await policiesIn(cluster)
    const found = await probe([mine])
    expect(found.policies[0]?.notes[0]).toContain('is in the cluster already, in force by standing-binding (Deny, Audit)')
    await cluster.api(`${api}/validatingadmissionpolicies/standing`, { method: 'DELETE' })
    await cluster.api(`${api}/validatingadmissionpolicybindings/standing-binding`, { method: 'DELETE' })
    standing = await policiesIn(cluster)
  })
})

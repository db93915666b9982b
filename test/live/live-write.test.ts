import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectLive, type LiveConnection } from '../../src/cluster/index.ts'
import { ApplyConflict } from '../../src/model/access.ts'
import type { HardenError } from '../../src/model/errors.ts'
import type { KubeObject, ObjectRef } from '../../src/model/refs.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const NET = 'networking.k8s.io/v1'
const OURS = { fieldManager: 'kubeharden:test' }
let cluster: TestCluster
let admin: LiveConnection

const policy = (name: string, spec: object = { podSelector: {}, policyTypes: ['Ingress'] }): KubeObject =>
  ({ apiVersion: NET, kind: 'NetworkPolicy', metadata: { name, namespace: 'shop' }, spec }) as KubeObject
const configMap = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
})
const policyRef = (name: string): ObjectRef => ({ apiVersion: NET, kind: 'NetworkPolicy', namespace: 'shop', name })
const failure = async (promise: Promise<unknown>): Promise<HardenError> =>
  await promise.then(
    () => expect.fail('it went through'),
    (error: HardenError) => error,
  )

beforeAll(async () => {
  cluster = await startCluster({ name: 'live-write' })
  await cluster.createNamespace('shop')
  await cluster.createNamespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' })
  admin = await connectLive({ kubeconfig: cluster.adminKubeconfig, env: {} })
})
afterAll(async () => {
  await admin?.reader.close()
  await cluster?.stop()
})

describe('server-side apply', () => {
  it('tries dry, then creates, and keeps the case of names', async () => {
    const role = { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: 'Mixed:Case' }, rules: [] } as const
    const dry = await admin.writer.apply(role, { ...OURS, dryRun: true })
    expect(dry.object.metadata.uid).toBeTypeOf('string')
    expect(await admin.writer.get({ apiVersion: RBAC, kind: 'ClusterRole', name: 'Mixed:Case' })).toBeUndefined()
    await admin.writer.apply(role, OURS)
    const stored = await admin.writer.get({ apiVersion: RBAC, kind: 'ClusterRole', name: 'Mixed:Case' })
    expect(stored).toMatchObject({
      kind: 'ClusterRole',
      metadata: { name: 'Mixed:Case', managedFields: [{ manager: 'kubeharden:test', operation: 'Apply' }] },
    })
    expect(await admin.writer.get({ apiVersion: RBAC, kind: 'ClusterRole', name: 'mixed:case' })).toBeUndefined()
  })

  it('names the managers and fields of a conflict, and takes over only when forced', async () => {
    await admin.writer.apply(configMap('owned', { a: '1' }), { fieldManager: 'somebody "else"' })
    const error = await failure(admin.writer.apply(configMap('owned', { a: '2' }), OURS))
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('somebody "else"') })
    expect(error.cause).toBeInstanceOf(ApplyConflict)
    expect((error.cause as ApplyConflict).conflicts).toEqual([{ manager: 'somebody "else"', field: '.data.a' }])
    const forced = await admin.writer.apply(configMap('owned', { a: '2' }), { ...OURS, force: true })
    expect(forced.object).toMatchObject({ data: { a: '2' } })
  })

  it('refuses unknown fields, however the server says it', async () => {
    const wrong = policy('typo', { podSelector: {}, ingres: [] })
    expect(await failure(admin.writer.apply(wrong, OURS))).toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('.spec.ingres'),
    })
    expect(await failure(admin.writer.create(wrong, OURS))).toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('spec.ingres'),
    })
    const invalid = policy('invalid', { podSelector: {}, policyTypes: ['Sideways'] })
    expect(await failure(admin.writer.apply(invalid, OURS))).toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('Sideways'),
    })
  })

  it('hands on warnings', async () => {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    } as const
    const pod = { containers: [{ name: 'c', image: 'example.test/c' }] }
    await admin.writer.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'plain', namespace: 'shop' }, spec: pod }, OURS)
    const { warnings } = await admin.writer.apply(namespace, { ...OURS, dryRun: true })
    expect(warnings.join('\n')).toMatch(/plain: .*seccompProfile/)
  })

  it('tells a refusal by admission from a missing right', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'root', namespace: 'strict' },
      spec: { containers: [{ name: 'c', image: 'example.test/c' }] },
    } as const
    expect(await failure(admin.writer.create(pod, OURS))).toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('violates PodSecurity'),
    })
  })
})

describe('create, replace, patch and delete', () => {
  it('create does not overwrite', async () => {
    await admin.writer.create(policy('once'), OURS)
    expect(await failure(admin.writer.create(policy('once'), OURS))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('exists already'),
    })
  })

  it('replace wants uid and resourceVersion, and refuses stale ones', async () => {
    const { object } = await admin.writer.create(configMap('turns', { n: '1' }), OURS)
    const second = await admin.writer.replace({ ...object, data: { n: '2' } }, OURS)
    expect(second.object).toMatchObject({ data: { n: '2' } })
    expect(await failure(admin.writer.replace({ ...object, data: { n: '3' } }, OURS))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('changed by somebody else'),
    })
    const other = { ...second.object, metadata: { ...second.object.metadata, uid: '00000000-0000-0000-0000-000000000000' } }
    expect(await failure(admin.writer.replace(other, OURS))).toMatchObject({ code: 'conflict' })
    expect(await failure(admin.writer.replace(configMap('turns', {}), OURS))).toMatchObject({ code: 'internal' })
    expect(await admin.writer.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'turns' })).toMatchObject({
      data: { n: '2' },
    })
  })

  it('brings managedFields back by JSON Patch, guarded by a test', async () => {
    const { object } = await admin.writer.apply(configMap('patched', { n: '1' }), OURS)
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'patched' }
    const version = object.metadata.resourceVersion ?? ''
    const operations = [
      { op: 'test', path: '/metadata/resourceVersion', value: version },
      { op: 'replace', path: '/data/n', value: '2' },
    ] as const
    expect((await admin.writer.jsonPatch(ref, operations, OURS)).object).toMatchObject({ data: { n: '2' } })
    expect(await failure(admin.writer.jsonPatch(ref, operations, OURS))).toMatchObject({ code: 'conflict' })
    const invalid = [{ op: 'replace', path: '/data', value: 'text' }] as const
    expect(await failure(admin.writer.jsonPatch(ref, invalid, OURS))).toMatchObject({ code: 'rejected' })
  })

  it('delete wants the object that was seen', async () => {
    const { object } = await admin.writer.create(policy('going'), OURS)
    const { uid = '', resourceVersion } = object.metadata
    const remove = (preconditions: { uid: string; resourceVersion?: string; dryRun?: boolean }) =>
      admin.writer.remove(policyRef('going'), preconditions)
    expect(await failure(remove({ uid: '00000000-0000-0000-0000-000000000000' }))).toMatchObject({ code: 'conflict' })
    expect(await failure(remove({ uid, resourceVersion: '1' }))).toMatchObject({ code: 'conflict' })
    await remove({ uid, resourceVersion, dryRun: true })
    expect(await admin.writer.get(policyRef('going'))).toBeDefined()
    await remove({ uid, resourceVersion })
    expect(await admin.writer.get(policyRef('going'))).toBeUndefined()
    expect(await failure(remove({ uid }))).toMatchObject({ code: 'not-found' })
  })

  it('says so where a kind is not served, and finds a CRD that comes later', async () => {
    expect(await failure(admin.writer.plural('velero.io/v1', 'Schedule'))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('velero.io/v1 Schedule'),
    })
    const names = { plural: 'schedules', singular: 'schedule', kind: 'Schedule' }
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    const spec = { group: 'velero.io', scope: 'Namespaced', names, versions: [{ name: 'v1', served: true, storage: true, schema }] }
    await admin.writer.create(
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'schedules.velero.io' }, spec },
      OURS,
    )
    await expect
      .poll(() => admin.writer.plural('velero.io/v1', 'Schedule').catch(() => undefined), { timeout: 20_000 })
      .toEqual({ plural: 'schedules', namespaced: true })
  })

  it('will not touch Secrets', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' } } as const
    for (const attempt of [
      () => admin.writer.apply(secret, OURS),
      () => admin.writer.create(secret, OURS),
      () => admin.writer.get({ ...secret, name: 's', namespace: 'shop' }),
    ])
      expect(await failure(attempt())).toMatchObject({ code: 'internal' })
  })
})

describe('with few rights', () => {
  it('names the missing right', async () => {
    const { reader, writer } = await connectLive({ kubeconfig: await cluster.kubeconfigFor('nobody'), env: {} })
    expect(await failure(writer.apply(policy('mine'), OURS))).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('patch networkpolicies.networking.k8s.io in namespace shop'),
    })
    expect(await failure(writer.get(policyRef('mine')))).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('get networkpolicies.networking.k8s.io in namespace shop'),
    })
    await reader.close()
  })

  it('explains a stopped escalation', async () => {
    const rules = [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['get', 'create', 'patch'] }]
    const role: KubeObject = { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: 'role-writer' }, rules }
    await admin.writer.apply(role, OURS)
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'role-writer' }
    await admin.writer.apply(
      {
        apiVersion: RBAC,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'role-writer' },
        roleRef,
        subjects: [{ kind: 'User', name: 'climber', apiGroup: 'rbac.authorization.k8s.io' }],
      },
      OURS,
    )
    const { reader, writer } = await connectLive({ kubeconfig: await cluster.kubeconfigFor('climber'), env: {} })
    const climb: KubeObject = {
      apiVersion: RBAC,
      kind: 'ClusterRole',
      metadata: { name: 'top' },
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    }
    expect(await failure(writer.apply(climb, OURS))).toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('grant only what you hold'),
    })
    await reader.close()
  })
})

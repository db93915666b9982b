import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { connectLive, type LiveConnection } from '../../src/cluster/index.ts'
import { rightsNeeded } from '../../src/cluster/permissions.ts'
import { ALL_KINDS, KINDS, type Kind } from '../../src/model/kinds.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { describeRight } from '../../src/model/right.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { startRecordingProxy } from '../cluster/proxy.ts'

const MARK = 'marked-Value-7f3a'
const RBAC = 'rbac.authorization.k8s.io/v1'
let cluster: TestCluster

const connect = async (kubeconfig: string, options: Parameters<typeof connectLive>[0] = {}): Promise<LiveConnection> => {
  const connection = await connectLive({ kubeconfig, env: {}, ...options })
  onTestFinished(() => connection.reader.close())
  return connection
}
const create = async (objects: readonly object[]) => {
  const items = objects.map((object) => JSON.stringify(object)).join('\n---\n')
  await cluster.kubectl(['apply', '-f', '-'], { stdin: items })
}
const secret = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData: { password: MARK, user: 'x' },
})
const bindTo = (user: string, role: string, namespace?: string) => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name: `${user}-${role}`, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
})

beforeAll(async () => {
  cluster = await startCluster({ name: 'live-collect' })
  await cluster.createNamespace('shop')
  await cluster.createNamespace('bank')
  await create([
    secret('shop', 'db'),
    secret('bank', 'vault'),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'example.test/c', env: [{ name: 'DB_PASSWORD', value: 'hunter22-literal' }] }] },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' }, data: { API_TOKEN: 'hunter22-configmap' } },
    // Of its own: the rules of `view` are gathered by a controller that does not run here.
    {
      apiVersion: RBAC,
      kind: 'ClusterRole',
      metadata: { name: 'shop-view' },
      rules: [
        { apiGroups: [''], resources: ['pods', 'services', 'configmaps', 'namespaces'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: ['apps', 'networking.k8s.io'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
      ],
    },
    bindTo('viewer', 'shop-view', 'shop'),
  ])
})
afterAll(async () => {
  await cluster?.stop()
})

describe('collecting as administrator', () => {
  it('reads every kind without a gap, and says what the cluster is', async () => {
    const { reader, context, version, server } = await connect(cluster.adminKubeconfig)
    const progress: number[] = []
    const state = await reader.collect(ALL_KINDS, { onProgress: ({ done }) => progress.push(done) })
    expect(ALL_KINDS.flatMap((kind) => state.kinds[kind]?.gaps ?? [])).toEqual([])
    expect(progress).toEqual(ALL_KINDS.map((_, i) => i + 1))
    expect(Object.keys(state.kinds)).toEqual(ALL_KINDS)
    expect({ context, server }).toEqual({ context: 'real', server: cluster.server })
    expect(version).toMatch(/^v1\./)
    const { metadata } = (await cluster.api('/api/v1/namespaces/kube-system')).json() as KubeObject
    expect(state.cluster).toEqual({
      uid: metadata.uid,
      name: 'real',
      context: 'real',
      server: cluster.server,
      version,
      distribution: 'unknown',
    })
    expect(state.kinds.namespaces?.items.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['shop', 'bank', 'kube-system']),
    )
    expect(state.kinds.clusterRoles?.items.length).toBeGreaterThan(60)
    expect(state.kinds.volumeSnapshots).toEqual({ items: [], gaps: [] })
    expect(state.kinds.secrets?.items).toEqual(
      expect.arrayContaining([
        { metadata: { name: 'db', namespace: 'shop' }, type: 'Opaque', keys: 2, ageDays: 0 },
        { metadata: { name: 'vault', namespace: 'bank' }, type: 'Opaque', keys: 2, ageDays: 0 },
      ]),
    )
    for (const kept of [MARK, 'hunter22-literal', 'hunter22-configmap']) expect(JSON.stringify(state)).not.toContain(kept)
    for (const kind of ALL_KINDS)
      for (const item of state.kinds[kind]?.items ?? []) expect(KINDS[kind].schema.safeParse(item).success, kind).toBe(true)
  })

  it('probes encryption, anonymous access and identity', async () => {
    const { reader } = await connect(cluster.adminKubeconfig)
    const { kinds } = await reader.collect(['encryption', 'anonymous', 'identity'])
    // Without an EncryptionConfiguration an API server has none of these series.
    expect(kinds.encryption).toEqual({ items: [{ metadata: { name: new URL(cluster.server).host }, transformations: [] }], gaps: [] })
    expect(kinds.anonymous?.items).toEqual([
      { metadata: { name: '/api/v1/namespaces' }, path: '/api/v1/namespaces', code: 403 },
      { metadata: { name: '/version' }, path: '/version', code: 200 },
      { metadata: { name: '/livez' }, path: '/livez', code: 200 },
    ])
    expect(kinds.identity?.items[0]).toMatchObject({
      metadata: { name: 'test-admin' },
      groups: ['system:masters', 'system:authenticated'],
      credential: 'client-certificate',
      certificate: { organizations: ['system:masters'] },
    })
  })

  it('sees what the API server runs with, its TLS, and the configuration of components', async () => {
    await create([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kube-proxy', namespace: 'kube-system' },
        data: { 'config.conf': 'mode: nft\n' },
      },
    ])
    const { reader } = await connect(cluster.adminKubeconfig)
    const { kinds } = await reader.collect(['apiServers', 'tls', 'systemConfigs', 'kubelets'])
    expect(kinds.apiServers?.gaps).toEqual([])
    expect(kinds.apiServers?.items).toMatchObject([{ flagz: 'served', flags: { 'authorization-mode': expect.stringContaining('RBAC') } }])
    expect(kinds.apiServers?.items[0]?.admissionPlugins).toContain('NamespaceLifecycle')
    expect(kinds.apiServers?.items[0]?.auditEvents).toBeGreaterThan(0)
    const tls = kinds.tls?.items[0]
    expect(tls?.protocols.map(({ protocol, accepted }) => [protocol, accepted])).toEqual([
      ['TLSv1', false],
      ['TLSv1.1', false],
      ['TLSv1.2', true],
      ['TLSv1.3', true],
    ])
    expect(Date.parse(tls?.certificate?.notAfter ?? '')).toBeGreaterThan(Date.now())
    expect(tls?.certificate).toMatchObject({ names: expect.any(Number), selfSigned: false })
    expect(kinds.systemConfigs?.items.map(({ documents }) => documents)).toEqual([{ 'config.conf': 'mode: nft\n' }])
    expect(kinds.kubelets).toEqual({ items: [], gaps: [] }) // no nodes here
  })

  it('follows pages over the limit of one', async () => {
    await cluster.createNamespace('many')
    const made = Array.from({ length: 520 }, (_, i) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `c${i}`, namespace: 'many' },
    }))
    for (let at = 0; at < made.length; at += 40)
      await Promise.all(made.slice(at, at + 40).map((body) => cluster.api('/api/v1/namespaces/many/configmaps', { method: 'POST', body })))
    const { reader } = await connect(cluster.adminKubeconfig)
    const { kinds } = await reader.collect(['configMaps'])
    const names = kinds.configMaps?.items.filter(({ metadata }) => metadata.namespace === 'many').map(({ metadata }) => metadata.name) ?? []
    expect(new Set(names).size).toBe(520)
  })

  it('never has a Secret value on the wire', async () => {
    const proxy = await startRecordingProxy(cluster, cluster.adminKubeconfig)
    onTestFinished(() => proxy.stop())
    const { reader, writer } = await connect(proxy.kubeconfig)
    const state = await reader.collect(ALL_KINDS)
    expect(state.kinds.secrets?.items.length).toBe(2)
    await expect(writer.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' })).rejects.toMatchObject({
      code: 'internal',
    })
    expect(proxy.bodies().filter(({ path }) => path.includes('/secrets')).length).toBeGreaterThan(2)
    expect(proxy.search([MARK])).toEqual([])
    expect(proxy.search(['vault']).length).toBeGreaterThan(0)
  })

  it('stops when told to', async () => {
    const { reader } = await connect(cluster.adminKubeconfig)
    const abort = new AbortController()
    const collecting = reader.collect(ALL_KINDS, { signal: abort.signal, onProgress: () => abort.abort() })
    await expect(collecting).rejects.toMatchObject({ code: 'interrupted' })
  })
})

describe('collecting with few rights', () => {
  const readable: readonly Kind[] = ['pods', 'services', 'configMaps', 'deployments', 'networkPolicies']

  it('judges the one namespace of a viewer and names every missing right', async () => {
    const { reader } = await connect(await cluster.kubeconfigFor('viewer'), { namespace: 'shop' })
    const { kinds, cluster: info } = await reader.collect(ALL_KINDS)
    expect(info.uid).toBeUndefined()
    for (const kind of readable)
      expect(kinds[kind], kind).toMatchObject({ onlyNamespaces: ['shop'], gaps: [{ reason: 'forbidden', kind }] })
    expect(kinds.pods?.items.map(({ metadata }) => metadata.name)).toEqual(['web'])
    expect(kinds.namespaces).toMatchObject({ onlyNamespaces: ['shop'], items: [{ metadata: { name: 'shop' } }] })
    expect(kinds.secrets).toMatchObject({ items: [], onlyNamespaces: [] })
    expect(kinds.roleBindings).toMatchObject({ items: [], onlyNamespaces: [] })
    expect(kinds.clusterRoles?.items).toEqual([])
    const missing = ALL_KINDS.flatMap(
      (kind) => kinds[kind]?.gaps.map(({ needs }) => (needs === undefined ? `${kind}: ?` : describeRight(needs))) ?? [],
    )
    expect(missing).toEqual(
      expect.arrayContaining([
        'list pods cluster-wide',
        'list secrets cluster-wide',
        'list clusterrolebindings.rbac.authorization.k8s.io cluster-wide',
        'get /metrics (nonResourceURLs, ClusterRole)',
      ]),
    )
    expect(missing.filter((right) => right.endsWith('?'))).toEqual([])
    expect(kinds.volumeSnapshots).toEqual({ items: [], gaps: [] })
    expect(kinds.identity?.items[0]?.metadata.name).toBe('viewer')
  })

  it('does not ask for what the rules review rules out', async () => {
    const { reader } = await connect(await cluster.kubeconfigFor('viewer'), { namespace: 'shop' })
    const before = (await cluster.auditEvents()).length
    await reader.collect(['secrets', 'roles', 'pods'])
    const events = (await cluster.auditEvents()).slice(before).filter(({ user }) => user.username === 'viewer')
    expect(events.filter(({ objectRef }) => objectRef?.resource === 'secrets')).toEqual([])
  })

  it('treats no rights at all as gaps, not as an error', async () => {
    const { reader } = await connect(await cluster.kubeconfigFor('nobody'))
    const { kinds } = await reader.collect(ALL_KINDS)
    expect(ALL_KINDS.flatMap((kind) => kinds[kind]?.items.map(({ metadata }) => metadata.name) ?? [])).toEqual([
      '/api/v1/namespaces',
      '/version',
      '/livez',
      'nobody',
      new URL(cluster.server).host, // a handshake needs no rights
    ])
  })

  it('is cured, tier by tier, by the roles that permissions prints, and by nothing more', async () => {
    const kubeconfig = await cluster.kubeconfigFor('auditor')
    const [base, secrets] = rightsNeeded()
    await create([...(base?.objects ?? []), bindTo('auditor', 'kubeharden-base')])
    const first = await (await connect(kubeconfig)).reader.collect(ALL_KINDS)
    expect(ALL_KINDS.flatMap((kind) => first.kinds[kind]?.gaps.map(({ needs }) => needs && describeRight(needs)) ?? [])).toEqual([
      'list secrets cluster-wide',
    ])
    await create([...(secrets?.objects ?? []), bindTo('auditor', 'kubeharden-secrets')])
    const second = await (await connect(kubeconfig)).reader.collect(ALL_KINDS)
    expect(ALL_KINDS.flatMap((kind) => second.kinds[kind]?.gaps ?? [])).toEqual([])
    const can = await cluster.kubectl(['auth', 'can-i', 'create', 'pods'], { kubeconfig, allowFail: true })
    expect(can.stdout.trim()).toBe('no')
  })

  it('takes on another user and groups', async () => {
    const { reader } = await connect(cluster.adminKubeconfig, { as: 'viewer', asGroups: ['team-a', 'team-b'], namespace: 'shop' })
    const { kinds } = await reader.collect(['identity', 'pods'])
    expect(kinds.identity?.items[0]).toMatchObject({ metadata: { name: 'viewer' }, groups: ['team-a', 'team-b', 'system:authenticated'] })
    expect(kinds.pods?.onlyNamespaces).toEqual(['shop'])
    const other = await (await connect(cluster.adminKubeconfig, { as: 'Jürgen €', asGroups: ['Größe'] })).reader.collect(['identity'])
    expect(other.kinds.identity?.items[0]).toMatchObject({ metadata: { name: 'Jürgen €' }, groups: ['Größe', 'system:authenticated'] })
  })
})

describe('an API server that encrypts', () => {
  it('shows the providers it reads and writes with', async () => {
    const encrypting = await startCluster({ name: 'live-encryption' })
    onTestFinished(() => encrypting.stop())
    await encrypting.createNamespace('shop')
    const write = (name: string) => encrypting.api('/api/v1/namespaces/shop/secrets', { method: 'POST', body: { ...secret('shop', name) } })
    await write('old')
    const file = path.join(encrypting.dir, 'encryption.json')
    const keys = [{ name: 'key1', secret: randomBytes(32).toString('base64') }]
    const resources = [{ resources: ['secrets'], providers: [{ secretbox: { keys } }, { identity: {} }] }]
    await writeFile(file, JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration', resources }))
    await encrypting.restartApiserver([`--encryption-provider-config=${file}`, '--encryption-provider-config-automatic-reload=true'])
    await write('new')
    const { kinds } = await (await connect(encrypting.adminKubeconfig)).reader.collect(['encryption'])
    const [probe] = kinds.encryption?.items ?? []
    const rows = probe?.transformations.map(({ resource, direction, prefix }) => `${resource} ${direction} ${prefix}`)
    expect(rows).toEqual(
      expect.arrayContaining(['secrets from_storage ', 'secrets to_storage k8s:enc:secretbox:v1:', 'secrets to_storage key1:']),
    )
    expect(probe?.configHash).toMatch(/^sha256:[0-9a-f]{64}$/)
  })
})

describe('connecting', () => {
  it('says which right acting as somebody else needs', async () => {
    const viewer = await cluster.kubeconfigFor('viewer')
    await expect(connectLive({ kubeconfig: viewer, env: {}, as: 'test-admin' })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('impersonate users'),
    })
  })

  it('says when the client certificate expired, without asking the server', async () => {
    const expired = await cluster.kubeconfigFor('late', [], { expired: true })
    await expect(connectLive({ kubeconfig: expired, env: {} })).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/expired on 20\d\d-/),
    })
  })
})

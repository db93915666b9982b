import { describe, expect, it, onTestFinished } from 'vitest'
import { connectLive, type LiveConnection } from '../../src/cluster/index.ts'
import { ALL_KINDS, KINDS } from '../../src/model/kinds.ts'
import { fakeServer, file, folder, kubeconfig, type Reply, type Seen, status } from './support.ts'

type Routes = Readonly<Record<string, Reply | ((seen: Seen, count: number) => Reply)>>

/** A cluster made of routes; what is not among them is refused. `METHOD /path` without the query. */
async function connectTo(routes: Routes, namespace?: string): Promise<LiveConnection & { seen: Seen[]; stop: () => void }> {
  const counts = new Map<string, number>()
  const { url, seen, stop } = await fakeServer((one) => {
    const key = `${one.method} ${one.url.split('?')[0]}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    const route =
      routes[key] ??
      (key === 'GET /version' ? { json: { gitVersion: 'v1.36.3' } } : status(403, `User "u" cannot: ${key}`, { reason: 'Forbidden' }))
    return typeof route === 'function' ? route(one, counts.get(key) ?? 0) : route
  })
  const config = await file(await folder(), 'config', kubeconfig({ server: url, context: namespace === undefined ? {} : { namespace } }))
  const connection = await connectLive({ kubeconfig: config, env: {} })
  onTestFinished(() => connection.reader.close())
  return { ...connection, seen, stop }
}

const named = (name: string, namespace?: string) => ({ metadata: { name, ...(namespace === undefined ? {} : { namespace }) } })
const list = (...items: object[]): Reply => ({ json: { kind: 'List', metadata: {}, items } })
const namespaces = list(named('shop'), named('bank'), named('gone'))
const allowed = (yes: boolean): Reply => ({ status: 201, json: { status: { allowed: yes } } })
const rules = (...rules: object[]): Reply => ({ status: 201, json: { status: { incomplete: false, resourceRules: rules } } })
const RULES = 'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews'
const ACCESS = 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const columns = ['Name', 'Type', 'Data', 'Age'].map((name) => ({ name, type: 'string' }))
const table = (...rows: unknown[][]): Reply => ({
  json: { kind: 'Table', metadata: {}, columnDefinitions: columns, rows: rows.map((cells) => ({ cells, object: null })) },
})

describe('objects at the door', () => {
  it('that cannot be read are gaps with their name and place, never with their content', async () => {
    const { reader } = await connectTo({
      'GET /api/v1/services': list(
        { ...named('good', 'shop'), spec: { ports: [] } },
        { ...named('bad', 'shop'), spec: { ports: [{ port: 's3cr3t' }] } },
        { nothing: 's3cr3t' },
      ),
    })
    const { kinds } = await reader.collect(['services'])
    expect(kinds.services?.items.map(({ metadata }) => metadata.name)).toEqual(['good'])
    expect(kinds.services?.gaps).toEqual([
      {
        kind: 'services',
        namespace: 'shop',
        reason: 'malformed',
        detail: expect.stringMatching(/^Service shop\/bad could not be read: spec\.ports\.0\.port: /),
      },
      { kind: 'services', reason: 'malformed', detail: expect.stringContaining('(without a name)') },
    ])
    expect(JSON.stringify(kinds)).not.toContain('s3cr3t')
  })

  it('an answer that is no list is a gap', async () => {
    const { reader } = await connectTo({
      'GET /api/v1/pods': { json: { items: 5 } },
      'GET /api/v1/services': { text: '<html>' },
      'GET /api/v1/nodes': status(500, 'etcd is gone'),
    })
    const { kinds } = await reader.collect(['pods', 'services', 'nodes'])
    expect([kinds.pods, kinds.services, kinds.nodes].map((found) => found?.gaps.map(({ reason }) => reason))).toEqual([
      ['malformed'],
      ['malformed'],
      ['unreachable'],
    ])
  })

  it('a list that expired on the way starts again, once', async () => {
    const page = (name: string, next?: string): Reply => ({
      json: { metadata: { continue: next }, items: [{ ...named(name, 'shop'), spec: { ports: [] } }] },
    })
    const expired = status(410, 'The provided continue parameter is too old', { reason: 'Expired' })
    const once = await connectTo({
      'GET /api/v1/services': ({ url }, count) => (count === 2 ? expired : url.includes('continue=') ? page('b') : page('a', 'c')),
    })
    const { kinds } = await once.reader.collect(['services'])
    expect(kinds.services?.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
    expect(kinds.services?.gaps).toEqual([])
    const always = await connectTo({ 'GET /api/v1/services': ({ url }) => (url.includes('continue=') ? expired : page('a', 'c')) })
    expect((await always.reader.collect(['services'])).kinds.services).toMatchObject({ items: [], gaps: [{ reason: 'unreachable' }] })
  })
})

describe('secrets', () => {
  it('are asked for as a table without objects only', async () => {
    const { reader, seen } = await connectTo({
      'GET /api/v1/namespaces': list(named('shop')),
      [ACCESS]: allowed(true),
      'GET /api/v1/namespaces/shop/secrets': table(['db', 'Opaque', 2, '3d4h'], ['tls', 'kubernetes.io/tls', 2, '2y14d']),
    })
    const { kinds } = await reader.collect(['secrets'])
    expect(kinds.secrets).toEqual({
      items: [
        { metadata: { name: 'db', namespace: 'shop' }, type: 'Opaque', keys: 2, ageDays: 3 },
        { metadata: { name: 'tls', namespace: 'shop' }, type: 'kubernetes.io/tls', keys: 2, ageDays: 744 },
      ],
      gaps: [],
    })
    const asked = seen.filter(({ url }) => url.includes('/secrets'))
    expect(asked.map(({ url, headers }) => [url, headers.accept])).toEqual([
      ['/api/v1/namespaces/shop/secrets?includeObject=None&limit=500', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
    ])
  })

  const value = { metadata: { name: 'db', namespace: 'shop' }, data: { password: 'czNjcjN0' } }
  it.each<readonly [string, Reply]>([
    ['a list', { json: { kind: 'SecretList', metadata: {}, items: [value] } }],
    [
      'a table with objects',
      { json: { kind: 'Table', columnDefinitions: columns, rows: [{ cells: ['db', 'Opaque', 1, '1d'], object: value }] } },
    ],
    ['a table without the columns', { json: { kind: 'Table', columnDefinitions: columns.slice(0, 1), rows: [] } }],
    ['a table with odd cells', table([value, 'Opaque', 1, '1d'])],
    ['406', status(406, 'only the following media types are accepted')],
  ])('%s instead is thrown away', async (_, reply) => {
    const { reader } = await connectTo({
      'GET /api/v1/namespaces': list(named('shop')),
      [ACCESS]: allowed(true),
      'GET /api/v1/namespaces/shop/secrets': reply,
    })
    const state = await reader.collect(['secrets'])
    expect(state.kinds.secrets).toMatchObject({ items: [], gaps: [{ kind: 'secrets', namespace: 'shop' }] })
    expect(JSON.stringify(state)).not.toMatch(/czNjcjN0|password/)
  })

  it('are never complete where the namespaces are not', async () => {
    const { reader } = await connectTo({ [ACCESS]: allowed(true), 'GET /api/v1/namespaces/shop/secrets': table() }, 'shop')
    expect((await reader.collect(['secrets'])).kinds.secrets).toEqual({
      items: [],
      gaps: [
        {
          kind: 'secrets',
          reason: 'forbidden',
          detail: expect.stringContaining('not all namespaces are known'),
          needs: { verb: 'list', group: '', resource: 'namespaces' },
        },
      ],
      onlyNamespaces: ['shop'],
    })
  })
})

describe('what may not be listed everywhere', () => {
  const inShop = rules({ verbs: ['get', 'list'], apiGroups: [''], resources: ['services'] })
  it('is listed where the rules allow it, and nowhere else', async () => {
    const { reader, seen } = await connectTo({
      'GET /api/v1/namespaces': namespaces,
      [RULES]: ({ body }) => (body.includes('"shop"') || body.includes('"gone"') ? inShop : rules()),
      'GET /api/v1/namespaces/shop/services': list({ ...named('web', 'shop'), spec: {} }),
      'GET /api/v1/namespaces/gone/services': status(500, 'broken'),
    })
    expect((await reader.collect(['services'])).kinds.services).toMatchObject({
      items: [{ metadata: { name: 'web' } }],
      gaps: [
        { kind: 'services', reason: 'forbidden', needs: { verb: 'list', group: '', resource: 'services' } },
        { kind: 'services', namespace: 'gone', reason: 'unreachable' },
      ],
      onlyNamespaces: ['shop'],
    })
    expect(seen.some(({ url }) => url.startsWith('/api/v1/namespaces/bank/services'))).toBe(false)
  })

  it('is tried where the server cannot tell', async () => {
    const { reader } = await connectTo({
      'GET /api/v1/namespaces': namespaces,
      [RULES]: { status: 201, json: { status: { incomplete: true, resourceRules: [] } } },
      'GET /api/v1/namespaces/bank/services': list(),
      'GET /api/v1/namespaces/gone/services': list({ ...named('bad', 'gone'), spec: 5 }),
    })
    const { kinds } = await reader.collect(['services'])
    expect(kinds.services?.onlyNamespaces).toEqual(['bank'])
    expect(kinds.services?.gaps.map(({ namespace, reason }) => [namespace, reason])).toEqual([
      [undefined, 'forbidden'],
      ['gone', 'malformed'],
    ])
  })

  it('a right to single names is no right to list', async () => {
    const { reader } = await connectTo({
      [RULES]: rules({ verbs: ['list'], apiGroups: [''], resources: ['services'], resourceNames: ['one'] }),
      'GET /api/v1/namespaces/default/services': list(),
    })
    expect((await reader.collect(['services'])).kinds.services?.onlyNamespaces).toEqual([])
  })
})

describe('what is not served', () => {
  const groupList = (...names: string[]): Reply => ({ json: { resources: names.map((name) => ({ name, kind: name, namespaced: true })) } })
  it('is nothing where it is optional, also for who may not list it', async () => {
    const { reader } = await connectTo({
      'GET /apis/velero.io/v1': groupList('schedules', 'schedules/status'),
      'GET /apis/snapshot.storage.k8s.io/v1': status(404, 'not found'),
    })
    const { kinds } = await reader.collect(['veleroSchedules', 'veleroBackups', 'volumeSnapshots'])
    expect(kinds.veleroBackups).toEqual({ items: [], gaps: [] })
    expect(kinds.volumeSnapshots).toEqual({ items: [], gaps: [] })
    expect(kinds.veleroSchedules?.gaps).toMatchObject([{ reason: 'forbidden', needs: { resource: 'schedules', group: 'velero.io' } }])
  })
  it('is a gap where it is not optional', async () => {
    const { reader } = await connectTo({
      'GET /apis/policy/v1/poddisruptionbudgets': status(404, 'the server could not find the requested resource'),
    })
    expect((await reader.collect(['podDisruptionBudgets'])).kinds.podDisruptionBudgets).toMatchObject({
      items: [],
      gaps: [{ reason: 'not-visible', detail: expect.stringContaining('policy/v1') }],
    })
  })
})

describe('in the middle of a collection', () => {
  it('a 401 ends the asking, and the rest is unauthorized', async () => {
    const { reader, seen } = await connectTo(
      Object.fromEntries(
        ['pods', 'services', 'nodes', 'namespaces'].map((plural) => [`GET /api/v1/${plural}`, status(401, 'Unauthorized')]),
      ),
    )
    const { kinds } = await reader.collect(ALL_KINDS)
    expect(kinds.networkPolicies?.gaps).toMatchObject([{ kind: 'networkPolicies', reason: 'unauthorized' }])
    expect(seen.some(({ url }) => url.includes('networkpolicies'))).toBe(false)
  })
  it('a server that is gone is not asked for every kind', async () => {
    const { reader, seen, stop } = await connectTo({
      'GET /api/v1/nodes': () => {
        stop()
        return { hang: true }
      },
    })
    const { kinds } = await reader.collect(['nodes', ...ALL_KINDS.filter((kind) => KINDS[kind].by === 'list' && kind !== 'nodes')])
    expect(kinds.nodes?.gaps).toMatchObject([{ reason: 'unreachable' }])
    expect(kinds.veleroBackups?.gaps).toEqual([
      { kind: 'veleroBackups', reason: 'unreachable', detail: expect.stringContaining('ECONNREFUSED') },
    ])
    expect(seen.some(({ url }) => url.includes('velero'))).toBe(false)
  })
  it('one kind that fails does not stop the others', async () => {
    const { reader } = await connectTo({ 'GET /api/v1/nodes': status(500, 'broken'), 'GET /api/v1/services': list() })
    const { kinds } = await reader.collect(['nodes', 'pods', 'configMaps', 'jobs', 'services'])
    expect(kinds.services).toEqual({ items: [], gaps: [] })
  })
  it('a server that is gone at the start is an error', async () => {
    let gone = false
    const { reader } = await connectTo({ 'GET /version': () => (gone ? { drop: true } : { json: { gitVersion: 'v1' } }) })
    gone = true
    await expect(reader.collect(['pods'])).rejects.toMatchObject({ code: 'unreachable' })
  })
})

describe('the encryption probe', () => {
  const metrics = (start: number, prefix: string): Reply => ({
    text: `# HELP x\napiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="${prefix}"} 3\nother_metric 1\nprocess_start_time_seconds ${start}\n`,
  })
  it('finds the API servers behind one address', async () => {
    const { reader } = await connectTo({
      'GET /metrics': (_, count) => metrics(count % 3, count % 3 === 0 ? 'identity' : 'k8s:enc:secretbox:v1:'),
    })
    const { kinds } = await reader.collect(['encryption'])
    expect(
      kinds.encryption?.items.map(({ metadata, transformations }) => [metadata.name.replace(/.*#/, '#'), transformations[0]?.prefix]),
    ).toEqual([
      ['#1', ''],
      ['#2', 'k8s:enc:secretbox:v1:'],
      ['#3', 'k8s:enc:secretbox:v1:'],
    ])
  })
  it('asks one API server twice, and no more, for all that metrics tell', async () => {
    const { reader, seen } = await connectTo({ 'GET /metrics': metrics(1, 'identity') })
    const { kinds } = await reader.collect(['encryption', 'apiServers'])
    expect(seen.filter(({ url }) => url === '/metrics')).toHaveLength(2)
    expect([kinds.encryption?.items.length, kinds.apiServers?.items.length]).toEqual([1, 1])
  })
  it('refused or strange is a gap', async () => {
    const refused = await connectTo({})
    expect((await refused.reader.collect(['encryption'])).kinds.encryption?.gaps).toMatchObject([
      { reason: 'forbidden', needs: { verb: 'get', path: '/metrics' } },
    ])
    const strange = await connectTo({ 'GET /metrics': { text: 'hello' } })
    expect((await strange.reader.collect(['encryption'])).kinds.encryption?.gaps).toMatchObject([{ reason: 'malformed' }])
  })
})

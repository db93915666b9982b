import { describe, expect, it, onTestFinished } from 'vitest'
import { connectLive } from '../../src/cluster/index.ts'
import { fakeServer, file, folder, kubeconfig, type Reply, status } from './support.ts'

type Routes = Readonly<Record<string, Reply>>

async function collect(routes: Routes, kinds: Parameters<Awaited<ReturnType<typeof connectLive>>['reader']['collect']>[0]) {
  const { url, seen } = await fakeServer((one) => {
    const path = one.url.split('?')[0] ?? ''
    if (path === '/version') return { json: { gitVersion: 'v1.36.3' } }
    return routes[path] ?? status(403, `User "u" cannot get ${path}`, { reason: 'Forbidden' })
  })
  const connection = await connectLive({ kubeconfig: await file(await folder(), 'config', kubeconfig({ server: url })), env: {} })
  onTestFinished(() => connection.reader.close())
  return { kinds: (await connection.reader.collect(kinds)).kinds, seen }
}

const nodes = (...names: string[]): Reply => ({ json: { items: names.map((name) => ({ metadata: { name } })) } })
const configz = (readOnlyPort: number): Reply => ({
  json: { kubeletconfig: { readOnlyPort, authorization: { mode: 'Webhook' }, unknown: 1 } },
})
const at = (node: string, what: string) => `/api/v1/nodes/${node}/proxy/${what}`

describe('kubelets', () => {
  it('each node once, with only the flags that are flags; the nodes are listed once for both kinds', async () => {
    const flagz = { kind: 'Flagz', apiVersion: 'config.k8s.io/v1beta1', flags: { 'hostname-override': 'x', 'read-only-port': '10255' } }
    const { kinds, seen } = await collect(
      {
        '/api/v1/nodes': nodes('a', 'b'),
        [at('a', 'configz')]: configz(0),
        [at('a', 'flagz')]: { json: flagz },
        [at('b', 'configz')]: configz(10255),
        [at('b', 'flagz')]: status(404, 'not found'),
      },
      ['nodes', 'kubelets'],
    )
    expect(kinds.kubelets).toEqual({
      items: [
        { metadata: { name: 'a' }, config: { readOnlyPort: 0, authorization: { mode: 'Webhook' } }, flags: { 'hostname-override': 'x' } },
        { metadata: { name: 'b' }, config: { readOnlyPort: 10255, authorization: { mode: 'Webhook' } } },
      ],
      gaps: [],
    })
    expect(kinds.nodes?.items).toHaveLength(2)
    expect(seen.filter(({ url }) => url.startsWith('/api/v1/nodes?') && !url.includes('limit=3'))).toHaveLength(1)
    expect(seen.find(({ url }) => url.endsWith('/flagz'))?.headers.accept).toMatch(
      /^application\/json;v=v1beta1;g=config\.k8s\.io;as=Flagz/,
    )
  })

  it('a node that does not answer is a gap of that node; a kubelet that refuses the API server is no missing right of ours', async () => {
    const { kinds } = await collect(
      {
        '/api/v1/nodes': nodes('good', 'gone', 'shut', 'denied', 'odd'),
        [at('good', 'configz')]: configz(0),
        [at('gone', 'configz')]: status(502, 'dial tcp: no route to host'),
        [at('shut', 'configz')]: { status: 401, text: 'Unauthorized' },
        [at('denied', 'configz')]: { status: 403, text: 'Forbidden (user=kube-apiserver-kubelet-client, verb=get)' },
        [at('odd', 'configz')]: { json: { kubeletconfig: { readOnlyPort: 'x' } } },
      },
      ['kubelets', 'services'],
    )
    expect(kinds.kubelets?.items.map(({ metadata }) => metadata.name)).toEqual(['good'])
    expect(kinds.kubelets?.gaps.map(({ name, reason, needs }) => [name, reason, needs])).toEqual([
      ['gone', 'unreachable', undefined],
      ['shut', 'not-visible', undefined],
      ['denied', 'not-visible', undefined],
      ['odd', 'malformed', undefined],
    ])
    // The 401 of one kubelet did not end the reading of the cluster.
    expect(kinds.services?.gaps[0]?.reason).toBe('forbidden')
  })

  it('one missing right is one gap; a right for some nodes leaves a gap for each of the others', async () => {
    const none = await collect({ '/api/v1/nodes': nodes('a', 'b') }, ['kubelets'])
    expect(none.kinds.kubelets?.gaps).toMatchObject([{ reason: 'forbidden', needs: { verb: 'get', group: '', resource: 'nodes/proxy' } }])
    expect(none.kinds.kubelets?.gaps[0]).not.toHaveProperty('name')
    const some = await collect({ '/api/v1/nodes': nodes('a', 'b'), [at('a', 'configz')]: configz(0) }, ['kubelets'])
    expect(some.kinds.kubelets?.gaps).toMatchObject([{ name: 'b', reason: 'forbidden', needs: { resource: 'nodes/proxy', name: 'b' } }])
    const blind = await collect({}, ['kubelets'])
    expect(blind.kinds.kubelets?.gaps).toMatchObject([{ reason: 'forbidden', needs: { verb: 'list', resource: 'nodes' } }])
  })
})

describe('flags of the API server', () => {
  const metrics: Reply = { text: 'process_start_time_seconds 1\n' }
  it('come without credentials in them; refused and not served are told apart', async () => {
    const flags = { profiling: 'true', 'etcd-servers': 'https://me:hunter22@etcd:2379', 'x-token': 'hunter22' }
    const served = await collect({ '/metrics': metrics, '/flagz': { json: { kind: 'Flagz', flags } } }, ['apiServers'])
    expect(served.kinds.apiServers?.items[0]).toMatchObject({ flagz: 'served', flags: { profiling: 'true', 'x-token': '[redacted]' } })
    expect(JSON.stringify(served.kinds)).not.toContain('hunter22')
    const refused = await collect({ '/metrics': metrics }, ['apiServers'])
    expect(refused.kinds.apiServers).toMatchObject({
      items: [{ flagz: 'refused' }],
      gaps: [{ reason: 'forbidden', name: expect.any(String), needs: { verb: 'get', path: '/flagz' } }],
    })
    const none = await collect({ '/metrics': metrics, '/flagz': status(404, 'no') }, ['apiServers'])
    expect(none.kinds.apiServers?.items[0]).toMatchObject({ flagz: 'not-served' })
    const blind = await collect({}, ['apiServers'])
    expect(blind.kinds.apiServers?.gaps).toMatchObject([{ reason: 'forbidden', needs: { verb: 'get', path: '/metrics' } }])
  })
})

describe('component configuration', () => {
  it('is asked for by name; what is not there is none; a refusal names the right', async () => {
    const item = { metadata: { name: 'kube-proxy', namespace: 'kube-system' }, data: { 'config.conf': 'mode: ""', 'kubeconfig.conf': 'x' } }
    const list = '/api/v1/namespaces/kube-system/configmaps'
    const { url } = await fakeServer((one) => {
      if (one.url.startsWith('/version')) return { json: { gitVersion: 'v1.36.3' } }
      if (!one.url.startsWith(`${list}?`)) return status(403, 'no', { reason: 'Forbidden' })
      return {
        json: { items: new URL(one.url, 'http://x').searchParams.get('fieldSelector') === 'metadata.name=kube-proxy' ? [item] : [] },
      }
    })
    const connection = await connectLive({ kubeconfig: await file(await folder(), 'config', kubeconfig({ server: url })), env: {} })
    onTestFinished(() => connection.reader.close())
    const { kinds } = await connection.reader.collect(['systemConfigs'])
    expect(kinds.systemConfigs).toMatchObject({ items: [{ documents: { 'config.conf': 'mode: ""' }, redacted: [] }], gaps: [] })
    expect(kinds.systemConfigs?.items[0]?.documents).not.toHaveProperty('kubeconfig.conf')
    const refused = await collect({}, ['systemConfigs'])
    expect(refused.kinds.systemConfigs?.gaps).toMatchObject([
      { reason: 'forbidden', needs: { verb: 'list', resource: 'configmaps', namespace: 'kube-system' } },
    ])
  })
})

describe('TLS', () => {
  it('without TLS there is nothing to see', async () => {
    expect((await collect({}, ['tls'])).kinds.tls).toMatchObject({ items: [], gaps: [{ reason: 'not-visible' }] })
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type TestCluster } from './apiserver.ts'
import { ApiClient } from './http.ts'
import { readKubeconfig } from './kubeconfig.ts'
import { type RecordingProxy, startRecordingProxy } from './proxy.ts'
import { formsOf, marksIn } from './search.ts'

describe('the search for marks', () => {
  it('finds a mark at every alignment of base64, and not its neighbours', () => {
    for (const before of ['', 'x', 'xy', 'xyz']) {
      for (const after of ['', 'q', 'qr']) {
        const body = Buffer.from(`{"data":"${Buffer.from(`${before}hunter2?>${after}`).toString('base64')}"}`)
        expect(marksIn(body, ['hunter2?>', 'hunter3?>'])).toEqual(['hunter2?>'])
      }
    }
    expect(marksIn(Buffer.from('raw hunter2 here'), ['hunter2'])).toEqual(['hunter2'])
    expect(formsOf('a>b?').length).toBeGreaterThan(4)
  })
})

describe('a recording proxy', () => {
  let cluster: TestCluster
  let proxy: RecordingProxy
  const mark = 'correct-horse-battery'
  beforeAll(async () => {
    cluster = await startCluster({ name: 'proxied' })
    await cluster.createNamespace('shop')
    // A large Secret, so that the server compresses the answer.
    const body = { kind: 'Secret', metadata: { name: 's' }, stringData: { key: `x${mark}`, big: 'ab'.repeat(100_000) } }
    await cluster.api('/api/v1/namespaces/shop/secrets', { method: 'POST', body: { apiVersion: 'v1', ...body } })
    proxy = await startRecordingProxy(cluster, cluster.adminKubeconfig)
  })
  afterAll(async () => {
    await proxy?.stop()
    await cluster?.stop()
  })

  it('finds a listed Secret, compressed and not, and nothing in what does not carry it', async () => {
    const through = { kubeconfig: proxy.kubeconfig }
    await cluster.kubectl(['get', 'namespaces'], through)
    expect(proxy.bodies().length).toBeGreaterThan(0)
    expect(proxy.search([mark])).toEqual([])
    await cluster.kubectl(['get', 'secrets', '-n', 'shop', '-o', 'yaml'], through)
    const last = proxy.bodies().at(-1)
    expect(last).toMatchObject({ method: 'GET', status: 200, responseHeaders: { 'content-encoding': 'gzip' } })
    expect(proxy.search([mark, 'not-there'])).toEqual([{ path: last?.path, mark }])
    await cluster.kubectl(['get', '--raw', '/api/v1/namespaces/shop/secrets/s', '--disable-compression'], through)
    expect(proxy.bodies().at(-1)?.responseHeaders).not.toHaveProperty('content-encoding')
    expect(proxy.search([mark])).toHaveLength(2)
  })

  it('keeps who is calling: user, expired user, nobody', async () => {
    const whoAmI = async (kubeconfig: string) => {
      const other = await startRecordingProxy(cluster, kubeconfig)
      const { stdout, stderr } = await cluster.kubectl(['auth', 'whoami'], { kubeconfig: other.kubeconfig, allowFail: true })
      await other.stop()
      return stdout + stderr
    }
    expect(await whoAmI(await cluster.kubeconfigFor('alice'))).toContain('alice')
    expect(await whoAmI(await cluster.kubeconfigFor('late', [], { expired: true }))).toMatch(/Unauthorized|must be logged in/)
    const { server, caPem } = await readKubeconfig(proxy.kubeconfig)
    const nobody = new ApiClient({ server, caPem })
    const answer = await nobody.request('/api/v1/secrets')
    nobody.close()
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('system:anonymous') })
  })
})

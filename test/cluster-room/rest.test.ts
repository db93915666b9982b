import { describe, expect, it, onTestFinished } from 'vitest'
import { ApiError, NoAnswer } from '../../src/cluster/live/api-error.ts'
import type { Credentials } from '../../src/cluster/live/credentials.ts'
import { makeRest, type RestSettings } from '../../src/cluster/live/rest.ts'
import { makeTransport } from '../../src/cluster/live/transport.ts'
import { fakeServer, status } from './support.ts'

const NOBODY: Credentials = { kind: 'none', current: async () => ({}), renew: async () => undefined }

async function restOf(server: string, settings: Partial<RestSettings> = {}) {
  const transport = await makeTransport({ ...EMPTY_CLUSTER, server }, {})
  const rest = makeRest({
    server,
    transport,
    credentials: NOBODY,
    user: {} as RestSettings['user'],
    version: '1.2.3',
    backoffMs: 5,
    ...settings,
  })
  onTestFinished(() => rest.close())
  return rest
}
async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of from) found.push(one)
  return found
}

const EMPTY_CLUSTER = {
  'certificate-authority': undefined,
  'certificate-authority-data': undefined,
  'insecure-skip-tls-verify': false,
  'tls-server-name': undefined,
  'proxy-url': undefined,
}

describe('retries of reads', () => {
  it.each([429, 502, 503, 504])('%i is tried again', async (code) => {
    const { url, seen } = await fakeServer((_, count) => (count < 3 ? status(code, 'busy') : { json: { ok: true } }))
    expect((await (await restOf(url)).call('GET', '/x')).data).toEqual({ ok: true })
    expect(seen).toHaveLength(3)
  })

  it('honours Retry-After', async () => {
    const { url } = await fakeServer((_, count) => (count === 1 ? { ...status(429, 'busy'), headers: { 'retry-after': '1' } } : {}))
    const start = performance.now()
    await (await restOf(url)).call('GET', '/x')
    expect(performance.now() - start).toBeGreaterThan(950)
  })

  it('a broken connection is tried again, and not for ever', async () => {
    const { url, seen } = await fakeServer((_, count) => (count < 3 ? { drop: true } : { json: { ok: true } }))
    expect((await (await restOf(url)).call('GET', '/x')).data).toEqual({ ok: true })
    expect(seen).toHaveLength(3)
    const never = await fakeServer(() => ({ drop: true }))
    await expect((await restOf(never.url)).call('GET', '/x')).rejects.toMatchObject({ name: 'NoAnswer', kind: 'reset' })
    expect(never.seen).toHaveLength(5)
  })

  it('ends with the last answer', async () => {
    const { url, seen } = await fakeServer(() => status(503, 'not today'))
    await expect((await restOf(url)).call('GET', '/x', { retries: 2 })).rejects.toMatchObject({ code: 503, message: 'not today' })
    expect(seen).toHaveLength(3)
  })

  it.each([400, 403, 404, 409, 500])('%i is not tried again', async (code) => {
    const { url, seen } = await fakeServer(() => status(code, 'no'))
    await expect((await restOf(url)).call('GET', '/x')).rejects.toBeInstanceOf(ApiError)
    expect(seen).toHaveLength(1)
  })
})

describe('writes', () => {
  it('are not repeated after 503 or a broken connection', async () => {
    for (const reply of [status(503, 'busy'), { drop: true } as const]) {
      const { url, seen } = await fakeServer(() => reply)
      await expect((await restOf(url)).call('PATCH', '/x', { body: {} })).rejects.toThrow()
      expect(seen).toHaveLength(1)
    }
  })
  it('wait for a 429 only where it says how long', async () => {
    const told = await fakeServer((_, count) => (count === 1 ? { ...status(429, 'busy'), headers: { 'retry-after': '0' } } : {}))
    await (await restOf(told.url)).call('POST', '/x', { body: {} })
    expect(told.seen).toHaveLength(2)
    const untold = await fakeServer(() => status(429, 'busy'))
    await expect((await restOf(untold.url)).call('POST', '/x', { body: {} })).rejects.toMatchObject({ code: 429 })
    expect(untold.seen).toHaveLength(1)
  })
})

describe('requests', () => {
  it('carry identity, impersonation and agent', async () => {
    const { url, seen } = await fakeServer(() => ({}))
    const credentials: Credentials = { ...NOBODY, current: async () => ({ authorization: 'Bearer t' }) }
    const user = { as: 'bob', 'as-uid': '7', 'as-groups': ['a', 'b'], 'as-user-extra': { 'example.com/why': ['x'] } }
    await (await restOf(url, { credentials, user })).call('PATCH', '/x', {
      body: { a: 1 },
      contentType: 'application/apply-patch+yaml',
      query: { dryRun: 'All', no: undefined, force: true },
    })
    expect(seen[0]).toMatchObject({
      method: 'PATCH',
      url: '/x?dryRun=All&force=true',
      body: '{"a":1}',
      headers: {
        authorization: 'Bearer t',
        'user-agent': 'kubeharden/1.2.3',
        'content-type': 'application/apply-patch+yaml',
        'impersonate-user': 'bob',
        'impersonate-uid': '7',
        'impersonate-group': 'a, b',
        'impersonate-extra-example.com%2fwhy': 'x',
      },
    })
  })

  it('share few connections', async () => {
    const { url, connections } = await fakeServer(() => ({}))
    const rest = await restOf(url)
    await Promise.all(Array.from({ length: 50 }, () => rest.call('GET', '/x')))
    expect(connections()).toBeLessThanOrEqual(8)
  })

  it('keep the path of the server', async () => {
    const { url, seen } = await fakeServer(() => ({}))
    await (await restOf(`${url}/k8s/clusters/c-1`)).call('GET', '/api/v1/pods')
    expect(seen[0]?.url).toBe('/k8s/clusters/c-1/api/v1/pods')
  })

  it('renew credentials once after a 401, all at the same time together', async () => {
    const { url, seen } = await fakeServer(({ headers }) => (headers.authorization === 'Bearer new' ? {} : status(401, 'Unauthorized')))
    let renewals = 0
    let held: { authorization: string } = { authorization: 'Bearer old' }
    const credentials: Credentials = {
      kind: 'exec',
      current: async () => held,
      renew: async (refused) => {
        if (refused === held) {
          renewals += 1
          held = { authorization: 'Bearer new' }
        }
        return held
      },
    }
    const rest = await restOf(url, { credentials })
    await Promise.all([rest.call('GET', '/a'), rest.call('POST', '/b', { body: {} })])
    expect(renewals).toBe(1)
    expect(seen).toHaveLength(4)
    held = { authorization: 'Bearer old' }
    expect(await all(rest.lines('/metrics'))).toEqual(['{}'])
    expect(renewals).toBe(2)
    const never = await fakeServer(() => status(401, 'Unauthorized'))
    await expect((await restOf(never.url, { credentials })).call('GET', '/a')).rejects.toMatchObject({ code: 401 })
    expect(never.seen).toHaveLength(2)
  })

  it('end in time, and when told to', async () => {
    const { url } = await fakeServer(() => ({ hang: true }))
    const rest = await restOf(url)
    await expect(rest.call('GET', '/x', { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'timeout' })
    await expect(rest.call('GET', '/x', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ kind: 'aborted' })
    const lines = rest.lines('/metrics', { timeoutMs: 50 })
    await expect(lines.next()).rejects.toMatchObject({ kind: 'timeout' })
  })

  it('hand on warnings, and tell another kind of server', async () => {
    const warning = ['299 - "first, \\"quoted\\""', '299 - "second"']
    const { url } = await fakeServer((_, count) => (count === 1 ? { headers: { warning } } : { text: '<html>Log in</html>' }))
    const rest = await restOf(url)
    expect((await rest.call('GET', '/x')).warnings).toEqual(['first, "quoted"', 'second'])
    await expect(rest.call('GET', '/x')).rejects.toMatchObject({ kind: 'not-kubernetes' })
  })

  it('of an anonymous probe carry no credential', async () => {
    const { url, seen } = await fakeServer(() => status(401, 'no'))
    const credentials: Credentials = { ...NOBODY, current: async () => ({ authorization: 'Bearer t' }) }
    expect(await (await restOf(url, { credentials, user: { as: 'bob' } as RestSettings['user'] })).anonymousStatus('/version')).toBe(401)
    expect(seen[0]?.headers.authorization).toBeUndefined()
    expect(seen[0]?.headers['impersonate-user']).toBeUndefined()
  })
})

describe('pages and lines', () => {
  it('follow continue to the end', async () => {
    const { url, seen } = await fakeServer(({ url }) => ({
      json: { items: [url], metadata: url.includes('continue=next') ? {} : { continue: 'next' } },
    }))
    const pages = await all((await restOf(url)).pages('/list', { query: { includeObject: 'None' } }))
    expect(pages).toHaveLength(2)
    expect(seen.map((one) => one.url)).toEqual(['/list?includeObject=None&limit=500', '/list?includeObject=None&limit=500&continue=next'])
  })
  it('come whole, over chunks and without a last newline', async () => {
    const { url } = await fakeServer(() => ({ text: 'a 1\nb 2\n\nc 3' }))
    expect(await all((await restOf(url)).lines('/metrics'))).toEqual(['a 1', 'b 2', '', 'c 3'])
  })
})

it('a server that is not there is said at once', async () => {
  const rest = await restOf('http://127.0.0.1:1')
  await expect(rest.call('GET', '/x')).rejects.toMatchObject({ kind: 'refused' })
  const error = await rest.call('GET', '/x').catch((e: unknown) => e)
  expect(error).toBeInstanceOf(NoAnswer)
})

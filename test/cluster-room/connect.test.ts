import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { type AddressInfo, connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type ConnectOptions, connectLive, type LiveConnection } from '../../src/cluster/index.ts'
import type { HardenError } from '../../src/model/errors.ts'
import { Authority } from '../cluster/pki.ts'
import { type ConfigParts, fakeServer, file, folder, kubeconfig, type Reply, type Seen, status } from './support.ts'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.c2lnbmF0dXJl'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const version: Reply = { json: { gitVersion: 'v1.36.3' } }
const needs = (authorization: string) => (seen: Seen) =>
  seen.headers.authorization === authorization ? version : status(401, 'Unauthorized')

async function connect(parts: ConfigParts, options: ConnectOptions = {}): Promise<LiveConnection> {
  const dir = await folder()
  const connection = await connectLive({ kubeconfig: await file(dir, 'config', kubeconfig(parts)), env: {}, ...options })
  onTestFinished(() => connection.reader.close())
  return connection
}
const failure = async (promise: Promise<unknown>): Promise<HardenError> =>
  await promise.then(
    () => expect.fail('it went through'),
    (error: HardenError) => error,
  )
/** A plugin as a script of the running Node. */
const plugin = (script: string, more: object = {}) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script], ...more },
})
const printing = (token: string, more = '') => `console.log(JSON.stringify({kind:'ExecCredential',status:{token:'${token}'${more}}}))`

describe('credentials', () => {
  it('token', async () => {
    const { url } = await fakeServer(needs('Bearer t1'))
    expect(await connect({ server: url, user: { token: 't1' } })).toMatchObject({ version: 'v1.36.3', server: url, context: 'one' })
  })
  it('basic', async () => {
    const { url } = await fakeServer(needs(`Basic ${base64('u:p')}`))
    await connect({ server: url, user: { username: 'u', password: 'p' } })
  })
  it('tokenFile, read again after a 401', async () => {
    let wanted = 'Bearer first'
    const { url, seen } = await fakeServer((one) => needs(wanted)(one))
    const tokenFile = await file(await folder(), 'token', 'first\n')
    const { writer } = await connect({ server: url, user: { token: 'stale', tokenFile } })
    wanted = 'Bearer second'
    await writeFile(tokenFile, 'second\n')
    await writer.plural('v1', 'Nothing').catch(() => undefined)
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer first', 'Bearer second', 'Bearer second'])
    await rm(tokenFile)
    wanted = 'Bearer third'
    expect(await failure(writer.plural('v1', 'Nothing'))).toMatchObject({ code: 'credentials', message: expect.stringContaining('token') })
  })
  it('a stored OIDC token, and the hint when it is over', async () => {
    const jwt = (exp: number) => `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.x`
    const good = jwt(4_000_000_000)
    const { url } = await fakeServer(needs(`Bearer ${good}`))
    const user = (token: string, name = 'oidc') => ({ 'auth-provider': { name, config: { 'id-token': token } } })
    await connect({ server: url, user: user(good) })
    expect(await failure(connect({ server: url, user: user(jwt(1_700_000_000)) }))).toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('expired on 2023-11-14'),
    })
    expect(await failure(connect({ server: url, user: user(good, 'gcp') }))).toMatchObject({
      code: 'credentials',
      hint: expect.stringContaining('gke-gcloud-auth-plugin'),
    })
  })
  it('refused ones say so without showing them', async () => {
    const { url } = await fakeServer(() => status(401, 'Unauthorized'))
    const error = await failure(connect({ server: url, user: { token: TOKEN } }))
    expect(error).toMatchObject({ code: 'credentials', exitCode: 3 })
    expect(`${error.message} ${error.hint} ${JSON.stringify(error.cause)}`).not.toContain(TOKEN.slice(0, 12))
  })
})

describe('credential plugins', () => {
  it('run once for many requests, and once more after a 401', async () => {
    const dir = await folder()
    const log = path.join(dir, 'runs')
    const script = `const fs=require('fs');fs.appendFileSync(${JSON.stringify(log)},'x');const n=fs.readFileSync(${JSON.stringify(log)},'utf8').length;console.log(JSON.stringify({status:{token:'t'+n}}))`
    let wanted = 'Bearer t1'
    const { url, seen } = await fakeServer((one) => needs(wanted)(one))
    const { writer } = await connect({ server: url, user: plugin(script) })
    const many = () => Promise.all(['a/v1', 'b/v1', 'c/v1'].map((group) => writer.plural(group, 'X').catch(() => undefined)))
    await many()
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer t1']))
    wanted = 'Bearer t2'
    await many()
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer t1', 'Bearer t2']))
  })
  it('run again when their credential ends', async () => {
    const { url } = await fakeServer(needs('Bearer x'))
    const log = path.join(await folder(), 'runs')
    const ending = (when: string) =>
      `require('fs').appendFileSync(${JSON.stringify(log)},'x');${printing('x', `,expirationTimestamp:'${when}'`)}`
    const { writer } = await connect({ server: url, user: plugin(ending('2020-01-01T00:00:00Z')) })
    await writer.plural('a/v1', 'X').catch(() => undefined)
    expect((await readFile(log, 'utf8')).length).toBeGreaterThan(1)
    await rm(log)
    const lasting = await connect({ server: url, user: plugin(ending('2100-01-01T00:00:00Z')) })
    await lasting.writer.plural('a/v1', 'X').catch(() => undefined)
    expect(await readFile(log, 'utf8')).toBe('x')
  })
  it('are told of the cluster, and get their environment', async () => {
    const script = `const i=JSON.parse(process.env.KUBERNETES_EXEC_INFO);console.log(JSON.stringify({status:{token:[i.apiVersion,i.spec.interactive,i.spec.cluster.server,process.env.X].join('|')}}))`
    const { url, seen } = await fakeServer(() => version)
    await connect({ server: url, user: plugin(script, { provideClusterInfo: true, env: [{ name: 'X', value: 'y' }] }) })
    expect(seen[0]?.headers.authorization).toBe(`Bearer client.authentication.k8s.io/v1|false|${url}|y`)
  })
  it('find their standard input closed', async () => {
    const { url } = await fakeServer(needs('Bearer x'))
    await connect({ server: url, user: plugin(`process.stdin.on('end',()=>{${printing('x')}}).resume()`) })
  })
  it.each([
    [
      'missing',
      { exec: { apiVersion: 'v1', command: 'kubeharden-no-such-plugin', installHint: 'Install it from example.test.' } },
      /"kubeharden-no-such-plugin" was not found/,
      /Install it from example\.test/,
    ],
    [
      'failing',
      plugin(`console.error('line one\\nsession expired ${TOKEN}\\nrun login');process.exit(3)`),
      /ended with 3: line one \/ session expired \[redacted\] \/ run login/,
      /log in again/,
    ],
    ['saying nonsense', plugin(`console.log('hello')`), /printed no ExecCredential/, /version/],
    ['giving nothing', plugin(`console.log(JSON.stringify({status:{}}))`), /neither a token nor a certificate/, /version/],
    ['wanting a terminal', plugin('', { interactiveMode: 'Always' }), /terminal of its own/, /IfAvailable/],
  ])('%s', async (_, user, message, hint) => {
    const error = await failure(connect({ server: 'http://127.0.0.1:1', user }))
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringMatching(message), hint: expect.stringMatching(hint) })
    expect(JSON.stringify([error.message, error.hint])).not.toContain(TOKEN.slice(0, 12))
  })
})

describe('no answer', () => {
  it.each([
    ['nothing listens', 'http://127.0.0.1:1', /could not be reached.*ECONNREFUSED/, /cluster running/],
    ['no such name', 'http://cluster.invalid:6443', /could not be reached/, /resolved/],
  ])('%s', async (_, server, message, hint) => {
    expect(await failure(connect({ server }))).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      exitCode: 3,
    })
  })
  it('in time', async () => {
    const { url } = await fakeServer(() => ({ hang: true }))
    expect(await failure(connect({ server: url }, { requestTimeout: '100ms' }))).toMatchObject({
      code: 'unreachable',
      hint: expect.stringContaining('--request-timeout'),
    })
  })
  it('of a Kubernetes', async () => {
    const { url } = await fakeServer(() => ({ text: '<html>login</html>' }))
    expect(await failure(connect({ server: url }))).toMatchObject({ code: 'unreachable', hint: expect.stringContaining('login page') })
    const other = await fakeServer(() => ({ json: { hello: 1 } }))
    expect(await failure(connect({ server: other.url }))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('not a Kubernetes'),
    })
  })
  it('before Ctrl-C', async () => {
    const { url } = await fakeServer(() => ({ hang: true }))
    expect(await failure(connect({ server: url }, { signal: AbortSignal.timeout(50) }))).toMatchObject({
      code: 'interrupted',
      exitCode: 130,
    })
  })
  it('but a refused /version is no obstacle', async () => {
    const { url } = await fakeServer(() => status(403, 'forbidden'))
    expect((await connect({ server: url })).version).toBeUndefined()
  })
})

describe('TLS', () => {
  let authority: Authority
  let tls: { cert: string; key: string; ca: string }
  beforeAll(async () => {
    authority = await Authority.create(await mkdtemp(path.join(tmpdir(), 'kubeharden-pki-')))
    const { cert, key } = await authority.issue({ commonName: 'api', serverNames: ['127.0.0.1'] })
    tls = { cert, key, ca: authority.caPem }
    return () => rm(authority.dir, { recursive: true, force: true })
  })
  const ca = () => ({ 'certificate-authority-data': base64(authority.caPem) })

  it('is trusted by the CA of the cluster, in data or in a file', async () => {
    const { url } = await fakeServer(() => version, tls)
    await connect({ server: url, cluster: ca() })
    await connect({ server: url, cluster: { 'certificate-authority': authority.caFile } })
    await connect({ server: url, cluster: { 'insecure-skip-tls-verify': true } })
  })
  it('not trusted names the CA as the way out', async () => {
    const { url } = await fakeServer(() => version, tls)
    expect(await failure(connect({ server: url }))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('is not trusted'),
      hint: expect.stringContaining('certificate-authority-data'),
    })
    expect(await failure(connect({ server: url, cluster: { ...ca(), 'tls-server-name': 'other.example' } }))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('is not trusted'),
    })
  })
  it('shows the client certificate, also one from a plugin', async () => {
    const { cert, key } = await authority.issue({ commonName: 'ann', organizations: ['team one', 'admins'] })
    const server = await fakeServer(() => version, { ...tls, requestCert: true, rejectUnauthorized: true })
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
    await connect({ server: server.url, cluster: ca(), user })
    const status = JSON.stringify({ status: { clientCertificateData: cert, clientKeyData: key } })
    await connect({ server: server.url, cluster: ca(), user: plugin(`console.log(${JSON.stringify(status)})`) })
    expect(await failure(connect({ server: server.url, cluster: ca() }))).toMatchObject({ code: 'unreachable' })
  })
  it.each([
    ['expired', -1, /expired on 20\d\d-/, /kubeadm certs renew/],
    ['unreadable', undefined, /cannot be read/, /PEM/],
  ])('stops at a client certificate that is %s, before any request', async (_, days, message, hint) => {
    const { cert, key } = days === undefined ? { cert: 'not PEM', key: 'x' } : await authority.issue({ commonName: 'ann', days })
    const { url, seen } = await fakeServer(() => version)
    const error = await failure(connect({ server: url, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }))
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringMatching(message), hint: expect.stringMatching(hint) })
    expect(seen).toEqual([])
  })
  it('names a missing key, and files that are not there', async () => {
    const { cert } = await authority.issue({ commonName: 'ann' })
    expect(await failure(connect({ user: { 'client-certificate-data': base64(cert) } }))).toMatchObject({
      code: 'kubeconfig',
      message: expect.stringContaining('no key'),
    })
    expect(await failure(connect({ user: { 'client-certificate': 'gone.crt' } }))).toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('gone.crt'),
    })
    expect(await failure(connect({ cluster: { 'certificate-authority': 'gone.crt' } }))).toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('gone.crt'),
    })
  })
})

describe('proxies', () => {
  it('proxy-url of the cluster and HTTP_PROXY are used; a wrong one is not quoted', async () => {
    const proxy = await fakeServer(({ url }) => (url.startsWith('http://cluster.invalid') ? version : { status: 500 }))
    const server = 'http://cluster.invalid:6443'
    await connect({ server, cluster: { 'proxy-url': proxy.url } })
    await connect({ server }, { env: { HTTP_PROXY: proxy.url } })
    expect(proxy.seen).toHaveLength(2)
    expect(await failure(connect({ server }, { env: { HTTP_PROXY: proxy.url, NO_PROXY: '.invalid' } }))).toMatchObject({
      code: 'unreachable',
    })
    const wrong = await failure(connect({ server, cluster: { 'proxy-url': 'ftp://user:s3cr3t@host' } }))
    expect(wrong).toMatchObject({ code: 'kubeconfig' })
    expect(wrong.message).not.toContain('s3cr3t')
  })

  it('HTTPS goes through a tunnel, with the certificate checked at its end', async () => {
    const authority = await Authority.create(await folder())
    const { cert, key } = await authority.issue({ commonName: 'api', serverNames: ['api.invalid'] })
    const { url } = await fakeServer(() => version, { cert, key })
    const asked: string[] = []
    const tunnel = http.createServer().on('connect', (request, socket, head) => {
      asked.push(request.url ?? '')
      const through = dial(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        through.write(head)
        through.pipe(socket).pipe(through)
      })
      for (const end of [socket, through]) end.on('error', () => through.destroy())
    })
    await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void tunnel.close())
    const cluster = { 'certificate-authority-data': base64(authority.caPem) }
    const HTTPS_PROXY = `127.0.0.1:${(tunnel.address() as AddressInfo).port}`
    await connect({ server: 'https://api.invalid:6443', cluster }, { env: { HTTPS_PROXY } })
    expect(asked).toEqual(['api.invalid:6443'])
    const untrusted = await failure(connect({ server: 'https://api.invalid:6443' }, { env: { HTTPS_PROXY } }))
    expect(untrusted).toMatchObject({ code: 'unreachable', message: expect.stringContaining('not trusted') })
  })
})

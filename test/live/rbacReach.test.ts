import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { connectLive } from '../../src/cluster/index.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { readCertificate, readToken } from '../../src/session/leaked.ts'
import { PATH_READS } from '../../src/session/rbacPaths.ts'
import { rbacReach } from '../../src/session/rbacReach.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { ApiClient } from '../cluster/http.ts'

const NOW = new Date()
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ name: 'reach', auditLog: false })
  await cluster.createNamespace('shop')
})
afterAll(async () => {
  await cluster?.stop()
})

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await cluster.api(path, { method: 'POST', body })
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  return answer.json()
}

async function token(boundObjectRef?: object): Promise<string> {
  const spec = { ...(boundObjectRef === undefined ? {} : { boundObjectRef }) }
  const made = await post('/api/v1/namespaces/shop/serviceaccounts/ci/token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec,
  })
  return (made.status as { token: string }).token
}

/** 200, 403 or 401, as the server takes this token. */
async function status(bearer: string): Promise<number> {
  const client = new ApiClient({ server: cluster.server, caPem: cluster.caPem, token: bearer })
  try {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    return (await client.request('/apis/authentication.k8s.io/v1/selfsubjectreviews', { method: 'POST', body })).status
  } finally {
    client.close()
  }
}

async function read() {
  const { reader } = await connectLive({ kubeconfig: cluster.adminKubeconfig, version: 'test', env: {} })
  try {
    return await reader.collect(PATH_READS)
  } finally {
    await reader.close()
  }
}

it('a token says what it is bound to, and ends as it is said: with its pod, its Secret, its account', async () => {
  await post('/api/v1/namespaces/shop/serviceaccounts', { metadata: { name: 'ci' } })
  const containers = [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }]
  const pod = (await post('/api/v1/namespaces/shop/pods', {
    metadata: { name: 'ci-0' },
    spec: { serviceAccountName: 'ci', containers },
  })) as unknown as KubeObject
  const secret = (await post('/api/v1/namespaces/shop/secrets', { metadata: { name: 'lock' } })) as unknown as KubeObject
  const uid = (object: KubeObject) => (object.metadata as { uid?: string }).uid
  const ofPod = await token({ apiVersion: 'v1', kind: 'Pod', name: 'ci-0', uid: uid(pod) })
  const ofSecret = await token({ apiVersion: 'v1', kind: 'Secret', name: 'lock', uid: uid(secret) })
  const free = await token()
  const state = await read()
  const said = (text: string) => rbacReach(state, { groups: [], leaked: readToken(text) }, NOW).revoke[0]
  expect(said(ofPod)).toContain('Delete Pod shop/ci-0: that ends the token')
  expect(said(ofSecret)).toContain('Delete Secret shop/lock: that ends the token')
  expect(said(free)).toContain('It is bound to no object: deleting its service account is the only way to end it.')

  const ends = async (bearer: string) =>
    await vi.waitFor(async () => expect(await status(bearer)).toBe(401), { timeout: 90_000, interval: 500 })
  expect(await Promise.all([status(ofPod), status(ofSecret), status(free)])).toEqual([201, 201, 201])
  await cluster.api('/api/v1/namespaces/shop/pods/ci-0?gracePeriodSeconds=0', { method: 'DELETE' })
  await ends(ofPod)
  expect(await Promise.all([status(ofSecret), status(free)])).toEqual([201, 201])
  await cluster.api('/api/v1/namespaces/shop/secrets/lock', { method: 'DELETE' })
  await ends(ofSecret)
  expect(await status(free)).toBe(201)
  await cluster.api('/api/v1/namespaces/shop/serviceaccounts/ci', { method: 'DELETE' })
  await ends(free)
  await post('/api/v1/namespaces/shop/serviceaccounts', { metadata: { name: 'ci' } })
  expect(await status(free)).toBe(401)
})

it('a certificate says its user and groups as the server sees them', async () => {
  const { cert, key } = await cluster.authority.issue({ commonName: 'ålice/x', organizations: ['dev', 'ops+1'] })
  const leaked = readCertificate(`${key}${cert}`)
  const client = new ApiClient({ server: cluster.server, caPem: cluster.caPem, cert, key })
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const answer = await client.request('/apis/authentication.k8s.io/v1/selfsubjectreviews', { method: 'POST', body })
  client.close()
  const { username, groups } = answer.json<{ status: { userInfo: { username: string; groups: string[] } } }>().status.userInfo
  expect(leaked).toMatchObject({ kind: 'certificate', subject: { kind: 'User', name: username } })
  const reached = rbacReach(await read(), { groups: [], leaked }, NOW)
  expect([...reached.groups].toSorted()).toEqual(groups.toSorted())
  expect(JSON.stringify(reached)).not.toContain('PRIVATE KEY')
  const masters = readCertificate((await cluster.authority.issue({ commonName: 'root', organizations: ['system:masters'] })).cert)
  expect(rbacReach(await read(), { groups: [], leaked: masters }, NOW)).toMatchObject({
    admin: [],
    revoke: [expect.stringContaining('cannot be revoked'), expect.stringContaining('system:masters')],
  })
})

import { mkdtempSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readAuditLogs } from '../../../src/cluster/objects/auditLog.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { type LearnedSubject, learn } from '../../../src/session/learn.ts'
import { type AuditEvent, startCluster, type TestCluster } from '../../cluster/apiserver.ts'
import { Daemon } from '../../cluster/daemon.ts'
import { ensureNodeAssets } from '../../cluster/node/assets.mjs'
import { makeWorkspace, type Workspace } from '../../cluster/workspace.ts'
import { withoutEachRule } from '../../simulate/rbac/withoutRule.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
/** A name of its own: that of the cluster's own component is refused, and has rights from the API server. */
const USER = 'controllers'
const MINUTES = Number(process.env.KUBEHARDEN_LEARN_MINUTES ?? 10)
/** It works in namespaces that are yet to come; one name that was always the same is kept (its lease, say). */
const OPTIONS = { maxNames: 1, maxNamespaces: 0, verbs: 'strict' } as const
let cluster: TestCluster
let workspace: Workspace
let kubeconfig: string

beforeAll(async () => {
  cluster = await startCluster({ name: 'learn' })
  workspace = await makeWorkspace('learn-controllers')
  kubeconfig = await cluster.kubeconfigFor(USER)
})
afterAll(async () => {
  await cluster?.stop()
  await workspace?.remove()
})

/** kube-controller-manager as this one user, working until `during` is over. */
async function controllers(name: string, during: () => Promise<void>): Promise<void> {
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--authentication-skip-lookup',
    '--secure-port=0',
    '--use-service-account-credentials=false',
    '--leader-elect=true',
  ]
  const file = path.join((await ensureNodeAssets()).bin, 'kube-controller-manager')
  const log = path.join(mkdtempSync(path.join(workspace.dir, 'log-')), `${name}.log`)
  const daemon = new Daemon(file, flags, { name, log, cwd: workspace.dir, guard: workspace.guard })
  try {
    await during()
    expect(daemon.end, await daemon.lastLines()).toBeUndefined()
  } finally {
    await daemon.stop()
  }
}

async function send(method: string, url: string, body?: object, patch?: string): Promise<void> {
  const headers = patch === undefined ? {} : { headers: { 'content-type': patch } }
  const answer = await cluster.api(url, { method, ...(body === undefined ? {} : { body }), ...headers })
  if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`)
}

const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10', command: ['/pause'] }], restartPolicy: 'Always' },
})

/** A namespace lives and dies: a Deployment is rolled out, rolled on, scaled and deleted; a Job and a Service come and go with it. */
async function life(ns: string): Promise<void> {
  await send('POST', '/api/v1/namespaces', { metadata: { name: ns } })
  const account = `/api/v1/namespaces/${ns}/serviceaccounts/default`
  await vi.waitFor(async () => expect((await cluster.api(account)).status).toBe(200), { timeout: 60_000 })
  const spec = { replicas: 2, selector: { matchLabels: { app: ns } }, template: template(ns) }
  const deployments = `/apis/apps/v1/namespaces/${ns}/deployments`
  await send('POST', `/api/v1/namespaces/${ns}/services`, {
    metadata: { name: ns },
    spec: { selector: { app: ns }, ports: [{ port: 80 }] },
  })
  await send('POST', deployments, { metadata: { name: ns }, spec })
  const job = { ...template('job'), spec: { ...template('job').spec, restartPolicy: 'Never' } }
  await send('POST', `/apis/batch/v1/namespaces/${ns}/jobs`, { metadata: { name: ns }, spec: { template: job } })
  const pods = async () => (await cluster.api(`/api/v1/namespaces/${ns}/pods`)).json<{ items: object[] }>().items.length
  await vi.waitFor(async () => expect(await pods()).toBeGreaterThanOrEqual(3), { timeout: 60_000 })
  const merge = 'application/merge-patch+json'
  await send('PATCH', `${deployments}/${ns}`, { spec: { template: { metadata: { labels: { app: ns, round: '2' } } } } }, merge)
  await sleep(1500)
  await send('PATCH', `${deployments}/${ns}`, { spec: { replicas: 1 } }, merge)
  await sleep(1500)
  await send('DELETE', `${deployments}/${ns}`)
  await sleep(1500)
  await send('DELETE', `/api/v1/namespaces/${ns}`)
  await vi.waitFor(async () => expect((await cluster.api(`/api/v1/namespaces/${ns}`)).status).toBe(404), { timeout: 120_000 })
}

/**
 * The pod collector comes by every 20 seconds; a pod that is on no node, deleted and held by a finalizer it first marks as failed
 * (patch pods/status). A Job's pod is such a one only for a moment: left to chance, the right would be learned only now and then.
 */
async function collected(ns: string): Promise<void> {
  await send('POST', '/api/v1/namespaces', { metadata: { name: ns } })
  const account = `/api/v1/namespaces/${ns}/serviceaccounts/default`
  await vi.waitFor(async () => expect((await cluster.api(account)).status).toBe(200), { timeout: 60_000 })
  const pod = `/api/v1/namespaces/${ns}/pods/held`
  await send('POST', `/api/v1/namespaces/${ns}/pods`, {
    metadata: { name: 'held', finalizers: ['example.org/hold'] },
    spec: template(ns).spec,
  })
  await send('DELETE', pod)
  const phase = async () => (await cluster.api(pod)).json<{ status: { phase?: string } }>().status.phase
  await vi.waitFor(async () => expect(await phase()).toBe('Failed'), { timeout: 90_000, interval: 500 })
  await send('PATCH', pod, { metadata: { finalizers: null } }, 'application/merge-patch+json')
  await send('DELETE', `/api/v1/namespaces/${ns}`)
}

async function work(prefix: string, minutes: number): Promise<number> {
  const end = Date.now() + minutes * 60_000
  let done = 0
  for (; done < 5 || Date.now() < end; done += 1) await life(`${prefix}-${done}`)
  return done
}

async function create(object: KubeObject): Promise<void> {
  const at = object.metadata.namespace === undefined ? '' : `/namespaces/${object.metadata.namespace}`
  await send('POST', `/apis/${RBAC}${at}/${object.kind.toLowerCase()}s`, object)
}

const lines = () => readAuditLogs([path.join(cluster.dir, 'audit.log')])
const mine = (events: readonly AuditEvent[], from: string) =>
  events.filter((e) => e.user.username === USER && e.requestReceivedTimestamp >= from && e.stage === 'ResponseComplete')

async function learnWide(): Promise<LearnedSubject> {
  const subjects = [{ kind: 'User', name: USER, apiGroup: 'rbac.authorization.k8s.io' }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }
  await create({ apiVersion: RBAC, kind: 'ClusterRoleBinding', metadata: { name: 'wide' }, roleRef, subjects } as KubeObject)
  await controllers('wide', async () => {
    await collected('held')
    await work('wide', 1)
  })
  await send('DELETE', `/apis/${RBAC}/clusterrolebindings/wide`)
  const learned = await learn({ subject: USER, options: OPTIONS, lines })
  const [subject] = learned.subjects
  if (subject === undefined) throw new Error('nobody was learned')
  return subject
}

it('a controller manager works with the role that was learned from it and nothing else; each rule is needed', {
  timeout: 1_800_000,
}, async () => {
  const subject = await learnWide()
  expect(subject.replay.calls).toBeGreaterThan(200)
  expect(subject.replay).toMatchObject({ denied: 0, examples: [] })
  const text = JSON.stringify(subject.objects)
  expect(text).not.toContain('"*"')

  const events = []
  for await (const line of lines()) if ('event' in line) events.push(line.event)
  const idle = withoutEachRule(USER, subject.objects, events).filter((r) => r.denied === 0)
  expect(idle).toEqual([])

  for (const object of subject.objects) await create(object)
  const from = new Date().toISOString()
  let lives = 0
  await controllers('narrow', async () => {
    await collected('held-again')
    lives = await work('narrow', MINUTES)
  })
  const calls = mine(await cluster.auditEvents(), from)
  const messageOf = (e: AuditEvent) => (e.responseStatus as { message?: string } | undefined)?.message ?? ''
  const refused = calls.filter((e) => e.annotations?.['authorization.k8s.io/decision'] !== 'allow' || e.responseStatus?.code === 403)
  // Admission answers 403 as well; only its own words for a namespace that goes away are set aside, and counted.
  const ending = (e: AuditEvent) =>
    e.annotations?.['authorization.k8s.io/decision'] === 'allow' && messageOf(e).includes('because it is being terminated')
  const denied = refused.filter((e) => !ending(e))
  const rules = subject.objects.flatMap((o) => (o as unknown as { rules?: object[] }).rules ?? [])
  console.log(
    `${rules.length} rules; ${lives} namespaces in ${MINUTES} minutes, ${calls.length} calls, ${denied.length} denied, ${refused.length - denied.length} refused by admission in ending namespaces`,
  )
  expect(calls.length).toBeGreaterThan(200)
  expect(denied.map((e) => `${e.verb} ${e.requestURI}: ${e.responseStatus?.code} ${messageOf(e)}`)).toEqual([])
})

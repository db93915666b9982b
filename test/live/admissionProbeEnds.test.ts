import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { AdmissionPreview } from '#model/admission.ts'
import type { JournalRun } from '#model/journal.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { buildScene, policiesIn, policy, rule, versionsOf } from './support/admissionScene.ts'

/** Moments of a kill; KUBEHARDEN_KILLS sets another number. */
const KILLS = Number(process.env.KUBEHARDEN_KILLS ?? 6)
const CHILD = path.join(import.meta.dirname, 'support/programChild.ts')
const ALL = [rule({ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] })]

let cluster: TestCluster
let file: string
let before: Readonly<Record<string, string>>
const state = mkdtempSync(path.join(tmpdir(), 'kubeharden-probe-'))

beforeAll(async () => {
  cluster = await startCluster({ name: 'probe-ends', auditLog: false })
  await buildScene(cluster)
  file = path.join(cluster.dir, 'policy.json')
  await writeFile(file, JSON.stringify(policy('one', ALL, [{ expression: 'false', message: 'never' }])))
  before = await versionsOf(cluster)
}, 240_000)
afterAll(async () => {
  await cluster?.stop()
})

interface Running {
  readonly child: ChildProcess
  readonly err: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
}

function start(argv: readonly string[], kubeconfig = cluster.adminKubeconfig): Running {
  const env = { ...process.env, XDG_STATE_HOME: state, FORCE_COLOR: undefined, NO_COLOR: '1', KUBECONFIG: '' }
  const child = spawn(process.execPath, [CHILD, ...argv, '--kubeconfig', kubeconfig], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString()
  })
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => child.on('close', (code) => resolve({ code, out, err })))
  return { child, err: () => err, ended }
}

const PROBE = ['preview', 'admission', '--probe', '-o', 'json']
const probe = (kubeconfig?: string, policyFile = file) => start([...PROBE, '--add', policyFile], kubeconfig)
const writing = ({ err }: Running) => vi.waitFor(() => expect(err()).toContain('Writing into cluster'), { timeout: 30_000, interval: 5 })

async function nothingLeft(label: string): Promise<void> {
  expect(await policiesIn(cluster), label).toEqual([])
  expect(await versionsOf(cluster), label).toEqual(before)
}

it('Ctrl-C in the middle: stops, and takes away what it wrote', async () => {
  for (const moment of [0, 400, 900]) {
    const running = probe()
    await writing(running)
    await sleep(moment)
    running.child.kill('SIGINT')
    const { code, err, out } = await running.ended
    expect({ code, out }).toEqual({ code: 130, out: '' })
    expect(err).toMatch(/Stopped\. What the probe wrote is removed \(journal entry \S+\)/)
    await nothingLeft(`after ${moment} ms`)
  }
})

it(`after a kill -9 at ${KILLS} moments the next start, whatever it is, takes away what is left`, { timeout: 300_000 }, async () => {
  let left = 0
  for (let i = 0; i < KILLS; i += 1) {
    const running = probe()
    await writing(running)
    // Often while it is being written, within the first moments.
    await sleep(i === 0 ? 700 : Math.random() * (i % 3 === 0 ? 2500 : 120))
    running.child.kill('SIGKILL')
    await running.ended
    const there = (await policiesIn(cluster)).length
    if (there > 0) expect((await start(['journal']).ended).out).toContain('The probe was interrupted, or is at work.')
    left += there
    const next = i % 2 === 0 ? start(['undo', '--yes']) : probe()
    const { code, err, out } = await next.ended
    if (there > 0) expect(err + out).toMatch(/Removed what an (earlier|interrupted) probe left: .*kubeharden-probe-/)
    if (there > 0 && i % 2 === 0) expect(code).toBe(0)
    expect(err + out).not.toContain('defect')
    await nothingLeft(`kill ${i}`)
  }
  // The kills left something, or else this test shows nothing.
  expect(left).toBeGreaterThan(0)
  const runs = JSON.parse((await start(['journal', '-o', 'json']).ended).out) as JournalRun[]
  expect(runs.length).toBeGreaterThanOrEqual(KILLS)
  expect([...new Set(runs.flatMap((r) => r.entries.map((e) => e.state)))].filter((s) => s !== 'undone' && s !== 'not-done')).toEqual([])
})

it('while it is in force nobody else is warned, and of ours only the dry runs of this very probe', async () => {
  const running = probe()
  await writing(running)
  await sleep(1200)
  running.child.kill('SIGKILL')
  await running.ended
  const [name = ''] = (await policiesIn(cluster)).filter((n) => n.startsWith('kubeharden-probe-'))
  const manager = `kubeharden:probe-${name.slice('kubeharden-probe-'.length)}`
  const touch = async (query: string, as?: string) => {
    const headers = {
      'content-type': 'application/merge-patch+json',
      ...(as === undefined ? {} : { 'impersonate-user': as, 'impersonate-group': 'system:masters' }),
    }
    const answer = await cluster.api(`/api/v1/namespaces/shop/configmaps/big?${query}`, { method: 'PATCH', headers, body: {} })
    expect(answer.status).toBe(200)
    return answer.headers.warning ?? ''
  }
  await vi.waitFor(async () => expect(await touch(`dryRun=All&fieldManager=${manager}`)).toContain('never'), { timeout: 10_000 })
  expect(await touch(`dryRun=All&fieldManager=${manager}`, 'somebody')).toBe('')
  expect(await touch(`fieldManager=${manager}`)).toBe('')
  expect(await touch('dryRun=All&fieldManager=kubectl-edit')).toBe('')
  expect(await touch('dryRun=All')).toBe('')
  expect(await touch('')).toBe('')
  for (const [method, body] of [
    ['POST', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } }],
    ['DELETE', undefined],
  ] as const) {
    const url = `/api/v1/namespaces/shop/configmaps${method === 'POST' ? '' : '/new'}`
    const answer = await cluster.api(url, { method, ...(body === undefined ? {} : { body }) })
    expect([answer.status, answer.headers.warning]).toEqual([method === 'POST' ? 201 : 200, undefined])
  }
  const { validationActions } = (
    await cluster.api(`/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${name}`)
  ).json<{ spec: { validationActions: string[] } }>().spec
  expect(validationActions).toEqual(['Warn'])
  await start(['undo', '--yes']).ended
  await nothingLeft('undo')
})

it('as somebody else: their dry runs are the ones that are warned', async () => {
  const { out, code } = await start([...PROBE, '--add', file, '-n', 'bank', '--as', 'jörg "o\'neil" 😀', '--as-group', 'system:masters'])
    .ended
  expect(code).toBe(1)
  const [verdict] = (JSON.parse(out) as AdmissionPreview).policies
  expect(verdict?.violations.map((v) => v.object.name)).toEqual(expect.arrayContaining(['big', 'none', 'small', 'key']))
  expect(verdict?.unknown).toEqual([])
  await nothingLeft('as somebody else')
})

const api = '/apis/rbac.authorization.k8s.io/v1'

async function grant(user: string, rules: readonly object[]): Promise<void> {
  await cluster.api(`${api}/clusterroles`, {
    method: 'POST',
    body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: user }, rules },
  })
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user }
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }]
  await cluster.api(`${api}/clusterrolebindings`, {
    method: 'POST',
    body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: user }, roleRef, subjects },
  })
}

it('without the right to write policies, or to ask about anything: refused with the missing right before anything is written', async () => {
  await grant('patcher', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'patch'] }])
  await grant('policer', [
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['*'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list'] },
  ])
  const patcher = await probe(await cluster.kubeconfigFor('patcher')).ended
  expect(patcher).toMatchObject({ code: 3, out: '' })
  expect(patcher.err).toContain(
    'Nothing was written: create validatingadmissionpolicies.admissionregistration.k8s.io cluster-wide is missing.',
  )
  const maps = path.join(cluster.dir, 'maps.json')
  await writeFile(maps, JSON.stringify(policy('maps', [rule()], [{ expression: 'false' }])))
  const policer = await probe(await cluster.kubeconfigFor('policer'), maps).ended
  expect(policer).toMatchObject({ code: 3, out: '' })
  expect(policer.err).toContain('Nothing was written: list configmaps cluster-wide is missing.')
  // What a namespace selector looks at, must be readable too.
  await grant('blind', [
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['*'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'patch'] },
  ])
  const match = { namespaceSelector: { matchLabels: { tier: 'gold' } } }
  await writeFile(maps, JSON.stringify(policy('maps', [rule()], [{ expression: 'false' }], {}, match)))
  const blind = await probe(await cluster.kubeconfigFor('blind'), maps).ended
  expect(blind).toMatchObject({ code: 3, out: '' })
  expect(blind.err).toContain('Nothing was written: list namespaces cluster-wide is missing.')
  await nothingLeft('without rights')
})

it('with the tier of the probe and the rights on one kind: that kind is judged, the others are unknown by name', async () => {
  const { out } = await start(['permissions', '--tier', 'admission-probe', '-o', 'json']).ended
  const [role] = (JSON.parse(out) as { items: { rules: object[] }[] }).items
  const rules = [...(role?.rules ?? []), { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'patch'] }]
  await grant('keeper', [...rules, { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list'] }])
  const ran = await probe(await cluster.kubeconfigFor('keeper')).ended
  expect(ran.code, ran.err).toBe(1)
  const [verdict] = (JSON.parse(ran.out) as AdmissionPreview).policies
  expect(verdict?.violations.filter((v) => v.object.namespace === 'shop').map((v) => v.object.name)).toEqual(['big', 'none', 'small'])
  expect(new Set(verdict?.violations.map((v) => v.object.kind))).toEqual(new Set(['ConfigMap']))
  expect(verdict?.unknown).toContainEqual({ kind: 'pods', reason: 'missing right: list pods cluster-wide' })
  expect(verdict?.unknown).toContainEqual({ kind: 'namespaces', reason: 'missing right: patch namespaces cluster-wide' })
  await nothingLeft('with the tier')
})

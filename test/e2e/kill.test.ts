import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type JournalRun, journalRun } from '#model/journal.ts'
import { progress } from '#model/progress.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { command, emptyHome, type Ran } from './command.ts'
import { BIN } from './terminal.ts'

const KILLS = process.env.KUBEHARDEN_LONG ? 20 : 4
const SEED = Number(process.env.KUBEHARDEN_SEED ?? Date.now() % 1_000_000)
const NAMESPACES = Array.from({ length: 30 }, (_, i) => `team-${String(i).padStart(2, '0')}`)
const LISTS = [
  '/api/v1/namespaces',
  '/api/v1/configmaps',
  '/api/v1/secrets',
  '/api/v1/serviceaccounts',
  '/apis/networking.k8s.io/v1/networkpolicies',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/batch/v1/cronjobs',
]

let cluster: TestCluster
let home: Record<string, string>

beforeAll(async () => {
  cluster = await startCluster({ name: 'kill', auditLog: false })
  for (const ns of NAMESPACES) await cluster.createNamespace(ns)
  // A third has policies of its own already; every fifth one that an earlier run wrote with other answers: that is an update.
  const policy = (name: string, namespace: string, spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, labels: { team: 'own' } },
    spec,
  })
  const items = [
    ...NAMESPACES.filter((_, i) => i % 3 === 0).map((ns) =>
      policy('web', ns, { podSelector: { matchLabels: { app: 'web' } }, ingress: [{}], policyTypes: ['Ingress'] }),
    ),
  ]
  await cluster.kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
  const earlier = NAMESPACES.filter((_, i) => i % 5 === 0).map((ns) =>
    policy('default-deny-ingress', ns, { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] }),
  )
  await cluster.kubectl(['apply', '--server-side', '--field-manager=kubeharden:network-policies', '-f', '-'], {
    stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: earlier }),
  })
  home = emptyHome()
})
afterAll(async () => {
  await cluster?.stop()
})

const at = () => ['--kubeconfig', cluster.adminKubeconfig]
const APPLY = ['apply', 'network-policies', '--in-namespaces', NAMESPACES.join(','), '--yes']
const kubeharden = (args: readonly string[]): Promise<Ran> => command([...args, ...at()], home)

/** All objects of these lists but uid, times, and what the server counts up: what undo must bring back, owners of fields included. */
async function everything(): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>()
  for (const path of LISTS) {
    const answer = await cluster.api(path)
    expect(answer.status, path).toBe(200)
    for (const item of (JSON.parse(answer.text) as { items: Record<string, unknown>[] }).items) {
      const {
        uid: _u,
        resourceVersion: _r,
        generation: _g,
        creationTimestamp: _c,
        managedFields,
        ...metadata
      } = item.metadata as Record<string, unknown>
      const owners = (managedFields as Record<string, unknown>[] | undefined)?.map(({ time: _t, ...owner }) => owner)
      found.set(`${path} ${String(metadata.namespace)}/${String(metadata.name)}`, { ...item, metadata: { ...metadata, owners } })
    }
  }
  return found
}

/** Kills `ms` after the start of the process, or after its run in the journal has `steps` done; it may have ended before. */
async function killedAfter(ms: number, args: readonly string[], steps?: number): Promise<'killed' | 'ended'> {
  const known = journalFiles().length
  const child = spawn(process.execPath, [BIN, ...args, ...at()], {
    env: { ...process.env, KUBEBUILDER_ASSETS: undefined, ...home },
    stdio: 'ignore',
  })
  let running = true
  const closed = new Promise<'killed' | 'ended'>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_code, signal) => {
      running = false
      resolve(signal === 'SIGKILL' ? 'killed' : 'ended')
    })
  })
  while (steps !== undefined && running && doneIn(journalFiles()[known]) < steps) await sleep(2)
  await Promise.race([sleep(ms), closed])
  child.kill('SIGKILL')
  return await closed
}

/** Oldest first. */
function journalFiles(): string[] {
  const state = home.XDG_STATE_HOME as string
  if (!existsSync(state)) return []
  const names = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) => /journal\/[^/.]+\.json$/.test(name))
  return names.toSorted().map((name) => join(state, name))
}

function doneIn(file: string | undefined): number {
  if (file === undefined) return -1
  return journalRun.parse(JSON.parse(readFileSync(file, 'utf8'))).entries.filter((e) => e.state === 'done').length
}

/** Every file of the state folder parses; returns the journal. Half-written temporary files have a name of their own and are never read. */
function parsed(): JournalRun[] {
  const state = home.XDG_STATE_HOME as string
  const names = readdirSync(state, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  const runs: JournalRun[] = []
  for (const file of names.map((e) => join(e.parentPath, e.name))) {
    const name = basename(file)
    if (/^\..+\.[0-9a-f]{12}\.tmp$/.test(name) || /^lock\.[0-9a-f]{16}$/.test(name)) continue
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (basename(dirname(file)) === 'journal') runs.push(journalRun.parse(value))
    else if (name === 'progress.json') progress.parse(value)
    else expect(name, file).toBe('lock')
  }
  return runs.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Undoes until there is nothing left; returns how many undos that took. */
async function undoAll(label: string): Promise<number> {
  for (let undos = 0; undos < 10; undos += 1) {
    const ran = await kubeharden(['undo', '--yes'])
    if (ran.err.includes('There is nothing to undo on this cluster.')) {
      expect(ran.code, label).toBe(2)
      return undos
    }
    expect(ran.code, `${label}\n${ran.out}\n${ran.err}`).toBe(0)
  }
  throw new Error(`${label}: there is always something left to undo`)
}

/** In how many namespaces the policy is as the wizard writes it. */
async function policies(): Promise<number> {
  const answer = await cluster.api('/apis/networking.k8s.io/v1/networkpolicies')
  const { items } = JSON.parse(answer.text) as { items: { metadata: { name: string }; spec: unknown }[] }
  const wanted = JSON.stringify({ podSelector: {}, policyTypes: ['Ingress'] })
  return items.filter((i) => i.metadata.name === 'default-deny-ingress' && JSON.stringify(i.spec) === wanted).length
}

async function expectStart(start: ReadonlyMap<string, unknown>, label: string): Promise<void> {
  const now = await everything()
  expect([...now.keys()].toSorted(), label).toEqual([...start.keys()].toSorted())
  for (const [key, object] of start) expect(now.get(key), `${label}: ${key}`).toEqual(object)
}

/** One run that nobody kills: how long the process takes. */
async function duration(args: readonly string[]): Promise<number> {
  const begun = performance.now()
  const ran = await kubeharden(args)
  expect(ran.code, ran.out + ran.err).toBe(0)
  expect(parsed().at(-1)?.entries.length).toBe(NAMESPACES.length)
  return performance.now() - begun
}

/** Where in its work the killed process was, by its newest run. */
function where(runs: readonly JournalRun[], known: number): string {
  const run = runs[known]
  if (run === undefined) return 'before the journal'
  const count = (state: string) => run.entries.filter((e) => e.state === state).length
  if (run.verification !== undefined) return 'after the verification'
  if (run.endedAt !== undefined) return 'between apply and verification'
  return `in the middle: ${count('done')} done, ${count('sent')} sent, ${count('planned')} planned`
}

it(`${KILLS} kills at random moments: all files parse, the second run completes, undo restores the start`, {
  timeout: 1_200_000,
}, async () => {
  console.log(`KUBEHARDEN_SEED=${SEED}`)
  const random = mulberry32(SEED)
  const start = await everything()
  expect(start.size).toBeGreaterThan(90)

  // Twice: the first one of all warms the compile cache, and would be no measure.
  let apply = 0
  for (let warm = 0; warm < 2; warm += 1) {
    apply = await duration(APPLY)
    expect(await policies()).toBe(30)
    await duration(['undo', '--yes'])
    expect(await undoAll('not killed')).toBe(0)
    await expectStart(start, 'not killed')
  }
  const step = () => Math.floor(random() * NAMESPACES.length)
  const moment = (ms: number, steps: number | undefined) =>
    steps === undefined ? `${Math.round(ms)} of ${Math.round(apply)} ms after its start` : `${ms.toFixed(1)} ms after step ${steps}`

  const seen: string[] = []
  const tell = (line: string) => {
    seen.push(line)
    console.log(line)
  }
  for (let i = 0; i < KILLS; i += 1) {
    // Every fourth at any moment of the process; the others in its writing, which is the shorter part: after any step, and a bit.
    const known = parsed().length
    const steps = i % 4 === 0 ? undefined : step()
    const ms = steps === undefined ? random() * apply : random() * 8
    const end = await killedAfter(ms, APPLY, steps)
    const label = `kill ${i}, ${moment(ms, steps)} (${end}): ${where(parsed(), known)}`
    tell(label)
    // Every fourth goes back at once; the others are run again first, over the dead process's lock.
    if (i % 4 !== 1) {
      const again = await kubeharden(APPLY)
      expect(again.code, `${label}\n${again.out}\n${again.err}`).toBe(0)
      expect(await policies(), label).toBe(30)
      parsed()
    }
    if (i % 4 === 3) {
      const before = parsed().length
      // The first undo takes back what is newest: what the second run had left to do.
      const newest = parsed().findLast((run) => run.kind === 'apply' && run.entries.some((e) => e.state === 'done'))
      const after = Math.floor(random() * (newest?.entries.length ?? 0))
      const later = random() * 8
      const ended = await killedAfter(later, ['undo', '--yes'], after)
      tell(`  its undo, ${moment(later, after)} (${ended}): ${where(parsed(), before)}`)
    }
    await undoAll(label)
    const open = parsed().flatMap((run) => run.entries.filter((e) => e.state === 'planned' || e.state === 'sent'))
    expect(open, label).toEqual([])
    await expectStart(start, label)
  }
  // The kills hit the middle of things, or else this test shows nothing.
  expect(seen.filter((line) => line.includes('in the middle')).length).toBeGreaterThan(KILLS / 2)
})

/** A small generator of random numbers that can be repeated from its seed. */
function mulberry32(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

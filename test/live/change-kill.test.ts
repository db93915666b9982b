import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settleJournal } from '#change/settle.ts'
import { connectLive } from '#cluster/index.ts'
import type { Change } from '#model/change.ts'
import { journalRun } from '#model/journal.ts'
import type { ObjectRef } from '#model/refs.ts'
import { acquireLock } from '#store/index.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { changeRoom, type Room, stateOf } from './support/changeRoom.ts'

/** Moments of a kill; KUBEHARDEN_KILLS sets another number. */
const KILLS = Number(process.env.KUBEHARDEN_KILLS ?? 20)
const NS = 'kill'
const ROLE = 'rbac.authorization.k8s.io/v1'
const rule = (verbs: readonly string[]) => ({ apiGroups: [''], resources: ['pods'], verbs: [...verbs] })
const ref = (name: string): ObjectRef => ({ apiVersion: ROLE, kind: 'Role', namespace: NS, name })

/** 30 objects: 12 are made, 12 changed, 6 removed. */
const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)
const PLAN: readonly Change[] = [
  ...names('new', 12).map(
    (name): Change => ({ kind: 'apply', template: 'rbac-role/role', values: { namespace: NS, name, rules: [rule(['get'])] } }),
  ),
  ...names('edit', 12).map(
    (name): Change => ({
      kind: 'edit',
      ref: ref(name),
      edits: [
        { op: 'set', path: ['rules'], value: [rule(['get', 'list'])] },
        { op: 'set', path: ['metadata', 'labels', 'hardened'], value: 'yes' },
      ],
    }),
  ),
  ...names('old', 6).map((name): Change => ({ kind: 'remove', ref: ref(name) })),
]
const REFS = [...names('new', 12), ...names('edit', 12), ...names('old', 6)].map(ref)

let cluster: TestCluster
let room: Room
let plan: string

beforeAll(async () => {
  cluster = await startCluster({ name: 'kill' })
  await cluster.createNamespace(NS)
  const items = [...names('edit', 12), ...names('old', 6)].map((name) => ({
    apiVersion: ROLE,
    kind: 'Role',
    metadata: { name, namespace: NS },
    rules: [rule(['*'])],
  }))
  await cluster.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
  room = await changeRoom((await connectLive({ kubeconfig: cluster.adminKubeconfig })).writer)
  plan = path.join(cluster.dir, 'plan.json')
  await writeFile(plan, JSON.stringify(PLAN))
})
afterAll(async () => {
  await cluster?.stop()
})

/** Kills the child when it has reported `steps` steps, and then a moment later. Gives how many it reported. */
async function killed(mode: 'apply' | 'undo', steps: number, moment: number): Promise<number> {
  const script = path.join(import.meta.dirname, 'support/applyChild.ts')
  const child = spawn(process.execPath, [script, mode, cluster.adminKubeconfig, room.dir, plan], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let errors = ''
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString()
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
      if (out.includes('!') && out.length - 1 >= steps) resolve()
    })
    child.on('close', () => resolve())
  })
  await sleep(moment)
  child.kill('SIGKILL')
  await ended
  expect(errors).toBe('')
  return out.length
}

async function everyFileParses(): Promise<void> {
  const folder = path.join(room.dir, 'journal')
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('.json')) journalRun.parse(JSON.parse(await readFile(path.join(folder, name), 'utf8')))
  }
  await room.journal.list()
}

async function undoAll(): Promise<void> {
  for (const run of (await room.journal.list()).toReversed())
    if (run.kind === 'apply' && run.entries.some((e) => e.state === 'done')) await room.undo(run)
}

it(`comes back from a kill at ${KILLS} random moments of an apply or undo of 30 objects`, { timeout: 600_000 }, async () => {
  const start = await stateOf(room.writer, REFS)
  const seen = new Set<string>()
  for (let i = 0; i < KILLS; i += 1) {
    const label = `kill ${i}`
    room = await changeRoom(room.writer)
    await killed('apply', Math.floor(Math.random() * 60), Math.random() * 8)
    await everyFileParses()
    for (const run of await room.journal.list()) for (const entry of run.entries) seen.add(entry.state)
    const lock = await acquireLock(room.dir)
    await settleJournal(room)
    await room.apply(PLAN)
    const done = await room.preview(PLAN)
    expect(
      done.items.every((item) => item.kind === 'object' && item.action === 'none'),
      label,
    ).toBe(true)
    await lock.release()
    if (i % 2 === 1) {
      await killed('undo', Math.floor(Math.random() * 60), Math.random() * 8)
      await everyFileParses()
      await settleJournal(room)
    }
    await undoAll()
    expect(await stateOf(room.writer, REFS), label).toEqual(start)
    const states = (await room.journal.list()).filter((run) => run.kind === 'apply').flatMap((run) => run.entries.map((e) => e.state))
    expect(
      states.filter((state) => state !== 'undone' && state !== 'not-done'),
      label,
    ).toEqual([])
  }
  // The kills hit the middle of things, or else this test shows nothing.
  expect([...seen]).toEqual(expect.arrayContaining(['planned', 'done']))
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NodePlan } from '../../../src/model/node.ts'
import { planOf } from '../../change/node/plan.ts'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import {
  clearScript,
  ENCRYPTION,
  execScript,
  IDENTITY,
  outcomeOf,
  putScript,
  runScript,
  secretbox,
  signalScript,
} from '../support/script.ts'
import { lasting, writer } from '../support/stored.ts'

let node: TestNode
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const say = (line: string) => process.stderr.write(`script: ${line}\n`)

beforeAll(async () => {
  // Of its own: the API server starts anew again and again.
  node = await startNode('script')
  await node.shop()
})
afterAll(async () => {
  await node?.down()
})

const manifest = () => node.must(['cat', MANIFEST])
const ready = async () => (await node.exec(['kubectl', 'get', '--raw', '/readyz', '--request-timeout=2s'])).stdout === 'ok'
const PROFILING = planOf({ flags: [{ name: 'profiling', value: 'false' }] })

const { folder, flag, mount, file } = ENCRYPTION
/** A plugin that nobody runs: the API server starts, and never becomes ready. */
const KMS = `      - kms:
          apiVersion: v2
          name: nobody
          endpoint: unix:///etc/kubernetes/enc-test/nobody.sock
          timeout: 3s`

const BAD: readonly (readonly [string, NodePlan, RegExp])[] = [
  ['a flag that it does not know', planOf({ flags: [{ name: 'no-such-flag', value: 'x' }] }), /unknown flag: --no-such-flag/],
  [
    'a KMS plugin that does not answer',
    planOf({ folders: [folder], files: [file(KMS, IDENTITY)], flags: [flag], mounts: [mount], withinSeconds: 240 }),
    /does not become ready: .*kms/,
  ],
  ['a start that takes longer than it may', { ...PROFILING, withinSeconds: 10 }, /not healthy within 10 seconds/],
]

describe('what passes every check and does not become healthy', () => {
  test.each(BAD)('%s: the script goes back by itself, and nothing is lost', async (what, plan, why) => {
    const before = { manifest: await manifest(), stored: await lasting(node) }
    const writes = await writer(node, 'writes')
    const ended = await runScript(node, plan, '--apply').catch(async (error: unknown) => {
      await writes.end()
      throw error
    })
    const { confirmed, lost, away } = await writes.end()
    say(
      `${what}: ${ended.state} after ${ended.seconds} s (${ended.detail}); no write for ${away} s at most, ${confirmed} confirmed, ${lost.length} lost`,
    )
    expect(ended).toMatchObject({ state: 'rolled-back', code: 6 })
    expect(ended.detail).toMatch(why)
    expect(await ready()).toBe(true)
    expect(lost).toEqual([])
    expect(away).toBeLessThan(120)
    expect(await manifest()).toBe(before.manifest)
    expect((await node.exec(['test', '-e', folder.path])).code).toBe(1)
    await expect.poll(async () => changed(before.stored, await lasting(node)), { timeout: 60_000, interval: 2000 }).toEqual([])
  })
})

/** The keys that are not as they were. */
function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key))
}

/** Starts a change, and waits until the manifest is the new one. */
async function halfWay(plan: NodePlan) {
  await putScript(node, plan)
  const before = await manifest()
  const running = execScript(node, '--apply')
  for (let tries = 0; tries < 300 && (await manifest()) === before; tries += 1) await sleep(100)
  await sleep(3000)
  return { before, running }
}

describe('ended in the middle', () => {
  test.each(['INT', 'TERM'] as const)('by %s: it goes back first', async (signal) => {
    const { before, running } = await halfWay(PROFILING)
    await signalScript(node, signal)
    const ended = outcomeOf(await running)
    say(`told to end by ${signal}: ${ended.state} after ${ended.seconds} s`)
    expect(ended).toMatchObject({ state: 'rolled-back', code: 6 })
    expect(await manifest()).toBe(before)
    expect(await ready()).toBe(true)
  })

  test('by KILL: what is half done is said, goes on with --apply, and goes back with --undo', async () => {
    const { before, running } = await halfWay(PROFILING)
    await signalScript(node, 'KILL')
    expect((await running).code).not.toBe(0)
    expect(outcomeOf(await execScript(node))).toMatchObject({ state: 'refused', detail: expect.stringContaining('half done') })
    expect(outcomeOf(await execScript(node, '--apply'))).toMatchObject({ state: 'applied', code: 0 })
    expect(await manifest()).toContain('--profiling=false')
    expect(outcomeOf(await execScript(node, '--undo'))).toMatchObject({ state: 'undone', code: 0 })
    expect(await manifest()).toBe(before)
  })

  test('by KILL, with a key in a new file: --undo takes all of it back', async () => {
    const { before, running } = await halfWay(
      planOf({ folders: [folder], files: [file(secretbox(32), IDENTITY)], flags: [flag], mounts: [mount] }),
    )
    await signalScript(node, 'KILL')
    await running
    expect(outcomeOf(await execScript(node, '--undo'))).toMatchObject({ state: 'undone', code: 0 })
    expect(await manifest()).toBe(before)
    expect((await node.exec(['test', '-e', folder.path])).code).toBe(1)
    await clearScript(node)
  })
})

test('encryption that something is stored with is not taken away', async () => {
  const before = await manifest()
  const flags = [flag, { name: 'encryption-provider-config-automatic-reload', value: 'true' }]
  const plan = (...providers: string[]) =>
    planOf({ folders: [folder], files: [file(...providers)], flags, mounts: [mount], loads: flag.value, withinSeconds: 240 })
  const learn = plan(IDENTITY, secretbox(32))
  const promote = plan(secretbox(32), IDENTITY)
  const secret = (verb: string, name: string) =>
    node.kubectl(['-n', 'shop', verb, 'secret', ...(verb === 'create' ? ['generic'] : []), name])
  expect(await runScript(node, learn, '--apply')).toMatchObject({ state: 'applied' })
  await secret('create', 'plain')
  expect(await runScript(node, promote, '--apply')).toMatchObject({ state: 'applied' })
  await secret('create', 'encrypted')
  // What was there before promoting reads both; what was there before learning does not.
  const back = await runScript(node, promote, '--undo')
  expect(back.state, back.detail).toBe('undone')
  const refused = await runScript(node, learn, '--undo')
  say(refused.detail)
  expect(refused).toMatchObject({
    state: 'refused',
    code: 5,
    detail: expect.stringContaining('1 objects are still stored encrypted with secretbox:key1'),
  })
  await secret('delete', 'encrypted')
  expect(await runScript(node, learn, '--undo')).toMatchObject({ state: 'undone' })
  expect(await manifest()).toBe(before)
})

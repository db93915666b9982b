import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { AuditPolicy } from '../../../src/simulate/auditPolicy.ts'
import { AuditReplay, perHour } from '../../../src/simulate/auditVolume.ts'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { Kubeharden } from '../support/wizards.ts'

const LOG = '/var/log/kubernetes/audit/audit.log'
const WATCHED_MS = 150_000

let node: TestNode
let program: Kubeharden

beforeAll(async () => {
  // Of its own: nothing but the shop and the cluster itself is to be heard.
  node = await startNode('audit-vol')
  await node.shop()
  program = await Kubeharden.on(node)
}, 600_000)
afterAll(async () => {
  await node?.down()
})

/** The lines that the API server writes from now on, while the shop and its operator go about their work. */
async function listen(): Promise<string[]> {
  await node.must(['sh', '-c', `: > ${LOG}`])
  const end = Date.now() + WATCHED_MS
  for (let turn = 0; Date.now() < end; turn += 1) {
    await node.kubectl(['-n', 'other', 'exec', 'client', '--', 'shop', 'probe', 'web.shop:8080', 'db.shop:5432'])
    await node.kubectl(['-n', 'shop', 'get', 'pods,services'])
    await node.kubectl(['-n', 'shop', 'scale', 'deployment', 'web', `--replicas=${1 + (turn % 2)}`])
    await sleep(8000)
  }
  return (await node.must(['cat', LOG])).trim().split('\n')
}

test('the volume of an hour is foretold from a sample within a factor of two', { timeout: 1_500_000 }, async () => {
  // A sample in which everything stands: nothing silenced, nothing with content.
  const everything = { way: 'by-hand', record: [], silence: [], others: 'metadata' }
  const sampled = await program.bundle('audit-policy', everything)
  expect((await sampled.apply()).map((o) => o.state)).toEqual(['applied'])
  await sleep(60_000) // the start of an API server is no hour like any other
  const sample = await listen()
  expect((await sampled.undo()).map((o) => o.state)).toEqual(['undone'])

  const wanted = await program.bundle('audit-policy', { way: 'by-hand', workloadContent: true })
  expect((await wanted.apply()).map((o) => o.state)).toEqual(['applied'])
  const policy = parse(await node.must(['cat', '/etc/kubernetes/audit/policy.yaml'])) as AuditPolicy
  const replay = new AuditReplay(policy)
  for (const line of sample) replay.add(line)
  const foretold = perHour(replay.result())

  await sleep(60_000)
  const started = Date.now()
  const written = await listen()
  const measured = (Buffer.byteLength(`${written.join('\n')}\n`) / (Date.now() - started)) * 3_600_000
  process.stderr.write(
    `audit volume an hour: foretold ${Math.round(foretold ?? 0)} bytes, measured ${Math.round(measured)} bytes, ${JSON.stringify(replay.result())}\n`,
  )
  expect(foretold).toBeGreaterThan(measured / 2)
  expect(foretold).toBeLessThan(measured * 2)
})

import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { down } from '../../cluster/node/down.mjs'
import { startNode } from '../../cluster/node/node.ts'
import { placeOf, readCluster } from '../../cluster/node/place.mjs'
import { homeOf, tracesOf } from '../../cluster/node/traces.ts'

const NAME = 'often'
const OTHER = 'often2'
const { dir } = placeOf(NAME)

afterAll(async () => {
  await down(NAME)
  await down(OTHER)
})

test('ten times up and down in a row: nothing is left behind', async () => {
  const before = tracesOf(NAME, dir)
  expect(before.processes).toEqual([])
  const times: { up: number; down: number }[] = []
  for (let round = 0; round < 10; round += 1) {
    const start = Date.now()
    const node = await startNode(NAME)
    const isUp = Date.now()
    expect((await node.kubectl(['get', 'nodes', '-o', 'name'])).trim()).toBe(`node/${NAME}`)
    const home = homeOf(readCluster(placeOf(NAME))?.pid)
    expect(home.namespaces.size).toBe(5)
    expect(tracesOf(NAME, dir, home).processes.length).toBeGreaterThan(20)
    const end = Date.now()
    await node.down()
    times.push({ up: (isUp - start) / 1000, down: (Date.now() - end) / 1000 })
    expect(tracesOf(NAME, dir, home)).toEqual(before)
  }
  const list = (which: 'up' | 'down') => times.map((t) => t[which].toFixed(1)).join(' ')
  console.log(`up, seconds: ${list('up')}\ndown, seconds: ${list('down')}`)
})

test('an up that is killed half way is taken away by down, and by the next up', async () => {
  const before = tracesOf(NAME, dir)
  for (const milliseconds of [600, 6_000, 14_000]) {
    const script = path.resolve(import.meta.dirname, '../../../bin/dev/cluster.mjs')
    const child = spawn(process.execPath, [script, 'up', '--name', NAME], { stdio: 'ignore' })
    await sleep(milliseconds)
    child.kill('SIGKILL')
    const home = homeOf(readCluster(placeOf(NAME))?.pid)
    await down(NAME)
    expect(tracesOf(NAME, dir, home), `killed after ${milliseconds} ms`).toEqual(before)
  }
})

test('a second cluster runs beside the first, and neither sees the other', async () => {
  const first = await startNode()
  const second = await startNode(NAME)
  expect(second.address).not.toBe(first.address)
  for (const node of [first, second]) {
    expect((await node.kubectl(['get', 'nodes', '-o', 'name'])).trim()).toBe(`node/${node.name}`)
    expect((await node.must(['ps', '-eo', 'comm'])).match(/^etcd$/gm)).toHaveLength(1)
  }
  await second.must(['sh', '-c', 'echo only here > /etc/kubernetes/second'])
  expect((await first.exec(['cat', '/etc/kubernetes/second'])).code).not.toBe(0)
  await second.down()
  expect((await first.kubectl(['get', '--raw', '/readyz'])).trim()).toBe('ok')
})

test('asked for twice at once, one node is made; two names get two networks', async () => {
  const [first, same, other] = await Promise.all([startNode(NAME), startNode(NAME), startNode(OTHER)])
  expect(same.address).toBe(first.address)
  expect(other.address).not.toBe(first.address)
  for (const node of [first, other]) expect((await node.kubectl(['get', '--raw', '/readyz'])).trim()).toBe('ok')
})

test('the kubelet comes back when it ends', async () => {
  const node = await startNode()
  const old = (await node.must(['pgrep', '-x', 'kubelet'])).trim()
  await node.must(['kill', old])
  let now = old
  for (let tries = 0; tries < 30 && (now === old || now === ''); tries += 1) {
    await sleep(500)
    now = (await node.exec(['pgrep', '-x', 'kubelet'])).stdout.trim()
  }
  expect(now).toMatch(/^\d+$/)
  expect(now).not.toBe(old)
})

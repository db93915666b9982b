import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNode } from '../cluster/node/node.ts'
import { compareSets, said } from './support/netRandom.ts'
import { type NetScene, netScene } from './support/netScene.ts'

/** A few of those that the long run tries by the hundred; sets 4 to 6 are known for what kube-router gets wrong. */
const SETS = 6

let scene: NetScene

beforeAll(async () => {
  scene = await netScene(await startNode())
})
afterAll(async () => {
  await scene?.end()
})

test('what the simulator says of random policies is what connects', async () => {
  const figures = await compareSets(scene, 1, SETS)
  process.stderr.write(`${said(figures)}\n`)
  expect(figures.unexplained.map(({ set, from, to, port, ours, open }) => ({ set, from: from.name, to, port, ours, open }))).toEqual([])
  expect(Math.min(figures.allowed, figures.denied)).toBeGreaterThan(SETS * 10)
})

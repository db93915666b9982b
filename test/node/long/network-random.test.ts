import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { compareSets, said } from '../support/netRandom.ts'
import { type NetScene, netScene } from '../support/netScene.ts'

const SETS = Number(process.env.KUBEHARDEN_SETS ?? 300)
const SEED = Number(process.env.KUBEHARDEN_SEED ?? 1)

let node: TestNode
let scene: NetScene

beforeAll(async () => {
  node = await startNode('netrand')
  scene = await netScene(node)
}, 600_000)
afterAll(async () => {
  await scene?.end()
  await node?.down()
})

test(`${SETS} random policy sets: what the simulator says is what connects`, { timeout: SETS * 30_000 }, async () => {
  const began = Date.now()
  const figures = await compareSets(scene, SEED, SETS)
  process.stderr.write(`${said(figures)}\n${Math.round((Date.now() - began) / 1000)} s\n`)
  expect(
    figures.unexplained.map(({ set, from, to, port, protocol, ours, open }) => ({ set, from: from.name, to, port, protocol, ours, open })),
  ).toEqual([])
  expect(figures.allowed).toBeGreaterThan(figures.sets * 10)
  expect(figures.denied).toBeGreaterThan(figures.sets * 10)
})

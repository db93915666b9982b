import { beforeAll, expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { connectLive } from '../../src/cluster/index.ts'
import { connectPractice } from '../../src/cluster/practice/index.ts'
import { evaluate, kindsOf } from '../../src/evaluate/evaluate.ts'
import type { Reader } from '../../src/model/access.ts'
import type { NodeEvidence } from '../../src/model/objects/evidence.ts'
import { type KubeObject, refKey, refOf } from '../../src/model/refs.ts'
import { startNode, type TestNode } from '../cluster/node/node.ts'
import { takeEvidence } from '../practice/record/evidence.ts'
import { readFileOf } from '../practice/record/files.ts'
import { RECORDED_FILES, readObjects } from '../practice/record/objects.ts'
import { readProbes } from '../practice/record/probes.ts'
import { type Stock, stockOf, WORKERS } from '../practice/record/stock.ts'
import { onAllNodes } from '../practice/record/workers.ts'

/** The practice cluster is a recording of this node: what is recorded and what is there must be the same. */
const AREAS = ['control-plane', 'nodes', 'audit']

let node: TestNode
let stock: Stock
beforeAll(async () => {
  node = await startNode()
  stock = stockOf(node)
})

/** What looks for programs among workloads finds those of the shop, which is made up and runs on no node. */
const ofNodes = checks.filter(({ area, reads }) => AREAS.includes(area) && !reads.includes('deployments'))

async function statuses(reader: Reader, evidence?: NodeEvidence): Promise<readonly string[]> {
  const state = await reader.collect(kindsOf(ofNodes))
  const whole = evidence === undefined ? state : { ...state, kinds: { ...state.kinds, nodeEvidence: { items: [evidence], gaps: [] } } }
  return evaluate(whole, ofNodes, new Date()).checks.map(({ id, status }) => `${id} ${status}`)
}

test('every check of control plane, nodes and audit says the same of both, and each is decided', async () => {
  const { reader } = await connectLive({ kubeconfig: node.kubeconfig, env: {} })
  const live = await statuses(reader, await takeEvidence(node))
  await reader.close()
  const practice = await statuses((await connectPractice()).reader)
  expect(practice).toEqual(live)
  expect(practice.filter((line) => line.endsWith(' unknown'))).toEqual([])
  expect(practice.length).toBeGreaterThan(80)
})

test('the recorded objects are those of this node', async () => {
  const theirs = (await readFileOf('shop.yaml')).filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name)
  const found = new Map(
    [...(await readObjects(node, stock, []))].flatMap(([file, all]) => all.map((o) => [`${file} ${refKey(refOf(o))}`, onAllNodes(o)])),
  )
  for (const file of RECORDED_FILES)
    for (const object of (await readFileOf(file)).filter((o) => !isDerived(o) && !theirs.includes(o.metadata.namespace ?? '')))
      expect(found.get(`${file} ${refKey(refOf(object))}`), refKey(refOf(object))).toEqual(object)
})

test('the recorded answers are those of this node', async () => {
  const recorded = await readFileOf('probes.yaml')
  const all = await readProbes(node, stock)
  // Admission plugins are known once they have run, and here not the same requests came.
  const comparable = (probes: readonly KubeObject[]) => JSON.parse(JSON.stringify(probes.map(({ admissionPlugins: _, ...rest }) => rest)))
  expect(comparable(all)).toEqual(comparable(recorded))
})

function isDerived({ metadata }: KubeObject): boolean {
  return WORKERS.some(({ name }) => name === metadata.name)
}

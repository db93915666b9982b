/**
 * Records the practice cluster from a real kubeadm node into templates/practice. Run it when Kubernetes' version changes or
 * the shop does: `npx node test/practice/record.ts` (root on Linux; a minute). Twice in a row gives the same files.
 */
import { startNode } from '../cluster/node/node.ts'
import { clusterNames } from '../cluster/node/place.mjs'
import { readEvidence } from './record/evidence.ts'
import { readFileOf, writeFileOf } from './record/files.ts'
import { readObjects } from './record/objects.ts'
import { readProbes } from './record/probes.ts'
import { runShop } from './record/shop.ts'
import { CONTROL_PLANE, stockOf } from './record/stock.ts'
import { onAllNodes, workerNodes } from './record/workers.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const { name } = CONTROL_PLANE
if (clusterNames().includes(name)) throw new Error(`There is a cluster ${name}: npm run cluster -- down --name ${name}, then record anew.`)

const node = await startNode(name, say)
try {
  const shop = await readFileOf('shop.yaml')
  await runShop(node, shop)
  say(`${shop.length} objects of shop.yaml were accepted; its pods run and reach each other`)
  const stock = stockOf(node)
  const recorded = await readObjects(node, stock, shop)
  const [probes, evidence] = [await readProbes(node, stock), await readEvidence(node, stock)]
  if (stock.unused().length > 0) throw new Error(`These differences of the bench are gone:\n${stock.unused().join('\n')}`)
  const { serverVersion } = JSON.parse(await node.kubectl(['version', '-o', 'json'])) as { serverVersion: { gitVersion: string } }
  const head = (what: string) => `${what}, recorded from a kubeadm node ${serverVersion.gitVersion} by test/practice/record.ts.`
  for (const [file, own] of recorded) {
    const objects = own.flatMap((object) => (object.kind === 'Node' ? [object, ...workerNodes(object)] : [onAllNodes(object)]))
    await writeFileOf(
      file,
      head(`What ${file === 'kube-router.yaml' ? 'the network plugin brings' : `${file.slice(0, -5)} makes`}`),
      objects,
    )
    say(`${objects.length} objects to ${file}`)
  }
  await writeFileOf('probes.yaml', head('What questions to the API server and the kubelets are answered with'), probes)
  await writeFileOf('evidence.yaml', head('What the evidence script prints on each node'), evidence)
  say(`${probes.length} answers to probes.yaml, ${evidence.length} to evidence.yaml`)
} finally {
  await node.down()
}

import { SHARED, startNode } from './node.ts'

/** One cluster for the whole run; a test that needs a node of its own starts one by another name. */
export default async function setup(): Promise<() => Promise<void>> {
  const node = await startNode(SHARED, (line) => process.stderr.write(`${line}\n`))
  await node.shop()
  return () => (process.env.KUBEHARDEN_KEEP_NODE === undefined ? node.down() : Promise.resolve())
}

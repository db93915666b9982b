import { kill } from 'node:process'
import { down } from './down.mjs'
import { startNode } from './node.ts'
import { clusterNames } from './place.mjs'

/**
 * One cluster for the whole run; a test that needs a node of its own starts one by another name. Runs in other checkouts have theirs:
 * the name is that of this process, and what a dead run left is taken away. With KUBEHARDEN_KEEP_NODE it is `test`, and stays.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const keep = process.env.KUBEHARDEN_KEEP_NODE !== undefined
  const name = keep ? 'test' : `run${process.pid}`
  process.env.KUBEHARDEN_NODE = name // the workers inherit it
  for (const left of clusterNames().filter(isAbandoned)) await down(left)
  const node = await startNode(name, (line) => process.stderr.write(`${line}\n`))
  await node.shop()
  return () => (keep ? Promise.resolve() : node.down())
}

function isAbandoned(name: string): boolean {
  const pid = /^run(\d+)$/.exec(name)?.[1]
  if (pid === undefined) return false
  try {
    kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

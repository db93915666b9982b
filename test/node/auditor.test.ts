import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { checks } from '../../src/checks/index.ts'
import { startNode, type TestNode } from '../cluster/node/node.ts'
import { cliBench } from '../front/cli/bench.ts'

interface Report {
  readonly checks: readonly {
    readonly id: string
    readonly area: string
    readonly status: string
    readonly gaps: readonly { readonly kind: string; readonly needs?: object }[]
  }[]
}

const USER = 'auditor'
const TIERS = ['base', 'kubelet'] as const
const bench = cliBench()
let node: TestNode
/** The administrator's, acting as the auditor. */
let theirConfig: string

async function audit(kubeconfig: string): Promise<Report['checks']> {
  const { code, out, err } = await bench.run(['audit', '-o', 'json', '--kubeconfig', kubeconfig])
  expect(code, err).toBe(0)
  return (JSON.parse(out) as Report).checks
}

beforeAll(async () => {
  node = await startNode()
  const config = parse(await readFile(node.kubeconfig, 'utf8')) as { users: [{ user: { as?: string } }] }
  config.users[0].user.as = USER
  theirConfig = join(await mkdtemp(join(tmpdir(), 'kubeharden-auditor-')), 'config')
  await writeFile(theirConfig, stringify(config), { mode: 0o600 })
  for (const tier of TIERS) {
    const { out } = await bench.run(['permissions', '--tier', tier])
    await node.kubectl(['apply', '-f', '-'], { input: out })
    await node.kubectl(['create', 'clusterrolebinding', `auditor-${tier}`, `--clusterrole=kubeharden-${tier}`, `--user=${USER}`])
  }
  // A new binding takes a moment until the API server knows it.
  const mayAsk = async () => (await node.exec(['kubectl', 'auth', 'can-i', 'get', 'nodes', '--subresource=proxy', '--as', USER])).code
  await vi.waitFor(async () => expect(await mayAsk()).toBe(0), { timeout: 60_000, interval: 500 })
})
afterAll(async () => {
  await rm(dirname(theirConfig), { recursive: true, force: true })
  for (const tier of TIERS)
    await node?.kubectl(['delete', 'clusterrolebinding,clusterrole', `auditor-${tier}`, `kubeharden-${tier}`, '--ignore-not-found'])
})

describe('an auditor with the tiers base and kubelet, on a real node', () => {
  test('sees of control plane, nodes and audit all that the administrator sees', async () => {
    const [admin, theirs] = [await audit(node.kubeconfig), await audit(theirConfig)]
    const part = (checks: Report['checks']) =>
      checks
        .filter(({ area }) => area === 'control-plane' || area === 'nodes' || area === 'audit')
        .map(({ id, status }) => `${id} ${status}`)
    expect(theirs.flatMap(({ gaps }) => gaps).filter(({ kind }) => kind === 'kubelets')).toEqual([])
    expect(part(theirs)).toEqual(part(admin))
    // What only a file on the node can tell is asked of nobody here: no evidence was imported.
    const byEvidence = checks
      .filter(({ area, helps }) => area !== 'encryption' && helps?.includes('nodeEvidence'))
      .map(({ id }) => `${id} unknown`)
    expect(part(theirs).filter((line) => line.endsWith(' unknown'))).toEqual(byEvidence)
    expect(part(theirs).length).toBeGreaterThan(55)
  })

  test('without the tier kubelet the kubelets are unknown, and the right is named', async () => {
    await node.kubectl(['delete', 'clusterrolebinding', 'auditor-kubelet'])
    const seen = async () => (await audit(theirConfig)).filter(({ id }) => id === 'nodes/kubelet-anonymous')
    await expect
      .poll(async () => (await seen()).map(({ status, gaps }) => [status, gaps[0]?.needs]), { timeout: 60_000, interval: 500 })
      .toEqual([['unknown', { verb: 'get', group: '', resource: 'nodes/proxy' }]])
  })
})

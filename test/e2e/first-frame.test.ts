import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { emptyHome } from './command.ts'
import { open } from './terminal.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster({ name: 'first-frame' })
})
afterAll(() => cluster?.stop())

interface Meta {
  readonly outputs: { readonly [file: string]: { readonly inputs: { readonly [input: string]: unknown } } }
}

/** Names of the bundle's files that hold code of this package. */
function chunksOf(packageName: string): string[] {
  const meta = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../dist/meta.json'), 'utf8')) as Meta
  return Object.entries(meta.outputs).flatMap(([file, { inputs }]) =>
    Object.keys(inputs).some((i) => i.includes(`node_modules/${packageName}/`)) ? [file.split('/').at(-1) as string] : [],
  )
}

it('draws the first frame before the client of the cluster is loaded', async () => {
  const log = join(mkdtempSync(join(tmpdir(), 'kubeharden-loads-')), 'loads')
  const hook = resolve(import.meta.dirname, 'loads.mjs')
  const t = open(['--kubeconfig', cluster.adminKubeconfig], { ...emptyHome(), NODE_OPTIONS: `--import=${hook}`, KUBEHARDEN_LOADS: log })
  await t.until('kubeharden')
  const drawn = Date.now()
  await t.until('Access (RBAC)')
  t.press('q')
  expect(await t.ended()).toBe(0)
  const loads = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string])
  const client = chunksOf('undici')
  expect(client.length).toBeGreaterThan(0)
  const clientLoads = loads.filter(([, url]) => client.some((chunk) => url.endsWith(`/${chunk}`)))
  expect(clientLoads.length).toBeGreaterThan(0)
  for (const [at] of clientLoads) expect(Number(at)).toBeGreaterThan(drawn)
})

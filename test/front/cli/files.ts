import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from './bench.ts'

/** A path in a new folder; nothing is there yet. */
export const folder = (name = 'out') => join(mkdtempSync(join(tmpdir(), 'kubeharden-cli-')), name)

/** All files of a folder. */
export const files = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))

export const DENY = ['network-policies', '--in-namespaces', 'shop', '--practice']

/** Status of one check on the practice cluster, and the names of what fails. */
export async function status(bench: Bench, check: string): Promise<{ status: string; fails: string[] }> {
  const { out } = await bench.run(['audit', '-o', 'json', '--check', check, '--practice'])
  const report = JSON.parse(out) as { checks: { status: string; findings: { status: string; object: { name: string } }[] }[] }
  const [one] = report.checks
  return { status: one?.status ?? '', fails: (one?.findings ?? []).filter((f) => f.status === 'fail').map((f) => f.object.name) }
}

import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkFolder, writeFiles } from '#change/files.ts'
import type { Check } from '#model/check.ts'
import { HardenError } from '#model/errors.ts'
import { type Item, KINDS, type Kind, rightToRead } from '#model/kinds.ts'
import { refKey } from '#model/refs.ts'
import { describeRight } from '#model/right.ts'
import type { Collected, State } from '#model/state.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

/** sha256 of every object of a state as it is kept, by its key. */
export function digestsOf({ kinds }: State): ReadonlyMap<string, string> {
  const lists = Object.entries(kinds) as [Kind, Collected<Item<Kind>>][]
  return new Map(
    lists.flatMap(([kind, { items }]) =>
      items.map((item) => [refKey(refTo(kind, item)), createHash('sha256').update(canonical(item)).digest('hex')] as const),
    ),
  )
}

/** The same text whatever the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  )
}

/** What each check has to be allowed to read. */
export function rightsOf(checks: readonly Check[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    checks.map((check) => [
      check.id,
      check.reads.map((kind) => {
        const right = rightToRead(kind)
        return right === undefined ? `be signed in (${KINDS[kind].kind})` : describeRight(right)
      }),
    ]),
  )
}

interface File {
  readonly path: string
  readonly text: string
}

/** Writes the files into a new or empty folder. HardenError `input` where there is something in it. */
export async function writeBundle(dir: string, files: readonly File[]): Promise<void> {
  await checkFolder(dir)
  await writeFiles(
    dir,
    files.map((file) => ({ ...file, mode: 0o600 })),
  )
}

/** A bundle has a handful of files, the largest of them its report. */
const MOST_FILES = 100
const MOST_BYTES = 1 << 28

/** Everything in a folder. HardenError `input` where it is none, or surely no bundle. */
export async function readBundle(dir: string): Promise<readonly File[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => refuse(dir, error.code ?? error.message))
  if (names.length > MOST_FILES) return refuse(dir, `it holds ${names.length} files`)
  const files: File[] = []
  for (const path of names.toSorted()) {
    const stat = await lstat(join(dir, path))
    if (!stat.isFile() || stat.size > MOST_BYTES) return refuse(dir, `${path} is no file of a bundle`)
    files.push({ path, text: await readFile(join(dir, path), 'utf8') })
  }
  return files
}

function refuse(dir: string, why: string): never {
  throw new HardenError('input', `${dir} cannot be read as a bundle: ${why}.`, 'Name the folder that kubeharden evidence bundle wrote.')
}

import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import type { Connection } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { ALL_KINDS, KINDS, type Kind } from '#model/kinds.ts'
import { gapSchema } from '#model/right.ts'
import { type Collected, clusterInfo, SOURCES, type State } from '#model/state.ts'
import { fileError, readText } from './files.ts'
import { pickKinds } from './pick.ts'

const MAX_SNAPSHOT = 256 * 1024 * 1024

const collectedOf = (item: z.ZodType) =>
  z.object({ items: z.array(item), gaps: z.array(gapSchema), onlyNamespaces: z.array(z.string()).optional() })

/** A snapshot: the state as it was. Each item goes through its kind's schema again, so that a file from elsewhere is trimmed and redacted too. */
const snapshotFile = z.object({
  schemaVersion: z.literal(1),
  takenAt: z.iso.datetime({ offset: true }),
  source: z.enum(SOURCES),
  cluster: clusterInfo,
  kinds: z.object(Object.fromEntries(ALL_KINDS.map((kind) => [kind, collectedOf(KINDS[kind].schema).optional()]))),
})

/** Reads a snapshot's text. Throws HardenError `input`, with the path inside the file where a value is wrong. */
export function parseSnapshot(text: string, origin: string): State {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new HardenError('input', `${origin}: is not JSON: ${(error as Error).message}`, 'Take the snapshot again.', { cause: error })
  }
  if (isObject(value) && typeof value.schemaVersion === 'number' && value.schemaVersion > 1)
    throw new HardenError(
      'input',
      `${origin}: schemaVersion ${value.schemaVersion} is newer than this kubeharden knows`,
      'Update kubeharden.',
    )
  const parsed = checked(value, origin)
  if (!parsed.success) {
    const lines = parsed.error.issues.slice(0, 5).map((i) => `${origin}: ${i.path.join('.')}: ${i.message}`)
    throw new HardenError('input', lines.join('\n'), 'The file was changed or is no snapshot. Take it again.')
  }
  const kinds = Object.entries(parsed.data.kinds).filter(([, v]) => v !== undefined) as [Kind, Collected<unknown>][]
  return { ...parsed.data, source: 'snapshot', kinds: Object.fromEntries(kinds) as State['kinds'] }
}

function checked(value: unknown, origin: string) {
  try {
    return snapshotFile.safeParse(value)
  } catch (error) {
    throw new HardenError('input', `${origin}: nested too deeply`, 'The file was changed or is no snapshot. Take it again.', {
      cause: error,
    })
  }
}

/** A snapshot file as a connection; nothing can be written to it. */
export async function connectSnapshot(path: string): Promise<Connection> {
  return snapshotConnection(parseSnapshot(await readText(path, MAX_SNAPSHOT), path))
}

export function snapshotConnection(state: State): Connection {
  return {
    reader: {
      kind: 'snapshot',
      collect: async (kinds, options) => pickKinds(state, kinds, options),
      close: async () => {},
    },
    readOnlyReason: `This is a snapshot from ${state.takenAt.slice(0, 10)}: nothing can be applied to it.`,
  }
}

/** Writes the state as a file, mode 0600, the old or the new one at any moment. Throws HardenError `input`. */
export async function writeSnapshot(state: State, path: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(state, null, 1)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(path, error)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

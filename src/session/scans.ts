import { readFile, stat } from 'node:fs/promises'
import { HardenError } from '#model/errors.ts'
import type { ImageScan } from '#model/objects/images.ts'
import { scanFileOf } from '#model/objects/scanFiles.ts'
import type { Collected, State } from '#model/state.ts'
import { safe } from '#model/text.ts'

/** A tree of JSON takes about ten times its text: more than this is a gigabyte. */
const MOST = 128 * 1024 * 1024
const HINT =
  'Make it with `trivy image -f json -o FILE IMAGE` or `grype IMAGE -o json > FILE`. With --severity HIGH,CRITICAL the file of Trivy is smaller.'

/** Reads what a scanner printed; of all it says only names, counts and the user are kept. HardenError `input` says what is wrong with it. */
export function parseScan(text: string, origin: string): ImageScan {
  const bad = (why: string) => new HardenError('input', `${safe(origin)}: ${why}`, HINT)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw bad('is not one JSON document; it may have been cut off.')
  }
  const schema = scanFileOf(value)
  if (schema === undefined) throw bad('is neither a result of Trivy nor of Grype in JSON.')
  const parsed = schema.safeParse(value)
  if (parsed.success) return { metadata: { name: origin }, ...parsed.data }
  const lines = parsed.error.issues.slice(0, 5).map((i) => `${i.path.join('.') || 'document'}: ${i.message}`)
  throw bad(`is no result of a scan that can be read: ${lines.join('; ')}`)
}

/** The scans in these files, one after the other: only what is kept of one is in memory beside the next. */
export async function readScans(files: readonly string[]): Promise<readonly ImageScan[]> {
  const scans: ImageScan[] = []
  for (const file of files) scans.push(parseScan(await textOf(file), file))
  return scans
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size <= MOST) return await readFile(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    throw new HardenError('input', `${safe(file)} cannot be read (${code}).`, 'Check the path and its permissions.', { cause })
  }
  throw new HardenError('input', `${safe(file)}: larger than ${MOST / 1024 / 1024} MiB.`, HINT)
}

/** The state with these scans beside those it brings itself. */
export function withScans(state: State, scans: readonly ImageScan[]): State {
  if (scans.length === 0) return state
  const own = (state.kinds.imageScans as Collected<ImageScan> | undefined)?.items ?? []
  return { ...state, kinds: { ...state.kinds, imageScans: { items: [...own, ...scans], gaps: [] } } }
}

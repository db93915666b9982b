import { open } from 'node:fs/promises'
import { HardenError } from '#model/errors.ts'
import { safe } from '#model/text.ts'
import type { ReadLines } from '#model/wizard.ts'

/** Reads a file line by line, so that it may be larger than the memory. */
export const readLines: ReadLines = async function* (file) {
  try {
    const handle = await open(file)
    try {
      yield* handle.readLines()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    const { code } = cause as { code?: string }
    if (typeof code !== 'string') throw cause
    throw new HardenError(
      'input',
      `${safe(file)} cannot be read (${code}).`,
      'Give the path of a file on this machine that you may read.',
      { cause },
    )
  }
}

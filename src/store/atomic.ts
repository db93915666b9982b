import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { HardenError } from '#model/errors.ts'

const LEFTOVER = /^\..+\.[0-9a-f]{12}\.tmp$/

/** Is this the name of a file that a crash left half written? It was never valid and is ignored. */
export function isLeftover(name: string): boolean {
  return LEFTOVER.test(name)
}

/**
 * Replaces a file as a whole: after a crash at any moment there is the old or the new one. On disk when the promise
 * resolves; mode 0600. HardenError `input` where the disk is full or the folder cannot be written to.
 */
export async function writeAtomic(file: string, text: string): Promise<void> {
  const dir = path.dirname(file)
  const temporary = path.join(dir, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
    await syncFolder(dir)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HardenError(
      'input',
      `${file} could not be written: ${why}.`,
      'What was there before is unharmed. Make room or give yourself the right to write, and go on.',
      {
        cause,
      },
    )
  }
}

/** A rename is on disk only when its folder is. */
export async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

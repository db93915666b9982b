import { writeFile } from 'node:fs/promises'
import { HardenError } from '#model/errors.ts'
import type { Io } from './io.ts'

/** To standard output, or to a file that is named in one line on standard error. */
export async function emit(io: Io, text: string, out: string | undefined): Promise<void> {
  if (out === undefined) return io.out(text)
  await writeFile(out, text, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw new HardenError('input', `${out} cannot be written: ${error.code ?? error.message}.`, 'Give another path with --out.')
  })
  io.err(`Written to ${out}\n`)
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

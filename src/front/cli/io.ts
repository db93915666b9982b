import type { HardenError } from '#model/errors.ts'
import { safeLines } from '#model/text.ts'

/** Where a verb reads and writes; tests hand in their own. */
export interface Io {
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Both ends are a terminal: a question can be asked. */
  readonly interactive: boolean
  readonly color: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** Everything on standard input, as text. */
export async function readStdin(io: Io): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as string | Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}

/** Asks and waits for a line; undefined where the input ended. */
export async function ask(io: Io, question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: io.stdin, output: undefined, terminal: false })
  io.err(question)
  try {
    const ended = new Promise<undefined>((resolve) => {
      lines.once('close', () => resolve(undefined))
      io.signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    return await Promise.race([lines.question(''), ended])
  } finally {
    lines.close()
  }
}

/** What happened, why, what to do next: the same three lines for every error. */
export function errorText(error: HardenError, verbose: boolean): string {
  const cause = verbose && error.cause instanceof Error ? `\n${safeLines(error.cause.stack ?? error.cause.message)}` : ''
  return `kubeharden: ${safeLines(error.message)}\n${safeLines(error.hint)}${cause}\n`
}

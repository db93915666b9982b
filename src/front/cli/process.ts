import type { Io } from './io.ts'

/** The real process as Io. The first Ctrl-C stops in order; a second one, or SIGTERM after it, ends at once (the journal is always whole). */
export function processIo(): { readonly io: Io; readonly handOver: () => void } {
  const abort = new AbortController()
  const stop = () => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort()
    process.stderr.write('Stopping after the request in flight; once more ends at once.\n')
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  // A reader that went away (`| head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const { env } = process
  const io: Io = {
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    color: process.stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    env,
    signal: abort.signal,
  }
  // A session front end has a Ctrl-C of its own: it must finish and tell what was done.
  const handOver = () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  return { io, handOver }
}

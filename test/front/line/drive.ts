import { EventEmitter } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { runLine } from '#front/line/runLine.ts'
import type { Session } from '#session/types.ts'

export interface Driven {
  readonly code: number
  /** All that a person saw. */
  readonly text: string
}

export interface DriveOptions {
  readonly plain?: boolean
  readonly color?: boolean
  readonly signals?: EventEmitter
  /** Called with the text so far after each write. */
  readonly onText?: (text: string, input: PassThrough) => void
  /** Leaves the input open after the lines. */
  readonly open?: boolean
}

/** Runs the dialogue on these lines, then ends the input. */
export async function drive(session: Session, lines: readonly string[], options: DriveOptions = {}): Promise<Driven> {
  const input = new PassThrough()
  let text = ''
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      options.onText?.(text, input)
      done()
    },
  })
  const running = runLine(session, {
    lang: 'en',
    color: options.color ?? false,
    plain: options.plain ?? true,
    input,
    output,
    version: '0.1.0',
    signals: options.signals ?? new EventEmitter(),
    now: () => new Date('2026-11-22T12:00:00Z'),
  })
  for (const line of lines) input.write(`${line}\n`)
  if (options.open !== true) input.end()
  return { code: await running, text }
}

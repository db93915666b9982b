import { Console } from 'node:console'
import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import xterm from '@xterm/headless'
import { runTui, type TuiOptions } from '#front/tui/index.ts'
import type { Session } from '#session/types.ts'

/** The test runner's console has none; Ink needs one to keep stray messages off the screen. */
if (typeof console.Console !== 'function') Object.assign(console, { Console })

/** What Ink needs of a terminal's output: size, resize events, and writes that land in an emulator. */
class Output extends EventEmitter {
  readonly isTTY = true
  readonly writable = true
  readonly term: xterm.Terminal
  pending = 0
  raw = ''

  constructor(columns: number, rows: number) {
    super()
    this.term = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true })
  }

  get columns(): number {
    return this.term.cols
  }

  get rows(): number {
    return this.term.rows
  }

  write(data: string | Uint8Array, encoding?: unknown, done?: () => void): boolean {
    const after = typeof encoding === 'function' ? (encoding as () => void) : done
    this.raw += String(data)
    this.pending++
    this.term.write(data, () => {
      this.pending--
      after?.()
    })
    return true
  }
}

/** Keys arrive as one string each, as from a terminal in raw mode. */
class Input extends EventEmitter {
  readonly isTTY = true
  rawMode = false
  #data: string | null = null

  type(data: string): void {
    this.#data = data
    this.emit('readable')
    this.emit('data', data)
  }

  read(): string | null {
    const data = this.#data
    this.#data = null
    return data
  }

  setRawMode(on: boolean): this {
    this.rawMode = on
    return this
  }

  setEncoding(): this {
    return this
  }
  resume(): this {
    return this
  }
  pause(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

export const KEY = {
  enter: '\r',
  esc: '\x1b',
  tab: '\t',
  shiftTab: '\x1b[Z',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  pgup: '\x1b[5~',
  pgdn: '\x1b[6~',
  home: '\x1b[H',
  end: '\x1b[F',
  backspace: '\x7f',
  ctrlC: '\x03',
  ctrlS: '\x13',
} as const

/** The whole program in an emulated terminal. */
export class Screen {
  readonly output: Output
  readonly input = new Input()
  /** Exit code, once it ended. */
  readonly ended: Promise<number>

  constructor(session: Session, { columns = 80, rows = 24, ...options }: Partial<TuiOptions> & { columns?: number; rows?: number } = {}) {
    this.output = new Output(columns, rows)
    const stdin = this.input as unknown as NodeJS.ReadStream
    const stdout = this.output as unknown as NodeJS.WriteStream
    this.ended = runTui(session, { lang: 'en', color: true, version: '0.1.0', ...options, stdin, stdout })
  }

  /** What is on the screen now, without trailing spaces. */
  text(): string {
    const { active } = this.output.term.buffer
    const lines = Array.from(
      { length: this.output.term.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? '',
    )
    return lines.map((l) => l.trimEnd()).join('\n')
  }

  /** The line under the cursor of a list. */
  selected(): string {
    return (
      this.text()
        .split('\n')
        .find((l) => l.startsWith('› '))
        ?.slice(2) ?? ''
    )
  }

  /** Waits until the text stands on the screen and nothing moves any more. */
  async until(wanted: string | RegExp): Promise<string> {
    const deadline = Date.now() + 5000
    while (Date.now() < deadline) {
      const now = await this.settled()
      if (typeof wanted === 'string' ? now.includes(wanted) : wanted.test(now)) return now
    }
    throw new Error(`never on the screen: ${String(wanted)}\n${this.text()}`)
  }

  /** Two looks in a row, longer apart than a frame, that show the same. */
  async settled(): Promise<string> {
    let before: string | undefined
    for (;;) {
      await pause(40)
      const now = this.text()
      if (now === before && this.output.pending === 0) return now
      before = now
    }
  }

  /** Types each key on its own (Esc needs 20 ms to be told from a sequence). */
  async press(...keys: readonly string[]): Promise<string> {
    for (const key of keys) {
      this.input.type(key)
      await pause(key === KEY.esc ? 40 : 4)
    }
    return this.settled()
  }

  resize(columns: number, rows: number): void {
    this.output.term.resize(columns, rows)
    this.output.emit('resize')
  }

  /** The foreground of the cells that hold `text`, to look at colours. */
  colourOf(text: string): number | undefined {
    const { active } = this.output.term.buffer
    const y = this.text()
      .split('\n')
      .findIndex((l) => l.includes(text))
    const x = this.text().split('\n')[y]?.indexOf(text) ?? -1
    const cell = active.getLine(active.viewportY + y)?.getCell(x)
    return cell === undefined || cell.isFgDefault() ? undefined : cell.getFgColor()
  }
}

/** Opens a session's screens and waits for the first settled frame; leaves them after `use`. */
export async function onScreen(
  session: Session,
  options: ConstructorParameters<typeof Screen>[1],
  use: (screen: Screen) => Promise<void>,
): Promise<void> {
  const screen = new Screen(session, options)
  try {
    await screen.settled()
    await use(screen)
  } finally {
    screen.input.type(KEY.ctrlC)
    await pause(5)
    screen.input.type(KEY.ctrlC)
    await screen.ended
  }
}

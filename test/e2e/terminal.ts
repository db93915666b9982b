import { resolve } from 'node:path'
import xterm from '@xterm/headless'
import { spawn } from 'node-pty'

const ROOT = resolve(import.meta.dirname, '../..')
export const BIN = resolve(ROOT, 'bin/kubeharden.js')

/** kubeharden in a real terminal: a pty, and a terminal emulator that knows what is on the screen. */
export interface Terminal {
  readonly pid: number
  /** What is on the screen, trailing blanks cut. */
  screen(): string
  /** All bytes so far, for searching. */
  raw(): string
  press(keys: string): void
  /** Waits until the screen matches; throws with the screen where it does not in time. */
  until(wanted: RegExp | string, ms?: number): Promise<string>
  resize(columns: number, rows: number): void
  /** Resolves with the exit code. */
  ended(ms?: number): Promise<number>
  kill(signal?: string): void
}

export const KEY = {
  enter: '\r',
  esc: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  tab: '\t',
  ctrlC: '\u0003',
  ctrlS: '\u0013',
  space: ' ',
} as const

export function open(args: readonly string[], env: Record<string, string>, size = { columns: 100, rows: 30 }): Terminal {
  const { COLUMNS: _c, LINES: _l, CI: _ci, FORCE_COLOR: _f, NO_COLOR: _n, ...inherited } = process.env
  const child = spawn(process.execPath, [BIN, ...args], {
    cols: size.columns,
    rows: size.rows,
    cwd: ROOT,
    env: { ...(inherited as Record<string, string>), TERM: 'xterm-256color', ...env },
  })
  const emulator = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true })
  let bytes = ''
  let code: number | undefined
  const enders: ((code: number) => void)[] = []
  child.onData((data) => {
    bytes += data
    emulator.write(data)
  })
  child.onExit(({ exitCode, signal }) => {
    code = signal !== undefined && signal !== 0 ? 128 + signal : exitCode
    for (const end of enders) end(code)
  })

  const screen = () => {
    const buffer = emulator.buffer.active
    const lines = Array.from({ length: emulator.rows }, (_, y) => buffer.getLine(buffer.viewportY + y)?.translateToString(true) ?? '')
    return lines.join('\n').trimEnd()
  }
  return {
    pid: child.pid,
    screen,
    raw: () => bytes,
    press: (keys) => child.write(keys),
    async until(wanted, ms = 20_000) {
      const end = Date.now() + ms
      const found = () => (typeof wanted === 'string' ? screen().includes(wanted) : wanted.test(screen()))
      while (!found()) {
        if (Date.now() > end || code !== undefined)
          throw new Error(
            `${code === undefined ? `not on the screen after ${ms} ms` : `ended with ${code} before`}: ${wanted}\n${screen()}`,
          )
        await new Promise((r) => setTimeout(r, 20))
      }
      return screen()
    },
    resize(columns, rows) {
      child.resize(columns, rows)
      emulator.resize(columns, rows)
    },
    ended(ms = 15_000) {
      if (code !== undefined) return Promise.resolve(code)
      return new Promise((done, fail) => {
        const timer = setTimeout(() => fail(new Error(`still running after ${ms} ms\n${screen()}`)), ms)
        enders.push((c) => {
          clearTimeout(timer)
          done(c)
        })
      })
    },
    kill: (signal) => child.kill(signal),
  }
}

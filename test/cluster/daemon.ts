import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Guard } from './guard.ts'

const KILL_AFTER_MS = 5_000

/** A server that runs in the background and writes to a log file. */
export class Daemon {
  readonly name: string
  readonly log: string
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #end: string | undefined
  #stopped = false

  /** Starts it in a session of its own: Ctrl-C in the terminal reaches the tests, and they stop it. */
  constructor(file: string, args: readonly string[], options: { name: string; log: string; cwd: string; guard: Guard }) {
    this.name = options.name
    this.log = options.log
    const log = openSync(options.log, 'a')
    this.#child = spawn(file, args, { cwd: options.cwd, detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    const { pid } = this.#child
    if (pid !== undefined) options.guard.watch(pid)
    this.#ended = new Promise((resolve) => {
      const finish = (how: string) => {
        this.#end ??= how
        if (pid !== undefined) options.guard.forget(pid)
        resolve()
      }
      this.#child.once('error', (error) => finish(error.message))
      this.#child.once('exit', (code, signal) => finish(signal ?? `exit code ${code}`))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** How it ended, or undefined while it runs. */
  get end(): string | undefined {
    return this.#end
  }

  /** SIGTERM, and SIGKILL when that does not help. */
  async stop(): Promise<void> {
    if (this.#end !== undefined) return
    this.#stopped = true
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS)
    await this.#ended
    clearTimeout(timer)
  }

  async lastLines(count = 20): Promise<string> {
    const text = await readFile(this.log, 'utf8').catch(() => '')
    return text.trimEnd().split('\n').slice(-count).join('\n')
  }

  /** What to say when it did not come up. */
  async failure(why: string): Promise<StartError> {
    const how = this.#stopped || this.#end === undefined ? why : `ended (${this.#end})`
    return new StartError(`${this.name} ${how}. The last lines of its log:\n${await this.lastLines()}`)
  }
}

export class StartError extends Error {
  override name = 'StartError'

  /** Somebody took the port between choosing and using it: worth another try. */
  get portTaken(): boolean {
    return /address already in use/.test(this.message)
  }
}

/** Tries again, with other ports, when a port was taken. */
export async function withPortRetry<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start()
    } catch (error) {
      if (attempt === 4 || !(error instanceof StartError && error.portTaken)) throw error
    }
  }
}

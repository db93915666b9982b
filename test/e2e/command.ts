import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BIN } from './terminal.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A home of its own: no kubeconfig, no state, nothing of the developer's. */
export function emptyHome(): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'kubeharden-home-'))
  return { HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CONFIG_HOME: join(home, 'config'), KUBECONFIG: '' }
}

/** Runs kubeharden with pipes in place of a terminal. */
export function command(
  args: readonly string[],
  env: Record<string, string>,
  options: { stdin?: string; onErr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, KUBEBUILDER_ASSETS: undefined, ...env },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (d) => {
      out += d
    })
    child.stderr.on('data', (d) => {
      err += d
      options.onErr?.(err, (signal) => child.kill(signal))
    })
    child.on('error', fail)
    child.on('close', (code, signal) => done({ code: code ?? (signal === 'SIGINT' ? 130 : 128), out, err }))
    child.stdin.end(options.stdin ?? '')
  })
}

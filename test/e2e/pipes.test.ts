import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { emptyHome } from './command.ts'
import { BIN } from './terminal.ts'

const AUDIT = [process.execPath, BIN, 'audit', '--practice', '-o', 'json'] as const

/** All that a command line prints to a reader that keeps up. */
async function printed([program, ...args]: readonly [string, ...string[]]): Promise<string> {
  const env = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...emptyHome() }
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) out += String(chunk)
  return out
}

it.each([
  ['a socket, as another program opens it', AUDIT],
  ['a pipe whose reader is slow', ['sh', '-c', '"$0" "$@" | (sleep 2; cat)', ...AUDIT] as const],
])('a report longer than a pipe holds arrives whole: %s', async (_, command) => {
  for (let i = 0; i < 3; i += 1) {
    const out = await printed(command)
    expect(out.length).toBeGreaterThan(128 * 1024)
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1 })
  }
})

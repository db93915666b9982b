import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

/** The terminal tests run the bundle, as a user does. */
export default function setup(): void {
  const root = resolve(import.meta.dirname, '../..')
  const { status } = spawnSync(process.execPath, ['bin/dev/setup.mjs', '--build'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the bundle could not be built')
}

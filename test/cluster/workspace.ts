import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Guard } from './guard.ts'

/** A temporary folder and the guard that removes it, whatever happens. */
export interface Workspace {
  dir: string
  guard: Guard
  remove(): Promise<void>
}

export async function makeWorkspace(name: string): Promise<Workspace> {
  const dir = await mkdtemp(path.join(tmpdir(), `kubeharden-${name}-`))
  const guard = new Guard(dir)
  return { dir, guard, remove: () => guard.release() }
}

import { lstat, mkdir } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { HardenError } from '#model/errors.ts'

type Env = Readonly<Record<string, string | undefined>>

/** `$XDG_STATE_HOME/kubeharden`; relative values are ignored, as the XDG base directory specification asks. */
export function stateHome(env: Env = process.env): string {
  return path.join(xdg(env.XDG_STATE_HOME) ?? path.join(home(env), '.local', 'state'), 'kubeharden')
}

/** `$XDG_CONFIG_HOME/kubeharden`. */
export function configHome(env: Env = process.env): string {
  return path.join(xdg(env.XDG_CONFIG_HOME) ?? path.join(home(env), '.config'), 'kubeharden')
}

/** Folder of one cluster: its progress, its journal and its lock. `uid` is that of kube-system, or `practice`. */
export function clusterDir(uid: string, env: Env = process.env): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(uid))
    throw new HardenError('input', `${JSON.stringify(uid)} is not a cluster's uid.`, 'It is the uid of the namespace kube-system.')
  return path.join(stateHome(env), 'clusters', uid)
}

function xdg(value: string | undefined): string | undefined {
  return value !== undefined && path.isAbsolute(value) ? value : undefined
}

function home(env: Env): string {
  return xdg(env.HOME) ?? os.homedir()
}

/**
 * Makes a folder with mode 0700 and looks at it and at the folders above it up to `kubeharden`: what lies there is
 * trusted by undo, so it must not be a link to elsewhere, another user's, or open for all to write.
 */
export async function ownFolder(dir: string): Promise<string> {
  const parts: string[] = []
  for (let at = dir; ; at = path.dirname(at)) {
    parts.unshift(at)
    if (path.basename(at) === 'kubeharden' || path.dirname(at) === at) break
  }
  const ours = path.basename(parts[0] ?? '') === 'kubeharden' ? parts : [dir]
  for (const folder of ours) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
    } catch (cause) {
      throw refused(folder, `it cannot be made (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, cause)
    }
    await lookAt(folder)
  }
  return dir
}

async function lookAt(folder: string): Promise<void> {
  const stat = await lstat(folder)
  if (stat.isSymbolicLink()) throw refused(folder, 'it is a link to another place')
  if (!stat.isDirectory()) throw refused(folder, 'it is not a folder')
  if (process.platform === 'win32') return
  if ((stat.mode & 0o002) !== 0) throw refused(folder, 'everybody may write to it')
  const uid = process.getuid?.()
  if (uid !== undefined && stat.uid !== uid) throw refused(folder, 'it belongs to another user')
}

function refused(folder: string, why: string, cause?: unknown): HardenError {
  return new HardenError('input', `${folder} is not used: ${why}.`, 'Correct that, or set XDG_STATE_HOME to a folder of your own.', {
    cause,
  })
}

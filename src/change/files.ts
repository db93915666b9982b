import { lstat, mkdir, open, readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { HardenError } from '#model/errors.ts'
import { checkPath, fileText, type Guide, keysOf, modeOf } from './guide.ts'
import type { KeyRing } from './keys.ts'

export interface OutFile {
  readonly path: string
  readonly mode: number
  readonly text: string
}

/** A folder for generated files must not exist yet or be empty: nothing of the operator's is ever written over. */
export async function checkFolder(dir: string): Promise<void> {
  await checkOwned(dir)
  const there = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new HardenError(
      'input',
      `${dir} cannot be used as a folder (${error.code ?? 'unknown'}).`,
      'Name an empty folder, or one that does not exist.',
    )
  })
  if (there.length > 0) throw new HardenError('input', `${dir} is not empty.`, 'Name an empty folder, or one that does not exist.')
}

/** Keys may go in there: not through a link somewhere else, and not where another user can put or swap files. */
async function checkOwned(dir: string): Promise<void> {
  const stat = await lstat(path.resolve(dir)).catch(() => undefined)
  if (stat === undefined) return
  const refuse = (why: string): never => {
    throw new HardenError('input', `${dir} is not used: ${why}.`, 'Name an empty folder of your own, or one that does not exist.')
  }
  if (stat.isSymbolicLink()) refuse('it is a link to another place')
  if (process.platform === 'win32' || !stat.isDirectory()) return
  if ((stat.mode & 0o002) !== 0) refuse('everybody may write to it')
  const uid = process.getuid?.()
  if (uid !== undefined && stat.uid !== uid) refuse('it belongs to another user')
}

/** Writes the files of a guide, and `more` beside them; keys are resolved here and nowhere else. Returns their paths. */
export async function writeGuide(
  guide: Guide,
  dir: string,
  keys: KeyRing,
  templates?: string,
  more: readonly OutFile[] = [],
): Promise<readonly string[]> {
  await keys.load(guide.files.flatMap(keysOf))
  const files = guide.files.map((file) => ({
    path: file.path,
    mode: modeOf(file),
    text: fileText(file, (source) => keys.resolve(source), templates),
  }))
  return await writeFiles(dir, [...files, ...more])
}

/**
 * Writes new files into a folder (made with mode 0700): exclusive create, exact mode, on disk when the promise
 * resolves. HardenError `input` where a file is there already.
 */
export async function writeFiles(dir: string, files: readonly OutFile[]): Promise<readonly string[]> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const root = await realpath(dir)
    const written: string[] = []
    for (const file of files) {
      checkPath(file.path)
      const target = path.join(root, file.path)
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
      await writeOne(target, file)
      written.push(path.join(dir, file.path))
    }
    for (const folder of new Set([root, ...files.map((file) => path.dirname(path.join(root, file.path)))])) await syncFolder(folder)
    return written
  } catch (error) {
    if (error instanceof HardenError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const hint = code === 'EEXIST' ? 'Nothing was written over. Name an empty folder.' : 'Name a folder that can be written to.'
    throw new HardenError('input', `The files could not be written: ${message}.`, hint)
  }
}

async function writeOne(target: string, file: OutFile): Promise<void> {
  const handle = await open(target, 'wx', file.mode)
  try {
    await handle.chmod(file.mode)
    await handle.writeFile(file.text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

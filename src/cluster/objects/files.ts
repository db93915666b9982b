import { lstat, open, readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { HardenError } from '#model/errors.ts'
import { MAX_TEXT } from './parse.ts'

const WANTED = /\.(ya?ml|json)$/i
const IGNORED = new Set(['.git', 'node_modules'])
const MAX_FILES = 20_000
const MAX_DEPTH = 40

/**
 * The manifest files of a folder, sorted, all levels. Links that lead out of the folder are not followed, nor links to folders.
 * @throws HardenError `input` where it cannot be read or is far too large.
 */
export async function manifestFiles(root: string): Promise<string[]> {
  const real = await realpath(root).catch((error: unknown) => {
    throw fileError(root, error)
  })
  const files: string[] = []
  await walk(root, real, 0, files)
  return files.sort((a, b) => (a < b ? -1 : 1))
}

async function walk(dir: string, root: string, depth: number, files: string[]): Promise<void> {
  if (depth > MAX_DEPTH) throw new HardenError('input', `${dir}: folders nested too deeply`, 'Give the folder that holds the manifests.')
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(dir, error)
  })
  for (const entry of entries) {
    const path = join(dir, entry.name)
    if (IGNORED.has(entry.name)) continue
    if (entry.isDirectory()) await walk(path, root, depth + 1, files)
    else if (WANTED.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await staysInside(path, root))))) files.push(path)
    if (files.length > MAX_FILES)
      throw new HardenError('input', `${dir}: more than ${MAX_FILES} files`, 'Give the folder that holds the manifests.')
  }
}

/** Only links to files, and only inside: a folder from a stranger must not show what lies elsewhere on this machine. */
async function staysInside(path: string, root: string): Promise<boolean> {
  const target = await realpath(path).catch(() => undefined)
  if (target === undefined || relative(root, target).split(sep)[0] === '..') return false
  return (await lstat(target)).isFile()
}

/** The text of a file of bounded size; a byte order mark is removed. Throws HardenError `input`. */
export async function readText(path: string, limit = MAX_TEXT): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const info = await file.stat()
      if (info.isDirectory()) throw new HardenError('input', `${path}: is a folder`, 'Give a file.')
      const chunks: Buffer[] = []
      let size = 0
      // Not by info.size: a pipe or a growing file has none that can be trusted.
      for await (const chunk of file.createReadStream({ autoClose: false })) {
        size += (chunk as Buffer).length
        if (size > limit) throw tooLarge(path, limit)
        chunks.push(chunk as Buffer)
      }
      return decode(Buffer.concat(chunks), path)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(path, error)
  }
}

export async function readStream(stream: AsyncIterable<Uint8Array | string>, origin: string, limit = MAX_TEXT): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk)
    size += bytes.length
    if (size > limit) throw tooLarge(origin, limit)
    chunks.push(bytes)
  }
  return decode(Buffer.concat(chunks), origin)
}

function decode(bytes: Buffer, origin: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new HardenError('input', `${origin}: is not UTF-8 text`, 'Convert the file to UTF-8.')
  }
}

function tooLarge(origin: string, limit: number): HardenError {
  return new HardenError('input', `${origin}: larger than ${Math.round(limit / 1024 / 1024)} MiB`, 'Split the file and give the folder.')
}

export function fileError(path: string, error: unknown): HardenError {
  if (error instanceof HardenError) return error
  const code = (error as NodeJS.ErrnoException).code
  const words: Record<string, string> = {
    ENOENT: 'is not there',
    EACCES: 'may not be read',
    EPERM: 'may not be read',
    EISDIR: 'is a folder',
  }
  return new HardenError('input', `${path}: ${words[code ?? ''] ?? String(code ?? error)}`, 'Check the path and its permissions.', {
    cause: error,
  })
}

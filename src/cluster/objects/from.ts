import { stat } from 'node:fs/promises'
import type { Connection } from '#model/access.ts'
import { fileError, readText } from './files.ts'
import { connectManifests } from './manifests.ts'
import { connectSnapshot } from './snapshot.ts'

const SNAPSHOT_LIMIT = 256 * 1024 * 1024

/**
 * `--from FILE|DIR`: a JSON file with our schemaVersion and kinds is a snapshot, everything else is manifests (`-`: from standard input).
 * `notes` say what was left out. Throws HardenError `input`.
 */
export async function connectFrom(path: string): Promise<Connection & { readonly notes?: readonly string[] }> {
  if (path === '-') return await connectManifests(path)
  const info = await stat(path).catch((error: unknown) => {
    throw fileError(path, error)
  })
  if (info.isFile() && (await isSnapshot(path))) return await connectSnapshot(path)
  return await connectManifests(path)
}

async function isSnapshot(path: string): Promise<boolean> {
  const text = await readText(path, SNAPSHOT_LIMIT)
  if (!/^\s*\{/.test(text)) return false
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'schemaVersion' in value && 'kinds' in value && !('apiVersion' in value)
  } catch {
    return false
  }
}

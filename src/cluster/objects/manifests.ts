import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { CollectOptions, Connection, Reader } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import type { Kind } from '#model/kinds.ts'
import type { KubeObject } from '#model/refs.ts'
import type { State } from '#model/state.ts'
import { fileError, manifestFiles, readStream, readText } from './files.ts'
import { type LocatedObject, type ParsedManifests, parseManifests } from './parse.ts'
import { pickKinds } from './pick.ts'
import { stateFromObjects } from './toState.ts'

/** A connection to files; `notes` are for the operator: what was left out. */
export interface ManifestsConnection extends Connection {
  readonly notes: readonly string[]
}

const READ_ONLY = 'These are files: generate writes new ones, nothing can be applied.'

/**
 * Reads a file, a folder (all levels) or standard input (`-`) of manifests.
 * @throws HardenError `input`: unreadable, no Kubernetes objects, or broken; then all broken files are named.
 */
export async function connectManifests(
  path: string,
  stdin: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<ManifestsConnection> {
  let fresh: ParsedManifests | undefined = await readAll(path, stdin)
  const first = fresh
  const name = path === '-' ? 'stdin' : basename(resolve(path))
  const reader: Reader = {
    kind: 'manifests',
    async collect(kinds: readonly Kind[], options: CollectOptions = {}): Promise<State> {
      // The first collection takes what was read to connect; later ones look at the files again. Standard input is gone by then.
      const parsed = path === '-' ? first : (fresh ?? (await readAll(path, stdin)))
      fresh = undefined
      const places = new Map<KubeObject, string>(parsed.objects.map((o) => [o.object, o.at]))
      const objects = parsed.objects.map((o) => o.object)
      const state = stateFromObjects(objects, { source: 'manifests', name, now: new Date(), where: (o) => places.get(o) })
      return pickKinds(state, kinds, options)
    },
    close: async () => {},
  }
  return { reader, readOnlyReason: READ_ONLY, notes: notesOn(first) }
}

/** All objects of a file, a folder or standard input (`-`); errors as for connectManifests. */
export async function readManifests(
  path: string,
  stdin: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<readonly KubeObject[]> {
  return (await readAll(path, stdin)).objects.map((o) => o.object)
}

/** The same objects, each with its file and line. */
export async function locateManifests(
  path: string,
  stdin: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<readonly LocatedObject[]> {
  return (await readAll(path, stdin)).objects
}

async function readAll(path: string, stdin: AsyncIterable<Uint8Array | string>): Promise<ParsedManifests> {
  const found = path === '-' ? parseManifests(await readStream(stdin, 'stdin'), 'stdin') : await readFiles(await filesOf(path))
  if (found.objects.length > 0) return found
  throw new HardenError(
    'input',
    `${path}: holds no Kubernetes objects`,
    'Give a file or folder with YAML manifests (apiVersion, kind, metadata).',
  )
}

async function filesOf(path: string): Promise<string[]> {
  const info = await stat(path).catch((error: unknown) => {
    throw fileError(path, error)
  })
  return info.isDirectory() ? await manifestFiles(path) : [path]
}

/** All files or none: every broken one is named, so that they can be corrected in one go. */
async function readFiles(files: readonly string[]): Promise<ParsedManifests> {
  const parts: ParsedManifests[] = []
  const broken: HardenError[] = []
  for (const file of files) {
    try {
      parts.push(parseManifests(await readText(file), file))
    } catch (error) {
      broken.push(fileError(file, error))
    }
  }
  const [first] = broken
  if (first !== undefined) throw new HardenError('input', broken.map((e) => e.message).join('\n'), first.hint, { cause: first })
  return { objects: parts.flatMap((p) => p.objects), skipped: parts.flatMap((p) => p.skipped) }
}

function notesOn(parsed: ParsedManifests): string[] {
  const { length } = parsed.skipped
  if (length === 0) return []
  const named = parsed.skipped.slice(0, 5).join(', ')
  return [
    `${length} ${length === 1 ? 'document is no Kubernetes object and was' : 'documents are no Kubernetes objects and were'} left out: ${named}${length > 5 ? ', …' : ''}`,
  ]
}

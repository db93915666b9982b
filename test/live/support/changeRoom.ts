import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { applyPreview } from '#change/apply.ts'
import { previewChanges } from '#change/preview.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import type { Writer } from '#model/access.ts'
import type { Change, Preview } from '#model/change.ts'
import type { Journal, JournalRun } from '#model/journal.ts'
import type { Json, KubeObject, ObjectRef } from '#model/refs.ts'
import { openJournal } from '#store/index.ts'

/** The change room with a real journal on disk, as a session wires it. */
export interface Room {
  readonly writer: Writer
  readonly journal: Journal
  readonly dir: string
  preview(changes: readonly Change[], wizard?: string): Promise<Preview>
  apply(changes: readonly Change[], wizard?: string): Promise<JournalRun>
  undo(run: JournalRun): Promise<JournalRun>
}

export async function changeRoom(writer: Writer, stateDir?: string): Promise<Room> {
  const dir = stateDir ?? path.join(await mkdtemp(path.join(os.tmpdir(), 'kh-state-')), 'kubeharden', 'clusters', 'test')
  const journal = openJournal(dir)
  const cluster = { uid: 'test', name: 'test' }
  const preview: Room['preview'] = (changes, wizard = 'test') => previewChanges({ wizard, changes, cluster, writer })
  return {
    writer,
    journal,
    dir,
    preview,
    apply: async (changes, wizard) => await applyPreview(await preview(changes, wizard), { writer, journal, who: 'tester' }),
    undo: async (run) => await applyUndo(await previewUndo(run, { writer, journal }), { writer, journal, who: 'tester' }),
  }
}

/** An object without uid, resourceVersion, generation and timestamps: what must come back exactly. */
export function timeless(object: KubeObject | undefined): Json | undefined {
  if (object === undefined) return undefined
  const { uid: _u, resourceVersion: _r, creationTimestamp: _c, generation: _g, managedFields, ...metadata } = object.metadata
  const owned = (managedFields as readonly Record<string, Json>[] | undefined)?.map(({ time: _t, ...entry }) => entry)
  const { status: _s, ...rest } = object
  return JSON.parse(JSON.stringify({ ...rest, metadata: { ...metadata, managedFields: owned ?? null } })) as Json
}

export async function stateOf(writer: Writer, refs: readonly ObjectRef[]): Promise<readonly (Json | undefined)[]> {
  return await Promise.all(refs.map(async (ref) => timeless(await writer.get(ref))))
}

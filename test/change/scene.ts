import { beforeEach } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { previewChanges } from '#change/preview.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import type { Change, Preview } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { JournalRun } from '#model/journal.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import { FakeCluster, MemoryJournal, testTemplates } from './support.ts'

export const templates = testTemplates()
export let cluster: FakeCluster
export let journal: MemoryJournal
/** An empty cluster and an empty journal; before each test too. */
export function reset(): void {
  cluster = new FakeCluster()
  journal = new MemoryJournal()
}
beforeEach(reset)

export const config = (name: string, data: Record<string, string> = { a: '1' }, labels?: Record<string, string>): Change => ({
  kind: 'apply',
  template: 't/config',
  values: { name, data, labels },
})
export const ref = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name })
export const live = (name: string, data: Record<string, string> = { a: '1' }, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...metadata },
  data,
})
export const edit = (name: string, value: string): Change => ({
  kind: 'edit',
  ref: ref(name),
  edits: [{ op: 'set', path: ['data', 'a'], value }],
})

export const preview = (...changes: Change[]): Promise<Preview> =>
  previewChanges({ wizard: 'w', changes, cluster: { uid: 'u', name: 'c' }, writer: cluster, templates })
export const options = () => ({ writer: cluster, journal, who: 'me', templates })
export const apply = async (...changes: Change[]): Promise<JournalRun> => await applyPreview(await preview(...changes), options())
export const states = (run: JournalRun | undefined): string[] => run?.entries.map((e) => e.state) ?? []
export const unreachable = () => new HardenError('unreachable', 'no answer', 'Look at the network.')
export const dataOf = async (name: string) => (await cluster.get(ref(name)))?.data
export const objects = () =>
  JSON.stringify([...cluster.objects.values()].map((o) => ({ ...o, metadata: { ...o.metadata, resourceVersion: '', uid: '' } })))

export async function undo(run: JournalRun): Promise<JournalRun> {
  return await applyUndo(await previewUndo((await journal.get(run.id)) ?? run, { writer: cluster, journal }), options())
}

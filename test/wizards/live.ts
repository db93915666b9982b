import { expect } from 'vitest'
import { applyPreview } from '../../src/change/apply.ts'
import { previewChanges } from '../../src/change/preview.ts'
import type { LiveConnection } from '../../src/cluster/index.ts'
import type { Change, Preview } from '../../src/model/change.ts'
import type { Journal, JournalRun } from '../../src/model/journal.ts'
import type { Wizard } from '../../src/model/wizard.ts'
import type { TestCluster } from '../cluster/apiserver.ts'

/** A journal that forgets at the end of the test. */
export function memoryJournal(): Journal {
  const runs = new Map<string, JournalRun>()
  return {
    save: async (run) => void runs.set(run.id, structuredClone(run)),
    list: async () => [...runs.values()],
    get: async (id) => runs.get(id),
  }
}

export async function previewOf(connection: LiveConnection, wizard: Wizard, changes: readonly Change[]): Promise<Preview> {
  return await previewChanges({ wizard: wizard.id, changes, cluster: { name: 'test' }, writer: connection.writer })
}

/** What the server said against items of a preview; empty where everything would go through. */
export function objections(preview: Preview): string[] {
  return preview.items.flatMap((item) =>
    item.kind === 'object'
      ? [item.refused?.message ?? [], item.warnings, item.conflicts.map((c) => c.field)].flat().map((m) => `${item.ref.name}: ${m}`)
      : [],
  )
}

/** Previews, then applies. */
export async function applyPlan(
  connection: LiveConnection,
  wizard: Wizard,
  changes: readonly Change[],
  outDir?: string,
): Promise<JournalRun> {
  const preview = await previewOf(connection, wizard, changes)
  expect(objections(preview)).toEqual([])
  return await applyPreview(preview, {
    writer: connection.writer,
    journal: memoryJournal(),
    who: 'test',
    ...(outDir === undefined ? {} : { outDir }),
  })
}

export interface Ask {
  readonly verb: string
  readonly group?: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

/** SubjectAccessReview: may this user do it? */
export async function may(
  cluster: TestCluster,
  user: { readonly user: string; readonly groups?: readonly string[] },
  ask: Ask,
): Promise<boolean> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: { ...user, resourceAttributes: ask } }
  const answer = await cluster.api('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body })
  expect(answer.status).toBe(201)
  return (JSON.parse(answer.text) as { status: { allowed: boolean } }).status.allowed
}

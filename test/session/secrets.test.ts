import { expect, it } from 'vitest'
import { checks } from '#checks/index.ts'
import { auditOnce } from '#session/headless.ts'
import { errorOf, readyOf, World } from './support.ts'

const MARK = 'hunter2hunter2'
const namespace = 'shop'
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace }, stringData: { k: MARK } }
const config = (data: Record<string, string>) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace }, data })
const shown = (preview: { readonly items: readonly object[] }) => JSON.stringify(preview.items.map((i) => ({ ...i, change: undefined })))

it('a Secret in somebody’s manifests is refused before anything is asked of the cluster', async () => {
  const world = new World()
  const session = await world.ready()
  const preview = await session.previewObjects([secret])
  expect(preview).toMatchObject({ ok: false, items: [{ refused: { message: expect.stringContaining('never') } }] })
  expect(shown(preview)).not.toContain(MARK)
  const error = await errorOf(session.apply(preview))
  expect(`${error.message} ${error.hint}`).not.toContain(MARK)
  expect([world.sent, world.saved]).toEqual([[], []])
})

it('a credential in a ConfigMap is shown and journaled nowhere, made, changed or taken back', async () => {
  const world = new World()
  const session = await world.ready()
  const made = await session.previewObjects([config({ password: MARK, plain: 'x' })])
  expect(made.ok).toBe(true)
  expect(shown(made)).not.toContain(MARK)
  const { run } = await session.apply(made)
  const changed = await session.previewObjects([config({ password: `${MARK}3`, plain: 'x' })])
  expect(changed).toMatchObject({ ok: false, items: [{ refused: { message: expect.stringContaining('credential') } }] })
  const other = await session.previewObjects([config({ password: MARK, plain: 'y' })])
  const second = await session.apply(other)
  expect(second.verification.ok).toBe(true)
  for (const id of [second.run.id, run.id]) {
    const back = await session.previewUndo(id)
    expect(shown(back)).not.toContain(MARK)
    expect((await session.undo(id)).verification.ok).toBe(true)
  }
  expect(JSON.stringify([world.saved, world.kept, shown(changed), shown(other)])).not.toContain(MARK)
  expect(JSON.stringify(readyOf(session))).not.toContain(MARK)
  expect(JSON.stringify(readyOf(session))).not.toMatch(/last-applied-configuration":"[^"]/)
})

it('no check stumbles over the practice cluster', async () => {
  const { assessment } = await auditOnce(new World().deps(), { kind: 'practice' }, checks)
  expect(assessment.gaps.filter((g) => g.detail.includes('could not be evaluated'))).toEqual([])
  expect(assessment.checks.length).toBe(checks.length)
})

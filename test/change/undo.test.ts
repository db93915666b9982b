import { describe, expect, it } from 'vitest'
import { settleJournal } from '#change/settle.ts'
import { previewUndo } from '#change/undo.ts'
import { apply, cluster, config, edit, journal, live, objects, ref, reset, states, undo, unreachable } from './scene.ts'

describe('undo', () => {
  it('goes back in reverse order, and a second time has nothing to do', async () => {
    cluster.put(live('b'))
    cluster.put(live('c', { c: '1' }))
    const before = objects()
    const run = await apply(config('a'), edit('b', '2'), { kind: 'remove', ref: ref('c') })
    cluster.calls.length = 0
    const undone = await undo(run)
    expect(cluster.calls.filter((call) => !call.startsWith('dry'))).toEqual(['create c', 'patch c', 'replace b', 'patch b', 'remove a'])
    expect(undone).toMatchObject({
      kind: 'undo',
      undoes: run.id,
      entries: [{ action: 'create' }, { action: 'update' }, { action: 'delete' }],
    })
    expect(objects()).toBe(before)
    await expect(undo(run)).rejects.toMatchObject({ code: 'input' })
    await expect(undo(undone)).rejects.toThrow(/is an undo itself/)
  })

  it('goes on after it was stopped at any request', async () => {
    for (let stopAt = 1; stopAt <= 5; stopAt += 1)
      for (const when of ['before', 'after'] as const) {
        reset()
        cluster.put(live('b'))
        cluster.put(live('c', { c: '1' }))
        const before = objects()
        const run = await apply(config('a'), edit('b', '2'), { kind: 'remove', ref: ref('c') })
        let requests = 0
        cluster.fault = ({ dryRun, at }) => {
          if (!dryRun && at === 'before') requests += 1
          if (!dryRun && requests === stopAt && at === when) throw unreachable()
        }
        await expect(undo(run)).rejects.toMatchObject({ code: 'change-failed' })
        cluster.fault = () => undefined
        await settleJournal({ journal, writer: cluster })
        const left = (await journal.get(run.id))?.entries.some((e) => e.state === 'done')
        if (left) await undo(run)
        expect(objects(), `stopped ${when} request ${stopAt}`).toBe(before)
        expect(states(await journal.get(run.id))).toEqual(['undone', 'undone', 'undone'])
      }
  })

  it('leaves alone what was deleted and made again, and what is gone', async () => {
    cluster.put(live('b'))
    const run = await apply(config('a'), edit('b', '2'))
    cluster.objects.clear()
    cluster.put(live('a'))
    const shown = await previewUndo(run, { writer: cluster, journal })
    expect(shown).toMatchObject({
      ok: false,
      items: [{ refused: { message: 'ConfigMap shop/b is gone.' } }, { refused: { message: expect.stringContaining('made again') } }],
    })
    cluster.objects.clear()
    expect((await previewUndo(run, { writer: cluster, journal })).items).toMatchObject([{ refused: {} }, { action: 'none' }])
  })
})

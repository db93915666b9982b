import { describe, expect, it } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { settleJournal } from '#change/settle.ts'
import { previewUndo } from '#change/undo.ts'
import type { Change } from '#model/change.ts'
import type { JournalEntry, JournalRun } from '#model/journal.ts'
import type { KubeObject } from '#model/refs.ts'
import { apply, cluster, config, edit, journal, live, objects, options, preview, ref, reset, states, undo, unreachable } from './scene.ts'

describe('settling', () => {
  /** Stops the n-th request before or after it took effect, without an answer, as a kill or a broken line does. */
  async function broken(n: number, when: 'before' | 'after', ...changes: Change[]): Promise<JournalRun> {
    const shown = await preview(...changes)
    let requests = 0
    cluster.fault = ({ dryRun, at }) => {
      if (!dryRun && at === 'before') requests += 1
      if (requests === n && at === when) throw unreachable()
    }
    await expect(applyPreview(shown, options())).rejects.toMatchObject({
      code: 'change-failed',
      message: expect.stringContaining('looked up'),
    })
    cluster.fault = () => undefined
    return (await journal.list())[0] as JournalRun
  }

  it('finds out what became of a request without an answer', async () => {
    for (const when of ['before', 'after'] as const)
      for (const n of [1, 2, 3]) {
        reset()
        cluster.put(live('b'))
        cluster.put(live('c'))
        const before = objects()
        const run = await broken(n, when, config('a'), edit('b', '2'), { kind: 'remove', ref: ref('c') })
        expect(states(run)[n - 1]).toBe('sent')
        await expect(previewUndo(run, { writer: cluster, journal })).rejects.toMatchObject({ code: 'conflict' })
        const [settled] = await settleJournal({ journal, writer: cluster })
        expect(states(settled)[n - 1]).toBe(when === 'after' ? 'done' : 'not-done')
        expect(settled?.entries[n - 1]?.error).not.toMatch(/others/)
        expect(await settleJournal({ journal, writer: cluster })).toEqual([])
        if (n > 1 || when === 'after') await undo(run)
        expect(objects()).toBe(before)
      }
  })

  it('reads a killed run, whose entries are still planned', async () => {
    const run = await apply(config('a'), config('b'))
    const killed: JournalEntry[] = run.entries.map((e) => ({ ...e, state: 'planned', uidAfter: undefined }))
    await journal.save({ ...run, endedAt: undefined, entries: killed })
    await settleJournal({ journal, writer: cluster })
    expect(states(await journal.get(run.id))).toEqual(['not-done', 'not-done'])
  })

  it('says when it cannot know', async () => {
    cluster.put(live('b'))
    const run = await broken(1, 'before', edit('b', '2'))
    cluster.put({ ...((await cluster.get(ref('b'))) as KubeObject), data: { a: 'theirs' } }, 'colleague')
    await settleJournal({ journal, writer: cluster })
    expect((await journal.get(run.id))?.entries).toMatchObject([{ state: 'failed', error: expect.stringContaining('neither') }])
  })

  it('marks the original when the crash came right after an undo', async () => {
    const run = await apply(config('a'))
    await undo(run)
    await journal.save(run)
    await settleJournal({ journal, writer: cluster })
    expect(states(await journal.get(run.id))).toEqual(['undone'])
  })
})

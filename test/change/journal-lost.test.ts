import { describe, expect, it } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { settleJournal } from '#change/settle.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import { HardenError } from '#model/errors.ts'
import type { Journal, JournalRun } from '#model/journal.ts'
import { cluster, config, edit, journal, live, objects, options, preview, states, undo } from './scene.ts'

/** A journal on a disk that is full from the n-th save on. */
function fullAt(n: number): Journal {
  let saves = 0
  return {
    list: () => journal.list(),
    get: (id) => journal.get(id),
    save: async (run) => {
      saves += 1
      if (saves >= n) throw new HardenError('input', 'journal: no space left on device.', 'Make room.')
      await journal.save(run)
    },
  }
}

async function failing(work: Promise<JournalRun>): Promise<HardenError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(HardenError)
  return error as HardenError
}

/** Every request, with what the journal on disk says of it at that moment. */
function watchRequests(): string[] {
  const seen: string[] = []
  cluster.fault = ({ ref, dryRun, at }) => {
    if (!dryRun && at === 'before') seen.push(journal.saved.at(-1)?.entries.find((e) => e.ref.name === ref.name)?.state ?? 'nothing')
  }
  return seen
}

describe('a disk that is full', () => {
  // planned; sent, done of two changes; the end.
  it.each([1, 2, 3, 4, 5, 6])('from save %i on sends nothing that is not on disk first, and can be gone on from', async (n) => {
    cluster.put(live('b'))
    const start = objects()
    const shown = await preview(config('a'), edit('b', '2'))
    const seen = watchRequests()
    const error = await failing(applyPreview(shown, { ...options(), journal: fullAt(n) }))
    expect(seen).toEqual(Array(n < 3 ? 0 : n < 5 ? 1 : 2).fill('sent'))
    if (n === 1) {
      expect(error.code).toBe('input')
      expect(await journal.list()).toEqual([])
      return
    }
    expect(error).toMatchObject({ code: 'change-failed', exitCode: 4 })
    expect(error.message).toMatch(/journal could not be kept: .*no space left/)
    expect(error.hint).toMatch(/^Make room\. .*looked up/)

    const [run] = await settleJournal({ journal, writer: cluster })
    expect(states(run ?? (await journal.list())[0])).toEqual([n < 3 ? 'not-done' : 'done', n < 5 ? 'not-done' : 'done'])
    const [settled] = await journal.list()
    if (settled === undefined || n < 3) return expect(objects()).toBe(start)
    await undo(settled)
    expect(objects()).toBe(start)
  })

  it('does not hide why a change failed', async () => {
    const shown = await preview(config('a'))
    cluster.fault = ({ dryRun }) => {
      if (!dryRun) throw new HardenError('rejected', 'quota is full', 'Raise it.')
    }
    const error = await failing(applyPreview(shown, { ...options(), journal: fullAt(3) }))
    expect(error).toMatchObject({ code: 'change-failed', message: expect.stringContaining('quota is full') })
  })

  it.each([1, 2, 3, 4, 5])('in an undo from save %i on: a second undo goes on', async (n) => {
    cluster.put(live('b'))
    const start = objects()
    const run = await applyPreview(await preview(edit('b', '2')), options())
    const back = await previewUndo(run, { writer: cluster, journal })
    const seen = watchRequests()
    await failing(applyUndo(back, { ...options(), journal: fullAt(n) }))
    expect(seen.length).toBe(n < 3 ? 0 : seen.length)
    cluster.fault = () => undefined
    await settleJournal({ journal, writer: cluster })
    const now = await journal.get(run.id)
    if (now?.entries[0]?.state === 'done') await undo(now)
    expect(objects()).toBe(start)
    expect(states(await journal.get(run.id))).toEqual(['undone'])
  })

  it('is not made worse by a screen that cannot be drawn', async () => {
    const shown = await preview(config('a'))
    const run = await applyPreview(shown, {
      ...options(),
      onProgress: () => {
        throw new Error('no terminal')
      },
    })
    expect(states(run)).toEqual(['done'])
  })
})

it('journals no credential that a server or webhook echoes', async () => {
  const shown = await preview(config('a'))
  cluster.fault = ({ dryRun }) => {
    if (!dryRun)
      throw new HardenError('rejected', 'denied: env DB_PASSWORD=hunter2hunter2 and postgres://u:hunter3@db/x and token: "abcd1234"', '')
  }
  await failing(applyPreview(shown, options()))
  const [run] = await journal.list()
  expect(run?.entries[0]?.error).toMatch(/^denied: env /)
  expect(JSON.stringify(run)).not.toMatch(/hunter|abcd1234/)
})

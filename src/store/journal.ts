import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { HardenError } from '#model/errors.ts'
import { type Journal, type JournalRun, journalRun } from '#model/journal.ts'
import { isLeftover, writeAtomic } from './atomic.ts'
import { ownFolder } from './paths.ts'
import { readJson } from './read.ts'

const ID = /^[0-9A-Za-z][0-9A-Za-z-]{0,127}$/
const HINT = 'Repair it or move it away; without it, what it holds cannot be undone.'

/**
 * The journal in `<dir>/journal`, one file for each run; names sort by time. A file that cannot be read, or that is
 * none of ours, is an error that names it: nothing that was done is ever passed over in silence.
 */
export function openJournal(dir: string): Journal {
  const folder = path.join(dir, 'journal')
  const fileOf = (id: string): string => {
    if (!ID.test(id)) throw new HardenError('input', `${JSON.stringify(id)} is not the id of a run.`, 'kubeharden journal lists them.')
    return path.join(folder, `${id}.json`)
  }
  const get = async (id: string): Promise<JournalRun | undefined> => {
    const run = await readJson(fileOf(id), journalRun, HINT)
    if (run !== undefined && run.id !== id) throw new HardenError('input', `${fileOf(id)} holds another run (${run.id}).`, HINT)
    return run
  }
  return {
    get,
    async save(run) {
      await ownFolder(folder)
      await writeAtomic(fileOf(run.id), `${JSON.stringify(run, null, 1)}\n`)
    },
    async list() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw new HardenError('input', `${folder} cannot be read (${error.code ?? 'unknown'}).`, 'Give yourself the right to read it.')
      })
      const files = names.filter((name) => !isLeftover(name)).toSorted()
      const strange = files.find((name) => !name.endsWith('.json') || !ID.test(name.slice(0, -5)))
      if (strange !== undefined)
        throw new HardenError(
          'input',
          `${path.join(folder, strange)} does not belong there.`,
          'Move it away: the folder holds the journal only.',
        )
      const runs = await Promise.all(files.map((name) => get(name.slice(0, -5))))
      return runs.filter((run) => run !== undefined)
    },
  }
}

import type { BackVerdict } from '#change/undo.ts'
import type { JournalEntry, JournalRun } from '#model/journal.ts'
import type { State } from '#model/state.ts'
import { type Order, PLAIN } from '#simulate/encryptionLife.ts'
import { announced, fileOf } from '#simulate/storage.ts'

const FLAG = 'encryption-provider-config'

/**
 * A configuration that is put back must read everything that may be stored. Where that is not so, nothing is sent: the way
 * back is to store everything again first.
 */
export function encryptionBack(run: JournalRun, state: State): (entry: JournalEntry) => BackVerdict {
  return (entry) => {
    if (!bringsConfiguration(entry)) return {}
    const before = orderBefore(run, entry, state)
    const stored = storedWith(state)
    if (before === undefined || stored === undefined)
      return {
        warning:
          'whether something is stored that would not be read any more cannot be seen from here; the node looks itself, and refuses then',
      }
    const lost = stored.filter((id) => !before.includes(id))
    return lost.length === 0 ? {} : { refused: refusal(lost, before, state) }
  }
}

function bringsConfiguration({ action, node }: JournalEntry): boolean {
  return action === 'node' && node?.plan?.flags.some(({ name, value }) => name === FLAG && value !== undefined) === true
}

/** What was in force before a run: plain text where it brought the flag, else the file that was written before its own. */
function orderBefore(run: JournalRun, entry: JournalEntry, state: State): Order | undefined {
  const flag = entry.fields.find((f) => f.path[0] === 'flags' && f.path[1] === FLAG)
  if (flag !== undefined && flag.before === undefined) return [PLAIN]
  const files = state.remembered?.files ?? []
  const own = files.findIndex((f) => f.run === run.id)
  return own > 0 ? files[own - 1]?.order : undefined
}

/** Everything that something may be stored with; undefined where that cannot be told. */
function storedWith(state: State): readonly string[] | undefined {
  const seen = announced(state)
  const files = state.remembered?.files ?? []
  const file = fileOf(files, seen.hash)
  const proof = state.remembered?.proof
  const [writes] = file?.order ?? []
  if (file !== undefined && writes !== undefined && proof?.hash === file.hash && file.resources.every((r) => proof.resources.includes(r)))
    return [writes]
  // Of somebody else's file, or with nothing to be seen, nobody here knows.
  if (seen.hashes.length === 0 || !seen.hashes.every((hash) => fileOf(files, hash) !== undefined)) return undefined
  return [...new Set(files.flatMap((f) => f.order[0] ?? []))]
}

function refusal(lost: readonly string[], before: Order, state: State) {
  const encrypted = lost.filter((id) => id !== PLAIN)
  const file = fileOf(state.remembered?.files ?? [], announced(state).hash)
  const plainNow = before.length === 1 && before[0] === PLAIN
  const what = encrypted.length === 0 ? 'in plain text' : `encrypted (${encrypted.join(', ')})`
  return {
    message: `Objects may still be stored ${what}, and what would be put back could not read them.`,
    hint:
      plainNow && file?.order[0] !== PLAIN
        ? 'Go back with the wizard: kubeharden apply encryption-config --situation decrypt. It stores everything in plain text first, and proves it.'
        : 'Store everything again as it is written now, and prove it: kubeharden encryption rewrite. Then undo.',
  }
}

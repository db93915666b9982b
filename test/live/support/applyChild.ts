/** A process to be killed: applies a plan, or undoes all runs, through the change room and says how far it is. */
import { readFile } from 'node:fs/promises'
import { applyPreview } from '#change/apply.ts'
import { settleJournal } from '#change/settle.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import { connectLive } from '#cluster/index.ts'
import type { Change } from '#model/change.ts'
import { acquireLock } from '#store/index.ts'
import { changeRoom } from './changeRoom.ts'

const [mode = '', kubeconfig = '', stateDir = '', planFile = ''] = process.argv.slice(2)
const { writer } = await connectLive({ kubeconfig })
const room = await changeRoom(writer, stateDir)
const lock = await acquireLock(stateDir)
await settleJournal(room)
const options = { ...room, who: 'child', onProgress: () => process.stdout.write('.') }
if (mode === 'apply') {
  const preview = await room.preview(JSON.parse(await readFile(planFile, 'utf8')) as Change[])
  process.stdout.write('!')
  await applyPreview(preview, options)
} else {
  for (const run of (await room.journal.list()).toReversed()) {
    if (run.kind === 'undo' || !run.entries.some((e) => e.state === 'done')) continue
    const preview = await previewUndo(run, room)
    process.stdout.write('!')
    await applyUndo(preview, options)
  }
}
await lock.release()
process.exit(0)

/** A session on a real node, as a process of its own: it can be killed, and ends with the exit code of the command line. */
import { readFile } from 'node:fs/promises'
import { applyPreview } from '#change/apply.ts'
import { previewChanges } from '#change/preview.ts'
import { settleJournal } from '#change/settle.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import { connectLive } from '#cluster/index.ts'
import type { Change } from '#model/change.ts'
import { toHardenError } from '#model/errors.ts'
import { openJournal } from '#store/index.ts'

const [mode = '', kubeconfig = '', stateDir = '', file = ''] = process.argv.slice(2)
const print = (kind: string, value: unknown) => process.stdout.write(`${JSON.stringify({ kind, value })}\n`)
try {
  const { writer, nodes } = await connectLive({ kubeconfig, env: {} })
  const journal = openJournal(stateDir)
  const room = { writer, nodes, journal }
  await settleJournal(room)
  const options = { ...room, who: 'child', onProgress: ({ note }: { note?: string }) => void (note !== undefined && print('note', note)) }
  if (mode === 'apply') {
    const { changes, outDir } = JSON.parse(await readFile(file, 'utf8')) as { changes: Change[]; outDir?: string }
    const preview = await previewChanges({ wizard: 'test', changes, cluster: { name: 'test' }, ...room })
    print('preview', preview)
    await applyPreview(preview, { ...options, ...(outDir === undefined ? {} : { outDir }) })
  }
  if (mode === 'undo') {
    const run = (await journal.list()).findLast((r) => r.kind === 'apply') ?? expectRun()
    await applyUndo(await previewUndo(run, room), options)
  }
  print('end', 0)
  process.exit(0)
} catch (thrown) {
  const { code, message, hint, exitCode } = toHardenError(thrown)
  print('error', { code, message, hint })
  process.exit(exitCode)
}

function expectRun(): never {
  throw new Error('no run to undo')
}

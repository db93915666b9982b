import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { EVIDENCE_DAYS, type EvidenceStore, type NodeEvidence } from '#model/objects/evidence.ts'
import { safe } from '#model/text.ts'
import { parseEvidence, withEvidence } from '#session/evidence.ts'
import { readOnce } from '#session/headless.ts'
import { type Ctx, type Globals, targetOf } from '../context.ts'
import { readStdin } from '../io.ts'

/** `evidence`: what the API cannot show of the nodes, taken by a script on each of them. */
export function evidence(program: Command, ctx: Ctx): void {
  const verb = program.command('evidence').description('modes and owners of files on nodes, taken there by a script')
  verb
    .command('script')
    .description('print the script: kubeharden evidence script | ssh NODE sudo sh > NODE.json')
    .action(async () => ctx.io.out(await ctx.deps.evidenceScript()))
  verb
    .command('import <file...>')
    .description('keep what the script printed (- for standard input)')
    .action(async (files: string[], _options, self: Command) => {
      const now = new Date()
      const found: NodeEvidence[] = []
      for (const file of files) found.push(parseEvidence(await textOf(ctx, file), file, now))
      await inStore(ctx, self.optsWithGlobals(), true, async (store, nodes) => {
        const { all, taken, older } = withEvidence(await store.list(), found)
        await store.save(all)
        for (const { metadata, takenAt } of taken) {
          ctx.io.err(`Kept: node ${metadata.name}, taken at ${takenAt}.\n`)
          if (!nodes.includes(metadata.name)) ctx.io.err(`The cluster shows no node ${metadata.name}: this decides nothing.\n`)
        }
        for (const { metadata, takenAt } of older) ctx.io.err(`Left out: node ${metadata.name}, ${takenAt}; newer evidence is there.\n`)
      })
    })
  verb
    .command('list', { isDefault: true })
    .description('the nodes with the date and age of their evidence')
    .action(async (_options, self: Command) => {
      await inStore(ctx, self.optsWithGlobals(), false, async (store, nodes) => {
        const stored = await store.list()
        const names = [...new Set([...nodes, ...stored.map((e) => e.metadata.name)])].toSorted()
        for (const name of names) {
          const at = stored.find((e) => e.metadata.name === name)?.takenAt
          ctx.io.out(
            `${safe(name)}  ${at === undefined ? 'none' : ageOf(at)}${nodes.includes(name) ? '' : '  (not in the cluster: ignored)'}\n`,
          )
        }
      })
    })
  verb
    .command('remove <node>')
    .description('forget the evidence of a node')
    .action(async (node: string, _options, self: Command) => {
      await inStore(ctx, self.optsWithGlobals(), true, async (store) => {
        const stored = await store.list()
        const left = stored.filter((e) => e.metadata.name !== node)
        if (left.length === stored.length)
          throw new HardenError('not-found', `There is no evidence of node ${node}.`, 'kubeharden evidence list shows what there is.')
        await store.save(left)
      })
      ctx.io.err(`Removed: node ${safe(node)}.\n`)
    })
}

function ageOf(takenAt: string): string {
  const days = Math.floor((Date.now() - Date.parse(takenAt)) / 86_400_000)
  return `${takenAt}  ${days} days old${days >= EVIDENCE_DAYS ? ', too old to decide anything' : ''}`
}

async function textOf(ctx: Ctx, file: string): Promise<string> {
  if (file === '-') return readStdin(ctx.io)
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new HardenError('input', `${file} cannot be read (${cause.code ?? 'unknown'}).`, 'Check the path and its permissions.', { cause })
  })
}

/** The evidence kept of this target's cluster, and the names of its nodes. */
async function inStore(
  ctx: Ctx,
  flags: Globals,
  locked: boolean,
  work: (store: EvidenceStore, nodes: readonly string[]) => Promise<void>,
): Promise<void> {
  const target = targetOf(flags)
  if (target.kind === 'practice')
    throw new HardenError('usage', 'The practice cluster brings the evidence of its nodes along.', 'Leave --practice out.')
  const deps = ctx.deps.session(flags, { readOnly: !locked })
  const state = await readOnce(deps, target, ['nodes', 'nodeEvidence'], { signal: ctx.io.signal })
  const stores = await deps.openStores(target, state.cluster, { locked })
  try {
    if (stores.evidence === undefined) throw new HardenError('internal', 'This cluster keeps no evidence.', 'This is a defect: report it.')
    await work(stores.evidence, state.kinds.nodes?.items.map((n) => n.metadata.name) ?? [])
  } finally {
    await stores.release()
  }
}

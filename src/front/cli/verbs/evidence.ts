import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import type { Item } from '#model/kinds.ts'
import { EVIDENCE_DAYS, type EvidenceStore, type NodeEvidence } from '#model/objects/evidence.ts'
import { itemsOf, type State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import { type Handed, importEvidence, isElsewhere, readHanded } from '#session/evidence.ts'
import { readOnce } from '#session/headless.ts'
import { type Ctx, type Globals, targetOf } from '../context.ts'
import { readStdin } from '../io.ts'
import { bundleVerbs } from './evidenceBundle.ts'

/** `evidence`: what the API cannot show of the nodes, taken by a script on each of them. */
export function evidence(program: Command, ctx: Ctx): void {
  const verb = program.command('evidence').description('evidence of nodes, taken there by a script; bundles for auditors')
  bundleVerbs(verb, ctx)
  verb
    .command('script')
    .description('print the script: kubeharden evidence script | ssh NODE sudo sh > NODE.json')
    .action(async () => ctx.io.out(await ctx.deps.evidenceScript()))
  verb
    .command('import <file...>')
    .description('keep what the script printed (- for standard input)')
    .action(async (files: string[], _options, self: Command) => {
      const handed: Handed[] = []
      for (const file of files) handed.push(file === '-' ? { origin: file, text: await readStdin(ctx.io) } : await readHanded(file))
      await inStore(ctx, self.optsWithGlobals(), true, async (store, state) => {
        const { taken, older } = await importEvidence(store, handed, state, new Date())
        for (const { metadata, takenAt } of taken) ctx.io.err(`Kept: node ${metadata.name}, taken at ${takenAt}.\n`)
        for (const { metadata, takenAt } of older) ctx.io.err(`Left out: node ${metadata.name}, ${takenAt}; newer evidence is there.\n`)
      })
    })
  verb
    .command('list', { isDefault: true })
    .description('the nodes with the date and age of their evidence')
    .action(async (_options, self: Command) => {
      await inStore(ctx, self.optsWithGlobals(), false, async (store, state) => {
        const stored = await store.list()
        const nodes = itemsOf(state, 'nodes')
        const names = [...nodes, ...stored].map(({ metadata }) => metadata.name)
        for (const name of [...new Set(names)].toSorted()) {
          const evidence = stored.find((e) => e.metadata.name === name)
          ctx.io.out(`${safe(name)}  ${evidence === undefined ? 'none' : `${ageOf(evidence.takenAt)}${ignored(evidence, nodes)}`}\n`)
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

function ignored(evidence: NodeEvidence, nodes: readonly Item<'nodes'>[]): string {
  if (!nodes.some(({ metadata }) => metadata.name === evidence.metadata.name)) return '  (not in the cluster: ignored)'
  return isElsewhere(evidence, nodes) ? '  (of another machine: ignored)' : ''
}

/** The evidence kept of this target's cluster, and what was read of its nodes. */
async function inStore(
  ctx: Ctx,
  flags: Globals,
  locked: boolean,
  work: (store: EvidenceStore, state: State) => Promise<void>,
): Promise<void> {
  const target = targetOf(flags)
  if (target.kind === 'practice')
    throw new HardenError('usage', 'The practice cluster brings the evidence of its nodes along.', 'Leave --practice out.')
  const deps = ctx.deps.session(flags, { readOnly: !locked })
  const state = await readOnce(deps, target, ['nodes', 'nodeEvidence'], { signal: ctx.io.signal })
  const stores = await deps.openStores(target, state.cluster, { locked })
  try {
    if (stores.evidence === undefined) throw new HardenError('internal', 'This cluster keeps no evidence.', 'This is a defect: report it.')
    await work(stores.evidence, state)
  } finally {
    await stores.release()
  }
}

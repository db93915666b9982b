import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import type { State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import { readWithResources } from '#session/headless.ts'
import { whoCan as answerOf, RBAC_READS } from '#session/whoCan.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { whoCanJson, whoCanText } from '../whoCanText.ts'

const FORMATS = ['table', 'json'] as const
type Flags = Globals & { readonly name?: string; readonly apiGroup?: string; readonly allNamespaces?: boolean }

/** `who-can VERB RESOURCE[/SUB]`: who may do it, and through what. */
export function whoCan(program: Command, ctx: Ctx): void {
  program
    .command('who-can <verb> <resource>')
    .description('who may VERB on RESOURCE[/SUBRESOURCE] or on a path such as /metrics, through which binding and rule')
    .option('--name <name>', 'only this object')
    .option('--api-group <group>', 'the API group; "" is core')
    .option('-A, --all-namespaces', 'in all namespaces at once')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (verb: string, what: string, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      const asked = {
        verb,
        what,
        allNamespaces: flags.allNamespaces === true,
        ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
        ...(flags.name === undefined ? {} : { name: flags.name }),
        ...(flags.apiGroup === undefined ? {} : { group: flags.apiGroup }),
      }
      const deps = ctx.deps.session(flags, { readOnly: true })
      const { state, resources } = await readWithResources(deps, targetOf(flags), RBAC_READS, { signal: ctx.io.signal })
      const answer = answerOf(state, asked, resources)
      refuseWithoutRoles(state)
      if (flags.quiet !== true) for (const note of answer.notes) ctx.io.err(`${safe(note)}\n`)
      await emit(ctx.io, format === 'json' ? json(whoCanJson(answer)) : whoCanText(answer), flags.out)
    })
}

/** Without ClusterRoles there is no answer, not even a part of one. */
export function refuseWithoutRoles(state: State): void {
  if (state.kinds.clusterRoles?.gaps.some((g) => g.reason === 'forbidden') !== true) return
  throw new HardenError(
    'forbidden',
    'ClusterRoles cannot be read with these rights, so nobody can say who may do this.',
    'kubeharden permissions --tier base prints the rules that are needed.',
  )
}

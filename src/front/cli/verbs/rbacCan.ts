import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { safe } from '#model/text.ts'
import { readOnce } from '#session/headless.ts'
import { rbacCan as answerOf } from '#session/rbacCan.ts'
import { RBAC_READS } from '#session/whoCan.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { canJson, canText } from '../rbacCanText.ts'
import { refuseWithoutRoles } from './whoCan.ts'

const FORMATS = ['table', 'json'] as const
type Flags = Globals & { readonly group?: readonly string[]; readonly allNamespaces?: boolean }

/** `rbac can SUBJECT`: what a subject may do, where, through what, and what of it is a risk. */
export function rbacCan(rbac: Command, ctx: Ctx): void {
  rbac
    .command('can <subject>')
    .description('what a subject may do: user:NAME, group:NAME, sa:NAMESPACE/NAME or system:serviceaccount:NAMESPACE:NAME')
    .option('--group <name...>', 'a group that it is in besides those that come by themselves')
    .option('-A, --all-namespaces', 'in all namespaces (the default); -n for one of them')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (subject: string, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      if (flags.allNamespaces === true && flags.namespace !== undefined)
        throw new HardenError('usage', '-n and -A exclude each other.', 'Give one of them.')
      const deps = ctx.deps.session(flags, { readOnly: true })
      const state = await readOnce(deps, targetOf(flags), RBAC_READS, { signal: ctx.io.signal })
      const asked = { subject, groups: flags.group ?? [], ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }) }
      const answer = answerOf(state, ctx.deps.checks, asked, deps.now())
      refuseWithoutRoles(state)
      if (flags.quiet !== true) for (const note of answer.notes) ctx.io.err(`${safe(note)}\n`)
      await emit(ctx.io, format === 'json' ? json(canJson(answer)) : canText(answer), flags.out)
    })
}

import type { Command } from 'commander'
import { safe } from '#model/text.ts'
import { readOnce } from '#session/headless.ts'
import { rbacPaths as answerOf, hasPath, PATH_READS } from '#session/rbacPaths.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { pathsJson, pathsText } from '../rbacPathsText.ts'
import { refuseWithoutRoles } from './whoCan.ts'

const FORMATS = ['table', 'json'] as const
type Flags = Globals & { readonly group?: readonly string[]; readonly builtin?: boolean }

/** `rbac paths [SUBJECT]`: who gets to cluster-admin, in which steps; exit 1 where somebody does. */
export function rbacPaths(rbac: Command, ctx: Ctx): void {
  rbac
    .command('paths [subject]')
    .description('who gets to cluster-admin and in which steps; exit 1 where there is a way')
    .option('--group <name...>', 'with a subject: a group that it is in besides those that come by themselves')
    .option('--builtin', 'also subjects that come with Kubernetes')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (subject: string | undefined, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      const deps = ctx.deps.session(flags, { readOnly: true })
      const state = await readOnce(deps, targetOf(flags), PATH_READS, { signal: ctx.io.signal })
      const asked = { groups: flags.group ?? [], builtin: flags.builtin === true, ...(subject === undefined ? {} : { subject }) }
      const answer = answerOf(state, asked)
      refuseWithoutRoles(state)
      if (flags.quiet !== true) for (const note of answer.notes) ctx.io.err(`${safe(note)}\n`)
      await emit(ctx.io, format === 'json' ? json(pathsJson(answer)) : pathsText(answer), flags.out)
      ctx.exit(hasPath(answer) ? 1 : 0)
    })
}

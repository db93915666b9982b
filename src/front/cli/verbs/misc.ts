import type { Command } from 'commander'
import { stringify } from 'yaml'
import { HardenError } from '#model/errors.ts'
import { say } from '#model/text.ts'
import { readOnce } from '#session/headless.ts'
import { FLOW_READS } from '#session/networkImpact.ts'
import { POD_SECURITY_KINDS } from '#session/podSecurity.ts'
import { sessionKinds } from '#session/session.ts'
import { completionScript } from '../completion.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { json } from '../emit.ts'

/** Nobody wants to read anchors in a role. */
const YAML = { lineWidth: 0, version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false } as const

export function snapshot(program: Command, ctx: Ctx): void {
  program
    .command('snapshot')
    .description('the redacted state as a file')
    .requiredOption('--out <file>', 'where to')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & { out: string }
      const deps = ctx.deps.session(flags, { readOnly: true })
      const kinds = [...new Set([...sessionKinds(deps), ...FLOW_READS, ...POD_SECURITY_KINDS])]
      const state = await readOnce(deps, targetOf(flags), kinds, { signal: ctx.io.signal })
      await deps.writeSnapshot(state, flags.out)
      ctx.io.err(`Written to ${flags.out}\n`)
    })
}

export function permissions(program: Command, ctx: Ctx): void {
  program
    .command('permissions')
    .description('the ClusterRoles that this tool needs, in tiers, each with its risk')
    .option('--tier <name>', 'only this tier')
    .option('-o, --output <format>', 'yaml, json', 'yaml')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & { tier?: string }
      const format = oneOf('-o', flags.output ?? 'yaml', ['yaml', 'json'] as const)
      const all = await ctx.deps.permissions()
      const wanted =
        flags.tier === undefined
          ? undefined
          : oneOf(
              '--tier',
              flags.tier,
              all.map((t) => t.id),
            )
      const tiers = all.filter((t) => wanted === undefined || t.id === wanted)
      if (format === 'json') return ctx.io.out(json({ apiVersion: 'v1', kind: 'List', items: tiers.flatMap((t) => t.objects) }))
      for (const tier of tiers) {
        const words = `# tier ${tier.id}: ${say(tier.title)}\n# ${say(tier.risk)}\n`
        for (const object of tier.objects) ctx.io.out(`---\n${words}${stringify(object, YAML)}`)
      }
    })
}

export function completion(program: Command, ctx: Ctx): void {
  program
    .command('completion <shell>')
    .description('completion script for bash, zsh or fish')
    .action((shell: string) => ctx.io.out(completionScript(oneOf('shell', shell, ['bash', 'zsh', 'fish'] as const), program)))
}

export function version(program: Command, ctx: Ctx): void {
  program
    .command('version')
    .description('version of kubeharden')
    .action(() => ctx.io.out(`kubeharden ${ctx.deps.version} (Node.js ${process.versions.node})\n`))
}

/** No verb: the session. */
export function session(program: Command, ctx: Ctx): void {
  program
    .option('--line', 'the session as a scrolling dialogue')
    .option('--read-only', 'change nothing in the cluster')
    .argument('[verb]')
    .action(async (verb: string | undefined, _options, self: Command) => {
      if (verb !== undefined)
        throw new HardenError(
          'usage',
          `${verb} is not a verb of kubeharden.`,
          `Verbs: ${program.commands.map((c) => c.name()).join(', ')}.`,
        )
      const flags = self.optsWithGlobals() as Globals & { line?: boolean; readOnly?: boolean }
      ctx.exit(await ctx.deps.startSession(flags, { line: flags.line === true, readOnly: flags.readOnly === true }))
    })
}

import type { Command } from 'commander'
import { safe } from '#model/text.ts'
import { connected } from '../connected.ts'
import { type Ctx, type Globals, oneOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { trustedOf } from '../settings.ts'

const FORMATS = ['table', 'json'] as const
/** Settings by the names they have here, and what is said of them. */
const NAMES = ['trusted-registries'] as const

/** `config`: what you say of this cluster, and no API can tell. */
export function config(program: Command, ctx: Ctx): void {
  const verb = program
    .command('config')
    .description('what you say of this cluster: which registries you trust')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      await connected(ctx, flags, { readOnly: true }, async (_session, ready) => {
        const { settings = {} } = ready().progress
        const trusted = settings.trustedRegistries?.map(safe).join(', ') ?? 'not said'
        await emit(ctx.io, format === 'json' ? json(settings) : `trusted-registries  ${trusted}\n`, flags.out)
      })
    })
  verb
    .command('set <name> <value>')
    .description(`remember a setting of this cluster: ${NAMES.join(', ')}`)
    .action(async (name: string, value: string, _options, self: Command) => {
      oneOf('config set', name, NAMES)
      const trustedRegistries = trustedOf(value)
      await connected(ctx, self.optsWithGlobals() as Globals, { readOnly: false }, async (session, ready) => {
        ready()
        await session.configure({ trustedRegistries })
      })
      ctx.io.err(`Remembered: ${name} ${trustedRegistries.join(', ')}\n`)
    })
  verb
    .command('unset <name>')
    .description('forget a setting of this cluster')
    .action(async (name: string, _options, self: Command) => {
      oneOf('config unset', name, NAMES)
      await connected(ctx, self.optsWithGlobals() as Globals, { readOnly: false }, async (session, ready) => {
        ready()
        await session.configure({ trustedRegistries: undefined })
      })
      ctx.io.err(`Forgotten: ${name}\n`)
    })
}

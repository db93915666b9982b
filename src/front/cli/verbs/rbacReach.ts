import { open } from 'node:fs/promises'
import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { safe } from '#model/text.ts'
import { readOnce } from '#session/headless.ts'
import { readCertificate, readToken } from '#session/leaked.ts'
import { PATH_READS } from '#session/rbacPaths.ts'
import { rbacReach as answerOf } from '#session/rbacReach.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { reachJson, reachText } from '../rbacReachText.ts'
import { refuseWithoutRoles } from './whoCan.ts'

const FORMATS = ['table', 'json'] as const
/** No token or certificate is longer; whatever else is behind the path is not read whole. */
const MOST_BYTES = 256 * 1024
type Flags = Globals & { readonly group?: readonly string[]; readonly token?: string; readonly certificate?: string }

/** `rbac reach SUBJECT`, or of a credential that lies in a file: what it opens, and what takes it away; exit 1 where cluster-admin is in reach. */
export function rbacReach(rbac: Command, ctx: Ctx): void {
  rbac
    .command('reach [subject]')
    .description('what a leaked credential reaches and what takes it away; exit 1 where cluster-admin is in reach')
    .option('--token <file>', 'a token, read here and only here: its claims are shown, it is never printed or sent')
    .option('--certificate <file>', 'a client certificate (PEM): its user, groups and dates')
    .option('--group <name...>', 'a group that it is in besides those that come by themselves')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (subject: string | undefined, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      if (flags.token !== undefined && flags.certificate !== undefined)
        throw new HardenError('usage', '--token and --certificate exclude each other.', 'Give one of them.')
      const leaked =
        flags.token !== undefined
          ? readToken(await start(flags.token))
          : flags.certificate !== undefined
            ? readCertificate(await start(flags.certificate))
            : undefined
      if (subject === undefined && leaked === undefined)
        throw new HardenError('usage', 'Nobody is named.', 'Give SUBJECT, --token FILE or --certificate FILE.')
      const deps = ctx.deps.session(flags, { readOnly: true })
      const state = await readOnce(deps, targetOf(flags), PATH_READS, { signal: ctx.io.signal })
      const asked = {
        groups: flags.group ?? [],
        ...(subject === undefined ? {} : { subject }),
        ...(leaked === undefined ? {} : { leaked }),
      }
      const answer = answerOf(state, asked, deps.now())
      refuseWithoutRoles(state)
      if (flags.quiet !== true) for (const note of answer.notes) ctx.io.err(`${safe(note)}\n`)
      await emit(ctx.io, format === 'json' ? json(reachJson(answer)) : reachText(answer), flags.out)
      ctx.exit(answer.admin === undefined ? 0 : 1)
    })
}

/** The beginning of a file; what it holds is in no message. */
async function start(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw new HardenError('input', `${path} cannot be read: ${code ?? message}.`, 'Give the path of a file.')
  }
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { readOnce } from '#session/headless.ts'
import { type Learned, type LearnOptions, learn } from '#session/learn.ts'
import { RBAC_READS } from '#session/whoCan.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { json } from '../emit.ts'
import { learnLines, learnYaml } from '../learnText.ts'

const FORMATS = ['yaml', 'json'] as const
type Flags = Globals & { readonly subject?: string; readonly maxNames?: string; readonly maxNamespaces?: string; readonly verbs?: string }

/** `rbac learn LOG…`: the least that lets everything in the logs happen again. */
export function rbacLearn(rbac: Command, ctx: Ctx): void {
  rbac
    .command('learn <log...>')
    .description('least-privilege roles from audit logs (of all API servers, plain or gzip), tried against the same logs')
    .option('--subject <user>', 'only this user, such as system:serviceaccount:NAMESPACE:NAME (default: everybody in the logs)')
    .option('--max-names <number>', 'where more objects were named, the right is on all of them', '3')
    .option('--max-namespaces <number>', 'in more namespaces than this, the right is cluster-wide', '3')
    .option('--verbs <mode>', 'strict: only what was seen; informer: get, list and watch where one of list and watch was seen', 'strict')
    .option('-o, --output <format>', FORMATS.join(', '), 'yaml')
    .option('--out <dir>', 'write a folder, a file for each subject')
    .action(async (logs: string[], _options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'yaml', FORMATS)
      const options: LearnOptions = {
        maxNames: count('--max-names', flags.maxNames ?? '3'),
        maxNamespaces: count('--max-namespaces', flags.maxNamespaces ?? '3'),
        verbs: oneOf('--verbs', flags.verbs ?? 'strict', ['strict', 'informer'] as const),
      }
      const state = looksAtCluster(flags)
        ? await readOnce(ctx.deps.session(flags, { readOnly: true }), targetOf(flags), RBAC_READS, { signal: ctx.io.signal })
        : undefined
      const lines = () => ctx.deps.readAuditLogs(logs, ctx.io.signal)
      const learned = await learn({ subject: flags.subject, options, lines, ...(state === undefined ? {} : { state }) })
      if (flags.quiet !== true) ctx.io.err(learnLines(learned))
      if (flags.out !== undefined) await writeFolder(ctx, learned, flags.out)
      else if (format === 'json') ctx.io.out(json(learned))
      else for (const { objects } of learned.subjects) ctx.io.out(learnYaml(objects))
      ctx.exit(learned.subjects.some((s) => s.replay.denied > 0) ? 1 : 0)
    })
}

/** Only where a cluster was named: learning itself needs none. */
function looksAtCluster(flags: Globals): boolean {
  return flags.from !== undefined || flags.practice === true || flags.context !== undefined || flags.kubeconfig !== undefined
}

function count(flag: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new HardenError('usage', `${flag} ${text} is not usable.`, 'Give a whole number, 0 or more.')
}

async function writeFolder(ctx: Ctx, learned: Learned, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    for (const { objects } of learned.subjects) {
      const [first] = objects
      if (first === undefined) continue
      const path = join(folder, `${first.metadata.name}.yaml`)
      await writeFile(path, learnYaml(objects), { flag: 'wx' })
      ctx.io.err(`Written: ${path}\n`)
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw new HardenError('input', `${folder} cannot be written: ${code ?? message}.`, 'Give a new folder with --out.')
  }
}

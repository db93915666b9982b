import type { Command } from 'commander'
import type { Preview } from '#model/change.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { Kind } from '#model/kinds.ts'
import type { Answers } from '#model/questions.ts'
import type { State } from '#model/state.ts'
import { say } from '#model/text.ts'
import { byHand, type Wizard } from '#model/wizard.ts'
import { folderOf } from '#session/act.ts'
import { withForeseen } from '#session/foreseen/foreseen.ts'
import { readOnce } from '#session/headless.ts'
import { offlinePlan } from '#session/offline.ts'
import { addFieldFlags, answersFor } from '../answers.ts'
import { connected } from '../connected.ts'
import { type Ctx, type Globals, targetOf } from '../context.ts'

export function generate(program: Command, ctx: Ctx): void {
  const verb = program.command('generate').description('YAML on standard output, or a kustomize folder with --out')
  for (const wizard of ctx.deps.wizards) {
    const command = verb.command(wizard.id).description(say(wizard.title)).option('--out <dir>', 'write a folder instead')
    addFieldFlags(command, wizard)
    command.action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & Record<string, unknown>
      const state = await stateFor(ctx, flags, wizard)
      const answered = await answersFor(wizard, flags, state, ctx.io)
      const hand = byHand(wizard, answered)
      if (hand !== undefined && flags.quiet !== true)
        ctx.io.err(
          'A guard runs from a session (kubeharden apply). What is written here is the same change, to be run by hand on the nodes.\n',
        )
      const answers = hand ?? answered
      const plan = await offlinePlan(wizard, state, answers)
      if (flags.out === undefined) return print(ctx, plan)
      const paths = await folderOf(await fuller(ctx, flags, wizard, answers, state, plan), flags.out)
      ctx.io.err(`${paths.map((p) => `Written: ${p}`).join('\n')}\n`)
    })
  }
}

function print(ctx: Ctx, plan: Preview): void {
  const files = plan.items.flatMap((i) => (i.kind === 'guide' ? i.files : []))
  if (files.some((f) => f.masked.includes('‹')))
    throw new HardenError(
      'usage',
      'These files hold keys, and keys are never printed.',
      'Give --out DIR: a new folder, its key files readable by you alone.',
    )
  for (const item of plan.items) {
    if (item.kind !== 'object') continue
    if (item.refused === undefined) ctx.io.out(`---\n${item.yaml.replace(/^---\n/, '')}`)
    else ctx.io.err(`Not in the YAML: ${item.refused.message} ${item.refused.hint}\n`)
  }
  for (const file of files) ctx.io.out(`# file: ${file.path}\n${file.masked.replace(/^/gm, '# ')}\n`)
}

/**
 * What changes or removes objects that are there is written with those objects as they are now, for the way back: that
 * takes a look at the cluster, where there is one. Without it the folder says how to keep them first. Either way it says what the
 * simulators foresee.
 */
async function fuller(ctx: Ctx, flags: Globals, wizard: Wizard, answers: Answers, state: State, plan: Preview): Promise<Preview> {
  const needs = plan.items.some((i) => i.kind === 'object' && i.refused !== undefined)
  if (!needs || (state.source !== 'live' && state.source !== 'practice')) {
    const deps = ctx.deps.session(flags, { readOnly: true })
    const look = (kinds: readonly Kind[]) => readOnce(deps, targetOf(flags), kinds, { signal: ctx.io.signal })
    return withForeseen(plan, look, deps.now(), ctx.io.signal)
  }
  return connected(ctx, flags, { readOnly: true }, async (session, ready) => {
    ready()
    return session.preview(wizard.id, answers, ctx.io.signal)
  })
}

/** The cluster's state for defaults; where there is no kubeconfig and none was asked for, an empty one. */
async function stateFor(ctx: Ctx, flags: Globals, wizard: Wizard): Promise<State> {
  try {
    return await readOnce(ctx.deps.session(flags, { readOnly: true }), targetOf(flags), wizard.reads, { signal: ctx.io.signal })
  } catch (thrown) {
    const error = toHardenError(thrown)
    const asked = flags.kubeconfig !== undefined || flags.context !== undefined || flags.from !== undefined
    if (error.code !== 'kubeconfig' || asked) throw error
    if (flags.quiet !== true) ctx.io.err('No kubeconfig: generating without looking at a cluster.\n')
    return ctx.deps.emptyState()
  }
}

import type { Command } from 'commander'
import { AREA_TITLES, AREAS } from '#model/areas.ts'
import { HardenError } from '#model/errors.ts'
import { say } from '#model/text.ts'
import { explainCheck, explainWizard } from '#report/explain.ts'
import type { Ctx } from '../context.ts'

export function explain(program: Command, ctx: Ctx): void {
  program
    .command('explain [check-or-wizard]')
    .description('what a check or wizard is, why it matters, how to fix it; without a name, the list')
    .action((id: string | undefined) => {
      ctx.io.out(id === undefined ? list(ctx) : page(ctx, id))
    })
}

function page(ctx: Ctx, id: string): string {
  const check = ctx.deps.checks.find((c) => c.id === id) ?? ctx.deps.checks.find((c) => c.id.endsWith(`/${id}`))
  if (check !== undefined) return explainCheck(check, ctx.deps.wizards)
  const wizard = ctx.deps.wizards.find((w) => w.id === id)
  if (wizard !== undefined) return explainWizard(wizard)
  throw new HardenError('usage', `There is no check or wizard ${id}.`, 'kubeharden explain lists them.')
}

function list(ctx: Ctx): string {
  const areas = AREAS.flatMap((area) => {
    const checks = ctx.deps.checks.filter((c) => c.area === area)
    if (checks.length === 0) return []
    return [say(AREA_TITLES[area]), ...checks.map((c) => `  ${c.id.padEnd(36)} ${c.severity.padEnd(9)} ${say(c.text.title)}`), '']
  })
  const wizards = ['Wizards', ...ctx.deps.wizards.map((w) => `  ${w.id.padEnd(36)}           ${say(w.title)}`)]
  return `${[...areas, ...wizards].join('\n')}\n`
}

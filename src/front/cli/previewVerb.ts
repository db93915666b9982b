import type { Command } from 'commander'

/** `preview`, under which each simulator has a verb of its own. */
export function previewVerb(program: Command): Command {
  return (
    program.commands.find((c) => c.name() === 'preview') ??
    program
      .command('preview')
      .description('what a change would cut, deny or break, without changing anything; exit 1 where something breaks')
  )
}

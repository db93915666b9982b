import type { Command } from 'commander'

interface Place {
  /** Verbs so far: `apply network-policies`; empty at the beginning. */
  readonly path: string
  readonly verbs: readonly string[]
  readonly flags: readonly string[]
}

/** For each place on the command line, what may follow. */
function tree(command: Command, path: string): Place[] {
  const verbs = command.commands.map((c) => c.name())
  const flags = command.options.flatMap((o) => o.long ?? o.short ?? [])
  return [{ path, verbs, flags }, ...command.commands.flatMap((c) => tree(c, path === '' ? c.name() : `${path} ${c.name()}`))]
}

/** A completion script made from the verbs and flags themselves; the flags of every verb are offered at each. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const places = tree(program, '')
  if (shell === 'fish') return fish(places)
  return shell === 'bash' ? bash(places) : `autoload -U +X bashcompinit && bashcompinit\n${bash(places)}`
}

function bash(places: readonly Place[]): string {
  const everywhere = places[0]?.flags ?? []
  const known = places.filter((p) => p.path !== '').map((p) => `'${p.path}'`)
  const cases = places.map((p) => `    '${p.path}') words='${[...new Set([...p.verbs, ...p.flags, ...everywhere])].join(' ')}' ;;`)
  // Only words that are verbs at their place lead on: values of flags stand between them.
  return `_kubeharden() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${known.join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _kubeharden kubeharden kubectl-harden
`
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((p) => {
    const seen = p.path.split(' ').map((w) => `__fish_seen_subcommand_from ${w}`)
    const when = p.path === '' ? '__fish_use_subcommand' : seen.join('; and ')
    return [
      ...p.verbs.map((w) => `complete -c kubeharden -f -n '${when}' -a ${w}`),
      ...p.flags.map((w) => `complete -c kubeharden${p.path === '' ? '' : ` -n '${when}'`} -l ${w.slice(2)}`),
    ]
  })
  return `${lines.join('\n')}\n`
}

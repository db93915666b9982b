import type { Command } from 'commander'

interface Words {
  readonly path: string
  readonly words: readonly string[]
}

/** For each place on the command line, the words that may follow: verbs and flags. */
function tree(command: Command, path: string): Words[] {
  const own = [...command.commands.map((c) => c.name()), ...command.options.map((o) => o.long ?? o.short ?? '')].filter((w) => w !== '')
  return [{ path, words: own }, ...command.commands.flatMap((c) => tree(c, path === '' ? c.name() : `${path} ${c.name()}`))]
}

/** A completion script made from the verbs and flags themselves. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const places = tree(program, '')
  if (shell === 'fish') return fish(places)
  const cases = places.map((p) => `    '${p.path}') words='${p.words.join(' ')}' ;;`).join('\n')
  const bash = `_kubeharden() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _kubeharden kubeharden kubectl-harden
`
  return shell === 'bash' ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`
}

function fish(places: readonly Words[]): string {
  const line = (p: Words, word: string) => {
    const seen = p.path.split(' ').map((w) => `__fish_seen_subcommand_from ${w}`)
    const when = p.path === '' ? '__fish_use_subcommand' : seen.join('; and ')
    const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
    return `complete -c kubeharden -f -n '${when}' ${what}`
  }
  return `${places.flatMap((p) => p.words.map((w) => line(p, w))).join('\n')}\n`
}

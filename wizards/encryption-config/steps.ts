import type { Step } from '#model/change.ts'
import type { Text } from '#model/text.ts'

type Do = 'learn' | 'promote' | 'drop' | 'flags-away' | 'again'

/** What a step does, as the preview and the journal call it. */
export const TITLES: { readonly [D in Do]: Text } = {
  learn: { en: 'Every API server learns to read what the new provider will write' },
  promote: { en: 'The new provider writes from now on; what is stored can still be read' },
  drop: { en: 'What nothing is stored with any more goes away' },
  'flags-away': { en: 'Everything is plain text again: the flags of the encryption go away' },
  again: { en: 'The same file on every control-plane node' },
}

const status = 'kubeharden encryption status'

/** What follows a step, once it is in use everywhere. */
export const AFTER: { readonly [D in Do]: Step } = {
  learn: {
    title: { en: 'When every API server uses it: the next step' },
    explain: { en: 'Nothing is written with the new provider yet. You can stop here, and go on another day.' },
    commands: [status, 'kubeharden apply encryption-config'],
  },
  promote: {
    title: { en: 'When every API server uses it: store everything again' },
    explain: { en: 'What was stored before stays as it is until then. It goes on where it stopped, and proves itself.' },
    commands: [status, 'kubeharden encryption rewrite'],
  },
  drop: {
    title: { en: 'Save a snapshot of etcd, and keep the old key as long as the oldest snapshot' },
    explain: {
      en: 'Older snapshots, and etcd’s history until it is compacted, still hold what was stored before; without the old key those are lost.',
    },
    commands: [status],
  },
  'flags-away': {
    title: { en: 'Keep the key as long as the oldest snapshot' },
    explain: { en: 'The folder with the file stays on the nodes; remove it when no snapshot needs the key any more.' },
    commands: [status],
  },
  again: { title: { en: 'When every API server uses it: the next step' }, commands: [status, 'kubeharden apply encryption-config'] },
}

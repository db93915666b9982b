import type { Impact } from '#model/change.ts'
import { itemsOf, type State } from '#model/state.ts'
import type { Kept } from './kept.ts'

/** Whether an upgrade keeps the change. */
export function keptLine(state: State, kept: Kept | undefined, name: Kept['name']): readonly Impact[] {
  if (kept !== undefined)
    return [
      {
        level: 'info',
        text: { en: 'kube-system/{name} says the same afterwards, so that kubeadm keeps it at the next upgrade.' },
        params: { name },
      },
    ]
  const found = itemsOf(state, 'systemConfigs').find((c) => c.metadata.name === name)
  if (found !== undefined && found.redacted.length === 0) return []
  return [
    {
      level: 'warn',
      text: {
        en: 'kube-system/{name} was not seen, or holds what must not be written back: without the same change there, the next kubeadm upgrade takes this away.',
      },
      params: { name },
    },
  ]
}

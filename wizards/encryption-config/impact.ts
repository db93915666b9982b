import type { Impact } from '#model/change.ts'
import { itemsOf, type State } from '#model/state.ts'
import { announced } from '#simulate/storage.ts'
import { keptFlags } from '../shared/node/kept.ts'
import { keptLine } from '../shared/node/lines.ts'
import { type Planned, planned } from './plan.ts'
import type { EncryptionAnswers } from './questions.ts'
import { apiServerFlag, providerInUse } from './seen.ts'

const PROVIDER_LINES: Record<EncryptionAnswers['provider'], Impact> = {
  secretbox: {
    level: 'info',
    text: {
      en: 'The key lies in a file on the control-plane nodes: it protects snapshots and disks, not against somebody who is root there.',
    },
  },
  aesgcm: {
    level: 'warn',
    text: { en: 'aesgcm is only safe with a new key before 200,000 writes; put the rotation into your calendar, or choose secretbox.' },
  },
  aescbc: { level: 'warn', text: { en: 'aescbc does not notice when a stored value was tampered with; secretbox does.' } },
  kms: {
    level: 'warn',
    text: {
      en: 'While the plugin does not answer, the API server cannot read what it encrypted, and after a restart does not become ready. After a change of its key wait for all API servers to notice it (a few minutes, 3 + N + M with its own settings) before everything is stored again.',
    },
  },
}

/** What this step breaks or risks, in plain words. */
export function impact(state: State, answers: EncryptionAnswers): readonly Impact[] {
  const lines: Impact[] = [
    {
      level: 'danger',
      text: { en: 'Whoever loses the key loses what it encrypts: {what}. Keep a copy of the file apart from the etcd snapshots.' },
      params: { what: answers.resources.join(', ') },
    },
  ]
  if (answers.situation !== 'decrypt') lines.push(PROVIDER_LINES[answers.provider])
  if (answers.situation === 'new-cluster') return lines
  const next = nextOf(state, answers)
  if (next !== undefined) lines.push(...stepLines(state, next), ...restartLines(state, next))
  lines.push({
    level: 'info',
    text: { en: 'Old revisions in etcd until compaction, and every older snapshot, keep what was stored before.' },
  })
  return lines
}

/** A plan that is refused says why by itself. */
function nextOf(state: State, answers: EncryptionAnswers): Planned | undefined {
  try {
    return planned(state, answers)
  } catch {
    return undefined
  }
}

function stepLines(state: State, { goal, stand, step }: Planned): Impact[] {
  const lines: Impact[] = [
    {
      level: 'info',
      text: { en: 'In use now: {before}. After this step: {after} (the first one writes). It leads to: {goal}.' },
      params: {
        before: stand.order.join(', ') || 'no configuration',
        after: step.do === 'flags-away' ? 'no configuration' : step.order.join(', '),
        goal,
      },
    },
  ]
  if (itemsOf(state, 'encryption').length === 0)
    lines.push({
      level: 'danger',
      text: { en: 'What the API servers use was not seen. Where something is encrypted already, this file would not read it: look first.' },
    })
  else if (announced(state).hash === undefined && providerInUse(state) !== undefined)
    lines.push({
      level: 'danger',
      text: {
        en: 'Something is encrypted already: without its key in the new file it can no longer be read. Answer situation with rotation.',
      },
    })
  return lines
}

const KEY_STAYS: Impact = {
  level: 'info',
  text: {
    en: 'The file with the key stays on each control-plane node on purpose, and nothing reads it any more: older snapshots of etcd need it. Remove it by hand when none of them is left.',
  },
}

function restartLines(state: State, { plan, step }: Planned): readonly Impact[] {
  const kept = keptFlags(state, [plan])
  const restarts = step.do === 'flags-away' || apiServerFlag(state, 'encryption-provider-config') === undefined
  if (restarts)
    return [
      ...(step.do === 'flags-away' ? [KEY_STAYS] : []),
      {
        level: 'warn',
        text: { en: 'Each API server restarts once: its API is away for about a minute. One control-plane node after the other.' },
      },
      ...keptLine(state, kept, 'kubeadm-config'),
    ]
  return [{ level: 'info', text: { en: 'The file is read again within a minute; no API server restarts.' } }]
}

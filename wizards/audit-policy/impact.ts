import type { Impact } from '#model/change.ts'
import type { State } from '#model/state.ts'
import { flag } from '#simulate/controlPlane.ts'
import { keptFlags } from '../shared/node/kept.ts'
import { keptLine } from '../shared/node/lines.ts'
import { auditPlan } from './plan.ts'
import type { AuditAnswers } from './questions.ts'
import { apiServers } from './seen.ts'

/** What the log costs, and what it will and will not tell. */
export function impact(state: State, answers: AuditAnswers): readonly Impact[] {
  const { maxSizeMb, maxBackup, maxAgeDays, logFolder } = answers
  const lines: Impact[] = [
    {
      level: 'info',
      text: {
        en: 'Each control-plane node needs up to {megabytes} MB of disk in {folder}: {files} files of {size} MB, kept for {days} days at most.',
      },
      params: { megabytes: maxSizeMb * (maxBackup + 1), folder: logFolder, files: maxBackup + 1, size: maxSizeMb, days: maxAgeDays },
    },
    ...otherPolicy(state),
  ]
  if (answers.workloadContent && answers.record.includes('workloads'))
    lines.push({
      level: 'danger',
      text: { en: 'Passwords in environment variables of workloads are written into the log, in plain text, whenever one is changed.' },
    })
  if (answers.others === 'none')
    lines.push({
      level: 'warn',
      text: { en: 'What is not named is not recorded: after an intrusion nobody can tell what else was read or changed.' },
    })
  for (const [need, en] of MISSED)
    if (!answers.record.includes(need) && answers.others !== 'metadata') lines.push({ level: 'warn', text: { en } })
  return [...lines, ...keptLine(state, keptFlags(state, [auditPlan(answers)]), 'kubeadm-config')]
}

const MISSED = [
  ['exec', 'Nobody can tell later who entered a pod.'],
  ['secrets', 'Nobody can tell later who read a Secret.'],
] as const

/** A policy that is in use already is not seen from here: it is replaced, not merged. */
function otherPolicy(state: State): Impact[] {
  const used = apiServers(state).flatMap((server) => flag(server, 'audit-policy-file') ?? [])
  if (used.length === 0) return []
  return [
    {
      level: 'warn',
      text: { en: 'There is a policy already ({file}). This one takes its place; rules of your own in it no longer count.' },
      params: { file: [...new Set(used)].join(', ') },
    },
  ]
}

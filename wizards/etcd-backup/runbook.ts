import type { BackupAnswers } from './questions.ts'
import { beforehand, fetching, restoring, starting, stopping, wayBack } from './runbookSteps.ts'
import type { Member } from './seen.ts'
import type { Slot } from './slots.ts'

/**
 * RESTORE.md: what to do when etcd is lost. Its commands run as they stand, top to bottom, as root on a control-plane
 * node: a test takes them out of this file and runs them on a real kubeadm node.
 */
export function runbook(answers: BackupAnswers, slots: readonly Slot[], members: readonly Member[]): string {
  return `# Restoring etcd

Snapshots are in ${placeOf(answers)}:
${slots.map((s) => `- \`${s.file}\`: CronJob \`${s.name}\`, schedule \`${s.schedule}\``).join('\n')}

A restore takes the whole cluster back to the moment of the snapshot. Everything changed since is gone.

${beforehand(answers)}
## Restore, on a kubeadm control-plane node, as root
The commands run as they stand. Tried on one member: about 40 seconds.${severalMembers(members)}

${fetching(answers)}
${stopping()}
${restoring(members)}
${starting(answers)}
${wayBack()}`
}

/** Where snapshots lie, in words. */
function placeOf(answers: BackupAnswers): string {
  switch (answers.storage) {
    case 'node-folder':
      return `the folder ${answers.folder} of ${answers.onNode || 'the control-plane node that ran the Job'}`
    case 'volume-claim':
      return `the volume claim ${answers.inNamespace}/${answers.claim}`
    case 's3':
      return `the bucket ${answers.bucket}, under ${answers.prefix}, at ${answers.endpoint || 'AWS'}`
  }
}

function severalMembers(members: readonly Member[]): string {
  if (members.length < 2) return ''
  return `

There are several members: ${members.map((m) => `${m.name} (${m.address})`).join(', ')}. Do each step on every one of them before the next
step, all from the same file. Not tried by us with several members.`
}

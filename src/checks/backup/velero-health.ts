import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { CLUSTER, params, refTo } from '#simulate/workloadsRefs.ts'
import { isRunning } from './velero.ts'

const DAY = 86_400_000
const LIMIT_DAYS = 8

export const check = defineCheck({
  id: 'backup/velero-health',
  severity: 'medium',
  controls: { topic: ['T16', 'T17'] },
  text: {
    title: { en: 'Velero’s schedules, backups and storage work' },
    why: {
      en: 'Velero goes on quietly when its bucket cannot be reached or its backups fail in part. A paused schedule or expired credentials are noticed when somebody wants to restore.',
    },
    fix: {
      en: 'Look at `velero backup describe NAME --details` and `velero backup-location get`. Renew the credentials, resume the schedule, or delete what is no longer meant to run.',
    },
  },
  reads: ['veleroSchedules', 'veleroBackups', 'veleroLocations'],
  messages: {
    absent: { en: 'Velero is not in use here.' },
    running: { en: 'Last backup {days} days ago.' },
    paused: { en: 'The schedule is paused.' },
    invalid: { en: 'Velero refuses this schedule (FailedValidation).' },
    late: { en: 'Last backup {days} days ago.' },
    never: { en: 'Has made no backup yet.' },
    lastFailed: { en: 'Its last backup {backup} ended as {phase}.' },
    available: { en: 'The storage location answers.' },
    unavailable: { en: 'The storage location does not answer (Unavailable).' },
    readOnly: { en: 'The storage location is read-only: nothing new is saved to it.' },
    unchecked: { en: 'Velero has not checked this storage location yet.' },
  },
  examples: {
    bad: `
apiVersion: velero.io/v1
kind: Schedule
metadata: { name: nightly, namespace: velero }
spec: { schedule: 0 1 * * *, paused: true }
status: { phase: Enabled, lastBackup: '2020-02-03T01:00:00Z' }
---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: { name: default, namespace: velero }
spec: { provider: aws, accessMode: ReadWrite, default: true }
status: { phase: Unavailable }
`,
    good: `
apiVersion: velero.io/v1
kind: Schedule
metadata: { name: nightly, namespace: velero }
spec: { schedule: 0 1 * * * }
status: { phase: Enabled, lastBackup: '2099-02-03T01:00:00Z' } # stands for: last night
---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: { name: default, namespace: velero }
spec: { provider: aws, accessMode: ReadWrite, default: true }
status: { phase: Available }
`,
  },
  evaluate: function* ({ veleroSchedules, veleroBackups, veleroLocations }, { now }) {
    if (veleroSchedules.length + veleroBackups.length + veleroLocations.length === 0)
      yield { status: 'not-applicable', object: CLUSTER, message: 'absent' }
    for (const schedule of veleroSchedules) {
      const object = refTo('veleroSchedules', schedule)
      const { lastBackup } = schedule.status as { lastBackup?: string }
      const age = Math.floor((now.getTime() - Date.parse(lastBackup ?? '')) / DAY)
      const days = params({ days: Math.max(0, age) })
      const last = lastOf(schedule, veleroBackups)
      if (schedule.spec.paused === true) yield { status: 'fail', object, path: 'spec.paused', saw: 'true', message: 'paused' }
      else if (!isRunning(schedule)) yield { status: 'fail', object, path: 'status.phase', saw: 'FailedValidation', message: 'invalid' }
      else if (last !== undefined && /fail/i.test(last.phase))
        yield { status: 'fail', object, saw: last.phase, message: 'lastFailed', params: params({ backup: last.name, phase: last.phase }) }
      else if (Number.isNaN(age)) yield { status: 'unknown', object, message: 'never' }
      else if (age > LIMIT_DAYS) yield { status: 'fail', object, path: 'status.lastBackup', saw: lastBackup, message: 'late', params: days }
      else yield { status: 'pass', object, path: 'status.lastBackup', saw: lastBackup, message: 'running', params: days }
    }
    for (const location of veleroLocations) {
      const object = refTo('veleroLocations', location)
      const { phase } = location.status as { phase?: string }
      if (phase === 'Unavailable') yield { status: 'fail', object, path: 'status.phase', saw: phase, message: 'unavailable' }
      else if (location.spec.accessMode === 'ReadOnly')
        yield { status: 'fail', object, path: 'spec.accessMode', saw: 'ReadOnly', message: 'readOnly' }
      else if (phase === undefined) yield { status: 'unknown', object, message: 'unchecked' }
      else yield { status: 'pass', object, path: 'status.phase', saw: phase, message: 'available' }
    }
  },
})

/** The newest backup of a schedule that has come to an end. */
function lastOf(
  schedule: Item<'veleroSchedules'>,
  backups: readonly Item<'veleroBackups'>[],
): { readonly name: string; readonly phase: string } | undefined {
  return backups
    .filter((b) => b.metadata.namespace === schedule.metadata.namespace)
    .filter((b) => b.metadata.labels['velero.io/schedule-name'] === schedule.metadata.name)
    .map((b) => {
      const { phase = '', completionTimestamp = '' } = b.status as { phase?: string; completionTimestamp?: string }
      return { name: b.metadata.name, phase, at: Date.parse(completionTimestamp || b.metadata.creationTimestamp || '') || 0 }
    })
    .filter((b) => /^(?:Completed|PartiallyFailed|Failed|FailedValidation)$/.test(b.phase))
    .sort((a, b) => b.at - a.at)[0]
}

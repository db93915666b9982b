import { input } from '../shared/cluster.ts'
import { given } from '../shared/names.ts'
import type { BackupAnswers } from './questions.ts'

/**
 * One CronJob and its file. Retention needs no shell this way: a slot has a fixed name, and saving onto it replaces the
 * older file in one step.
 */
export interface Slot {
  readonly name: string
  readonly schedule: string
  /** `$(JOB_NAME)` is filled in by Kubernetes. */
  readonly file: string
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const MONTH_DAYS = [1, 8, 15, 22] as const
const HOURS = [0, 6, 12, 18] as const

/** @throws HardenError `input` where the own schedule is missing */
export function slotsOf(answers: BackupAnswers): Slot[] {
  const { atMinute, atHour } = answers
  const daily = DAYS.map((day, index) => slot(day, `${atMinute} ${atHour} * * ${index}`))
  // An hour later, so that on such a day two Jobs do not run at once.
  const weekly = MONTH_DAYS.map((day) => slot(`day-${day}`, `${atMinute} ${(atHour + 1) % 24} ${day} * *`))
  switch (answers.retention) {
    case 'daily-7':
      return daily
    case 'daily-7-weekly-4':
      return [...daily, ...weekly]
    case 'six-hourly-4':
      return HOURS.map((hour) => slot(`hour-${String(hour).padStart(2, '0')}`, `${atMinute} ${hour} * * *`))
    case 'own-schedule': {
      const schedule = given(answers.schedule)
      if (schedule === undefined) throw input('schedule: when does the backup run?', 'Give five fields as in cron, such as 17 */4 * * *')
      return [{ name: 'etcd-backup', schedule, file: '$(JOB_NAME).db' }]
    }
  }
}

function slot(part: string, schedule: string): Slot {
  return { name: `etcd-backup-${part}`, schedule, file: `etcd-${part}.db` }
}

import type { Impact } from '#model/change.ts'
import type { State } from '#model/state.ts'
import type { ReadLines } from '#model/wizard.ts'
import { AuditReplay, type AuditVolume, perHour } from '#simulate/auditVolume.ts'
import { given } from '../shared/names.ts'
import { policyOf } from './policy.ts'
import type { AuditAnswers } from './questions.ts'

/** How much this policy would write in an hour, from a sample of an audit log. */
export async function measure(_: State, answers: AuditAnswers, lines: ReadLines): Promise<readonly Impact[]> {
  const file = given(answers.sample)
  if (file === undefined) return []
  const replay = new AuditReplay(policyOf(answers))
  for await (const line of lines(file)) replay.add(line)
  return volumeLines(replay.result(), answers)
}

/** The figure, how long the files then reach back, and what the figure leaves out. */
export function volumeLines(volume: AuditVolume, { maxSizeMb, maxBackup, maxAgeDays }: AuditAnswers): Impact[] {
  const bytes = perHour(volume)
  if (bytes === undefined)
    return [
      {
        level: 'warn',
        text: { en: 'The sample tells nothing about the volume: {read} audit events within {seconds} s, {strange} other lines.' },
        params: { read: volume.read, seconds: Math.round(volume.seconds), strange: volume.strange },
      },
    ]
  const hours = bytes === 0 ? Number.POSITIVE_INFINITY : (maxSizeMb * (maxBackup + 1) * 1024 * 1024) / bytes
  const lines: Impact[] = [
    {
      level: 'info',
      text: {
        en: 'At the pace of the sample this policy writes about {megabytes} MB an hour: {written} of {read} events in {minutes} minutes. What the policy of the sample left out is not in it.',
      },
      params: {
        megabytes: rounded(bytes / 1024 / 1024),
        written: volume.written,
        read: volume.read,
        minutes: rounded(volume.seconds / 60),
      },
    },
  ]
  if (hours < maxAgeDays * 24)
    lines.push({
      level: 'warn',
      text: { en: 'The files then reach back {days} days and not {wanted}: keep more of them, or larger ones, or send them elsewhere.' },
      params: { days: rounded(hours / 24), wanted: maxAgeDays },
    })
  if (volume.guessed > 0)
    lines.push({
      level: 'info',
      text: { en: 'The content of {guessed} of these events is not in the sample; its size was guessed.' },
      params: { guessed: volume.guessed },
    })
  return lines
}

/** Two figures that count. */
const rounded = (value: number): number => Number(value.toPrecision(2))

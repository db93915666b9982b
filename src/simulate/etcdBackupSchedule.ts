/** How often a CronJob fires, from its schedule alone. */

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const DAY = 24 * 60

/** The values a cron field stands for; undefined where it cannot be read. */
export function cronField(field: string, min: number, max: number, names: readonly string[] = []): ReadonlySet<number> | undefined {
  const out = new Set<number>()
  for (const part of field.toLowerCase().split(',')) {
    const match = /^(\*|\?|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/.exec(part)
    if (match === null) return undefined
    const [, start = '', end, step] = match
    const every = step === undefined ? 1 : Number(step)
    const star = start === '*' || start === '?'
    const from = star ? min : value(start, min, names)
    // `5/10` runs from 5 to the end; a plain `5` is only itself.
    const to = end !== undefined ? value(end, min, names) : star || step !== undefined ? max : from
    if (from === undefined || to === undefined || from < min || to > max || from > to || every < 1 || (star && end !== undefined))
      return undefined
    for (let v = from; v <= to; v += every) out.add(v)
  }
  return out
}

function value(text: string, offset: number, names: readonly string[]): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const index = names.indexOf(text)
  return index === -1 ? undefined : index + offset
}

/**
 * The longest time between two runs in minutes, looked for over four years; undefined where the schedule cannot be
 * read or never fires. Where both days are given either of them fires, as cron(5) and the CronJob controller have it.
 */
export function longestGapMinutes(schedule: string): number | undefined {
  const every = /^@every\s+(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(schedule.trim())
  if (every !== null) {
    const minutes = Number(every[1] ?? 0) * 60 + Number(every[2] ?? 0) + Number(every[3] ?? 0) / 60
    return minutes > 0 ? minutes : undefined
  }
  const text = MACROS[schedule.trim()] ?? schedule.trim().replace(/^(?:CRON_)?TZ=\S+\s+/, '')
  const fields = text.split(/\s+/)
  if (fields.length !== 5) return undefined
  const [minuteField = '', hourField = '', domField = '', monthField = '', dowField = ''] = fields
  const minutes = cronField(minuteField, 0, 59)
  const hours = cronField(hourField, 0, 23)
  const days = cronField(domField, 1, 31)
  const months = cronField(monthField, 1, 12, MONTHS)
  const weekdays = cronField(dowField, 0, 7, WEEKDAYS)
  if (minutes === undefined || hours === undefined || days === undefined || months === undefined || weekdays === undefined) return undefined
  const starred = (f: string) => f.startsWith('*') || f.startsWith('?')
  const fires = (date: Date) => {
    const dom = days.has(date.getUTCDate())
    const dow = weekdays.has(date.getUTCDay()) || (date.getUTCDay() === 0 && weekdays.has(7))
    const day = starred(domField) || starred(dowField) ? dom && dow : dom || dow
    return day && months.has(date.getUTCMonth() + 1)
  }
  const times = [...hours].flatMap((h) => [...minutes].map((m) => h * 60 + m)).sort((a, b) => a - b)
  return longestGap(times, fires)
}

function longestGap(times: readonly number[], fires: (date: Date) => boolean): number | undefined {
  const first = times[0]
  const last = times.at(-1)
  if (first === undefined || last === undefined) return undefined
  let inDay = 0
  for (let i = 1; i < times.length; i += 1) inDay = Math.max(inDay, (times[i] ?? 0) - (times[i - 1] ?? 0))
  let longest = 0
  let before: number | undefined
  for (let day = 0; day < 4 * 366; day += 1) {
    if (!fires(new Date(Date.UTC(2023, 0, 1 + day)))) continue
    if (before !== undefined) longest = Math.max(longest, inDay, (day - before) * DAY - last + first)
    before = day
  }
  return longest === 0 ? undefined : longest
}

/** The least that is granted: a day and two hours, so that one slow night is no alarm. */
const LEAST_HOURS = 26

/** How many hours ago a CronJob must have succeeded: two periods of its schedule. */
export function hoursGranted(schedule: string): number {
  return Math.max(LEAST_HOURS, Math.ceil((2 * (longestGapMinutes(schedule) ?? 0)) / 60))
}

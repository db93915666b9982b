/** The five fields of a schedule as the CronJob controller reads them (robfig/cron, standard fields). */
const FIELDS = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'weekday', min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const

/** What is wrong with a schedule, in words; undefined where it is right. */
export function problemOfCron(text: string): string | undefined {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text)) return undefined
  if (/TZ=/.test(text)) return 'a time zone inside the schedule is refused by the API server'
  const parts = text.trim().split(/\s+/)
  if (parts.length !== 5) return 'a schedule has five fields: minute, hour, day of the month, month, weekday'
  for (const [index, field] of FIELDS.entries()) {
    const problem = problemOfField(parts[index] ?? '', field)
    if (problem !== undefined) return `${field.name} ${problem}`
  }
  return undefined
}

type FieldSpec = (typeof FIELDS)[number]

function problemOfField(text: string, field: FieldSpec): string | undefined {
  for (const part of text.split(',')) {
    const match = /^(\*|\?|([A-Za-z]+|\d+)(?:-([A-Za-z]+|\d+))?)(?:\/(\d+))?$/.exec(part)
    if (match === null) return `cannot be read: ${part === '' ? 'an empty part' : part}`
    const from = match[2] === undefined ? field.min : value(match[2], field)
    const to = match[3] === undefined ? from : value(match[3], field)
    if (from === undefined || to === undefined || from < field.min || to > field.max || from > field.max)
      return `goes from ${field.min} to ${field.max}`
    if (match[3] !== undefined && to < from) return `has a range that ends before it starts: ${part}`
    if (match[4] !== undefined && Number(match[4]) === 0) return 'has a step of 0'
  }
  return undefined
}

function value(word: string, field: FieldSpec): number | undefined {
  if (/^\d+$/.test(word)) return Number(word)
  const at = (field.names as readonly string[]).indexOf(word.toLowerCase())
  return at < 0 ? undefined : at + field.min
}

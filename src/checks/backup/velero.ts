import type { Item } from '#model/kinds.ts'

/** Velero's namespace lists: names or patterns with `*`; an empty list of included ones means all. */
export function coversNamespace(
  scope: { readonly includedNamespaces: readonly string[]; readonly excludedNamespaces: readonly string[] },
  namespace: string,
): boolean {
  const { includedNamespaces, excludedNamespaces } = scope
  if (excludedNamespaces.some((pattern) => matches(pattern, namespace))) return false
  return includedNamespaces.length === 0 || includedNamespaces.some((pattern) => matches(pattern, namespace))
}

/** Piece by piece from the left: linear, whatever a stranger writes as a pattern. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return name === pattern
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return name.endsWith(last) && name.length - last.length >= at
}

/** Will this schedule run, and take the data of volumes with it (by snapshot or from the file system)? */
export function savesVolumes(schedule: Item<'veleroSchedules'>): boolean {
  const { template, paused } = schedule.spec
  const withData = template as { snapshotVolumes?: boolean | null; defaultVolumesToFsBackup?: boolean | null }
  return isRunning(schedule) && paused !== true && (withData.snapshotVolumes !== false || withData.defaultVolumesToFsBackup === true)
}

export function isRunning(schedule: Item<'veleroSchedules'>): boolean {
  return (schedule.status as { phase?: string }).phase !== 'FailedValidation'
}

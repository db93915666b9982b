/** When each minor version had, or will have, its last fixes. Source: kubernetes.io, Patch Releases. */
const ENDS: Readonly<Record<number, string>> = {
  16: '2020-09-02',
  17: '2021-01-13',
  18: '2021-06-18',
  19: '2021-10-28',
  20: '2022-02-28',
  21: '2022-06-28',
  22: '2022-10-28',
  23: '2023-02-28',
  24: '2023-07-28',
  25: '2023-10-27',
  26: '2024-02-28',
  27: '2024-06-28',
  28: '2024-10-22',
  29: '2025-02-28',
  30: '2025-06-28',
  31: '2025-11-11',
  32: '2026-02-28',
  33: '2026-06-28',
  34: '2026-10-27',
  35: '2027-02-28',
  36: '2027-06-28',
}
const OLDEST = 16
const NEWEST = 36

/** The day of the last fixes of Kubernetes 1.`minor`; of versions that came after this table about, from three releases a year. */
export function endOfLife(minor: number): { readonly end: string; readonly about: boolean } {
  const known = ENDS[Math.max(OLDEST, minor)]
  if (known !== undefined) return { end: known, about: false }
  const end = new Date(ENDS[NEWEST] ?? '')
  end.setUTCMonth(end.getUTCMonth() + 4 * (minor - NEWEST))
  return { end: end.toISOString().slice(0, 10), about: true }
}

/** `v1.36.3` is 36; undefined where it says none. */
export function minorOfVersion(version: string | undefined): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(version ?? '')?.[1]
  return minor === undefined ? undefined : Number(minor)
}

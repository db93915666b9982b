/** When the practice cluster was made, in the days in which its files are written (`src/cluster/practice/load.ts`). */
export const INSTALLED = '2026-05-04T08:00:00Z'
/** When the evidence of its nodes was taken. */
export const EVIDENCE_TAKEN = '2026-05-29T08:00:00Z'

const HOUR = 3_600_000

interface Validity {
  readonly notBefore: string
  readonly notAfter: string
}

/** As long as it was made for, counted in hours from the day of the installation. */
export function sinceInstalled<T extends Validity>(certificate: T): T {
  const hours = Math.round((Date.parse(certificate.notAfter) - Date.parse(certificate.notBefore)) / HOUR)
  const end = new Date(Date.parse(INSTALLED) + hours * HOUR).toISOString()
  return { ...certificate, notBefore: INSTALLED, notAfter: `${end.slice(0, 19)}Z` }
}

import type { Gap } from '#model/right.ts'
import { type Lang, type Params, safe, say } from '#model/text.ts'
import type { Ready } from '#session/types.ts'

/** The dialogue's own words in a second language, by their English; none yet. */
const ZH: Readonly<Record<string, string>> = {}

/** Says a sentence of the dialogue; strangers' names in its parameters come out escaped. */
export type Say = (english: string, params?: Params) => string

export function sayer(lang: Lang): Say {
  return (english, params = {}) => {
    const zh = ZH[english]
    const clean = Object.fromEntries(Object.entries(params).map(([k, v]) => [k, typeof v === 'string' ? safe(v) : v]))
    return say({ en: english, ...(zh === undefined ? {} : { zh }) }, lang, clean)
  }
}

/** `2026-11-22 12:49 UTC` of an ISO date in UTC; what is no date stays as it is. */
export function when(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` : iso
}

/** `1 object`, `2 objects`. */
export function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`
}

/** The name that the operator types to confirm, and that flags take: the context, or what stands in its place. */
export function clusterName(view: Pick<Ready, 'cluster'>): string {
  return view.cluster.context ?? view.cluster.name
}

/** `PRACTICE, READ-ONLY, prod`: what stays in the head of the menus. */
export function whereAmI(view: Ready): string {
  const parts = [...(view.source === 'practice' ? ['PRACTICE'] : []), ...(view.readOnly === undefined ? [] : ['READ-ONLY'])]
  const name = safe(clusterName(view))
  return parts.length === 0 ? name : `${parts.join(', ')}: ${name}`
}

/** One line for each distinct gap: the same missing right in ten kinds is said ten times, in one namespace once. */
export function distinct(gaps: readonly Gap[], sentence: (gap: Gap) => string): readonly string[] {
  return [...new Set(gaps.map(sentence))]
}

/** A shell word, quoted only where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

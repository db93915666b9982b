import type { CheckResult } from '#model/assessment.ts'

/** The five categories of an inspection report. */
export const CATEGORIES = ['health', 'images', 'network', 'resources', 'security'] as const
export type Category = (typeof CATEGORIES)[number]

export const CATEGORY_TITLES: Record<Category, string> = {
  health: 'Health',
  images: 'Images',
  network: 'Network',
  resources: 'Resources',
  security: 'Security',
}

/** Topics that belong to one category wherever their checks live. */
const TOPICS: { readonly [topic: string]: Category } = {
  T01: 'images',
  T02: 'images',
  T03: 'images',
  T11: 'network',
  T12: 'network',
  T16: 'health',
  T17: 'health',
  T18: 'health',
  T21: 'resources',
  T25: 'health',
  T26: 'health',
}

/** Requests against capacity are a question of resources, though they are asked for the sake of recovery. */
const CHECKS: { readonly [id: string]: Category } = { 'backup/capacity-reserve': 'resources' }

/** Each check is in exactly one; what is in none of the others is security. */
export function categoryOf(check: Pick<CheckResult, 'id' | 'area' | 'controls'>): Category {
  const own = CHECKS[check.id]
  if (own !== undefined) return own
  if (check.area === 'images' || check.area === 'network') return check.area
  for (const topic of check.controls.topic) {
    const category = TOPICS[topic]
    if (category !== undefined) return category
  }
  return check.area === 'backup' || check.area === 'operations' ? 'health' : 'security'
}

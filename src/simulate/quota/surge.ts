import type { Rollout } from '#model/objects/rollout.ts'

interface Surge {
  readonly surge: number
  readonly unavailable: number
}

/**
 * How many pods more, and how many fewer, a Deployment may have while a new version takes over. A quarter each where nothing
 * is said; of the percents one is rounded up and the other down. Source: pkg/controller/deployment/util ResolveFenceposts.
 */
export function surgeOfDeployment(strategy: Rollout, replicas: number): Surge {
  if (strategy?.type === 'Recreate') return { surge: 0, unavailable: replicas }
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {}
  const surge = scaled(maxSurge, replicas, Math.ceil)
  const unavailable = scaled(maxUnavailable, replicas, Math.floor)
  // Neither is no way at all: then one may be missing.
  if (surge === 0 && unavailable === 0) return { surge, unavailable: 1 }
  return { surge: Math.min(surge, replicas), unavailable: Math.min(unavailable, replicas) }
}

/** Of a DaemonSet: one fewer where nothing is said, none more; percents are rounded up. */
export function surgeOfDaemonSet(strategy: Rollout, desired: number): Surge {
  if (strategy?.type === 'OnDelete') return { surge: 0, unavailable: 0 }
  const { maxSurge = 0, maxUnavailable = 1 } = strategy?.rollingUpdate ?? {}
  const surge = Math.min(scaled(maxSurge, desired, Math.ceil), desired)
  return { surge, unavailable: scaled(maxUnavailable, desired, Math.ceil) }
}

function scaled(value: number | string, of: number, round: (n: number) => number): number {
  const percent = /^(\d{1,9})%$/.exec(String(value))?.[1]
  const n = percent === undefined ? Number(value) : round((Number(percent) * of) / 100)
  return Number.isFinite(n) && n > 0 ? Math.trunc(n) : 0
}

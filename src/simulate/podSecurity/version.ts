import type { PodSecurityLevel, PolicyVersion } from '#model/podSecurity.ts'
import { minorOfVersion } from '../versions.ts'
import { registry } from './registry.ts'

/** `latest`, or `v1.N` of a version whose rules are known; undefined for all else. */
export function parsePolicyVersion(text: string): PolicyVersion | undefined {
  if (text === 'latest') return text
  const minor = /^v1\.(0|[1-9]\d{0,2})$/.exec(text)?.[1]
  return minor === undefined || Number(minor) > registry.newest ? undefined : `v1.${Number(minor)}`
}

/** The versions that can be named: `v1.0 to v1.37, or latest`. */
export function policyVersions(): string {
  return `v1.0 to v1.${registry.newest}, or latest`
}

/**
 * The minor version whose rules hold: a server takes its own where `latest` or a newer one is asked for. `server` is its
 * version as it tells it (`v1.36.3`, `v1.29.1-gke.1`).
 */
export function minorOf(version: PolicyVersion, server?: string): number {
  const own = minorOfVersion(server)
  const most = Math.min(registry.newest, own ?? registry.newest)
  return version === 'latest' ? most : Math.min(Number(version.slice('v1.'.length)), most)
}

/** Other versions, newest first, that have the very same rules at this level. */
export function sameRules(level: PodSecurityLevel, minor: number, most: number): readonly number[] {
  if (level === 'privileged') return []
  const rules = registry.rules(level, minor)
  const same = (other: number) => {
    const others = registry.rules(level, other)
    return others.length === rules.length && others.every((r, i) => r.variant === rules[i]?.variant)
  }
  return Array.from({ length: most + 1 }, (_, i) => most - i).filter((other) => other !== minor && same(other))
}

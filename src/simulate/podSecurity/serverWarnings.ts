import type { PodGroup, PodSecurityLevel, PolicyVersion, ServerVerdict } from '#model/podSecurity.ts'
import { sameRules } from './version.ts'

/** What the labels of a namespace say now. */
export interface Enforced {
  readonly level?: string
  readonly version?: string
}

/**
 * The version to ask the server with. It stays silent where nothing would change, so one is taken that has the very same
 * rules and is not the label's: `latest` and its own number, or neighbours without a change. Undefined where there is none.
 */
export function versionToAsk(
  level: PodSecurityLevel,
  minor: number,
  wanted: PolicyVersion,
  now: Enforced,
  server: number | undefined,
): PolicyVersion | undefined {
  // Without a label the cluster's own default holds, which nobody can read and which is mostly `latest`.
  const taken = now.version ?? 'latest'
  const numbers = server === undefined ? [] : [minor, ...sameRules(level, minor, server)]
  const latest: readonly PolicyVersion[] =
    server !== undefined && (minor >= server || sameRules(level, minor, server).includes(server)) ? ['latest'] : []
  return [wanted, ...numbers.map((n): PolicyVersion => `v1.${n}`), ...latest].find((version) => version !== taken)
}

/** What the server's dry run of the label said. */
export interface ServerSays {
  readonly groups: readonly PodGroup[]
  /** `the first 3000 of 4200 existing pods`. */
  readonly partial?: string
  /** Why it did not look. */
  readonly silent?: string
}

const PARTIAL = /^new PodSecurity enforce level only checked against (the first \d+ of \d+) existing pods$/
const GROUP = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)(?: \(and (\d+) other pods?\))?: (.+)$/

/** The warnings of that dry run. Those of other admission plugins are passed over. */
export function readWarnings(warnings: readonly string[]): ServerSays {
  const announced = warnings.findIndex((w) => w.startsWith('existing pods in namespace '))
  const partial = warnings.map((w) => PARTIAL.exec(w)?.[1]).find((w) => w !== undefined)
  const silent = warnings.find((w) => w.includes('is exempt from Pod Security') || w.startsWith('failed to list pods while checking'))
  const groups = (announced < 0 ? [] : warnings.slice(announced + 1)).flatMap((text): PodGroup[] => {
    const [, pod, , others = '0', reasons] = GROUP.exec(text) ?? []
    return pod === undefined || reasons === undefined ? [] : [{ reasons, pod, pods: Number(others) + 1 }]
  })
  return { groups, ...(partial === undefined ? {} : { partial }), ...(silent === undefined ? {} : { silent }) }
}

/** Where the server and the rules here differ, group by group. */
export function compareWithServer(here: readonly PodGroup[], server: ServerSays): ServerVerdict {
  if (server.silent !== undefined) return { kind: 'unknown', why: server.silent }
  const onlyServer = server.groups.filter((group) => !here.some((own) => same(own, group)))
  const onlyHere = here.filter((own) => !server.groups.some((group) => same(own, group)))
  if (onlyServer.length === 0 && onlyHere.length === 0) return { kind: 'agrees', pods: here.reduce((sum, group) => sum + group.pods, 0) }
  return { kind: 'differs', onlyServer, onlyHere, ...(server.partial === undefined ? {} : { partial: server.partial }) }
}

/** Where there is much to warn of, the server cuts its warnings off after 256 characters. */
const CUT = 200

function same(here: PodGroup, there: PodGroup): boolean {
  const reasons = there.reasons.length > CUT ? here.reasons.startsWith(there.reasons) : here.reasons === there.reasons
  return reasons && here.pod === there.pod && here.pods === there.pods
}

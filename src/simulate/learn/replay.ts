import type { AuditEvent } from '#model/audit.ts'
import { type Request, rulesAllow } from '../rbac.ts'
import { can, type Grant } from '../rbacGrants.ts'
import { callsOf } from './calls.ts'
import { GIVEN_TO_ALL } from './givenToAll.ts'

export interface Replayed {
  /** Calls that were allowed when they were made. */
  calls: number
  /** How many of them the proposal would deny, and the first few different ones. */
  denied: number
  readonly examples: Request[]
}

const MOST_KNOWN = 100_000
const MOST_EXAMPLES = 20

/** Every allowed call of one user against these grants and what everybody may do. Memory is bounded; answers are remembered. */
export function replaying(
  user: string,
  grants: readonly Grant[],
): { readonly replayed: Replayed; readonly add: (event: AuditEvent) => void } {
  const replayed: Replayed = { calls: 0, denied: 0, examples: [] }
  const known = new Map<string, boolean>()
  const allows = (request: Request): boolean => {
    const key = JSON.stringify(request)
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= MOST_KNOWN) known.clear()
    const answer = rulesAllow(GIVEN_TO_ALL, request) || can(grants, { name: user, groups: [] }, request)
    known.set(key, answer)
    if (!answer && replayed.examples.length < MOST_EXAMPLES) replayed.examples.push(request)
    return answer
  }
  const add = (event: AuditEvent) => {
    for (const call of callsOf(event)) {
      if (call.user !== user || !call.allowed) continue
      replayed.calls += 1
      if (!allows(call.request)) replayed.denied += 1
    }
  }
  return { replayed, add }
}

import { SEVERITIES } from '#model/areas.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import type { Report, ReportCheck } from '../schema.ts'
import { absent, meaning, type Standing, type Thing, thingsOf } from './standing.ts'

/** What became of one thing between two reports. */
export interface Change {
  readonly check: string
  readonly object: ObjectRef
  readonly before: Standing
  readonly after: Standing
  /** It fails now and did not, or what was known to be well is not known any more. */
  readonly worse: boolean
}

export interface Side {
  readonly generatedAt: string
  readonly source: Report['source']
  readonly cluster: Report['cluster']
  readonly score: number | null
  readonly coverage: number
}

export interface Comparison {
  readonly schemaVersion: 1
  readonly before: Side
  readonly after: Side
  readonly fixed: readonly Change[]
  readonly new: readonly Change[]
  readonly changed: readonly Change[]
  readonly stillOpen: readonly Change[]
  /** Checks that only one of the reports has: not compared. */
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
  readonly regressions: number
}

/** Holds two reports beside each other. A finding is the same where check, object and path are. */
export function compareReports(before: Report, after: Report): Comparison {
  const old = new Map(before.checks.map((c) => [c.id, c]))
  const now = new Map(after.checks.map((c) => [c.id, c]))
  const changes = [...old].flatMap(([id, check]) => {
    const other = now.get(id)
    return other === undefined ? [] : changesOf(check, other)
  })
  const sorted = changes.toSorted(byWeight)
  const of = (kind: Kind) => sorted.filter((c) => kindOf(c) === kind)
  return {
    schemaVersion: 1,
    before: sideOf(before),
    after: sideOf(after),
    fixed: of('fixed'),
    new: of('new'),
    changed: of('changed'),
    stillOpen: of('stillOpen'),
    onlyBefore: [...old.keys()].filter((id) => !now.has(id)).toSorted(),
    onlyAfter: [...now.keys()].filter((id) => !old.has(id)).toSorted(),
    regressions: sorted.filter((c) => c.worse).length,
  }
}

function sideOf({ generatedAt, source, cluster, score }: Report): Side {
  return { generatedAt, source, cluster, score: score.overall, coverage: score.coverage }
}

type Kind = 'fixed' | 'new' | 'changed' | 'stillOpen' | 'same'

function kindOf({ before, after }: Change): Kind {
  const was = meaning(before)
  const is = meaning(after)
  if (was === 'open' && is === 'open') return sameWords(before, after) ? 'stillOpen' : 'changed'
  if (was === is) return 'same'
  if (was === 'open' && is === 'closed') return 'fixed'
  if (was === 'closed' && is === 'open') return 'new'
  // What was never there and cannot be judged now is no change of anything.
  if (before.status === 'gone' || after.status === 'gone') return 'same'
  return 'changed'
}

function sameWords(a: Standing, b: Standing): boolean {
  return a.severity === b.severity && a.path === b.path && a.messages.join('\n') === b.messages.join('\n')
}

function changesOf(before: ReportCheck, after: ReportCheck): readonly Change[] {
  const old = thingsOf(before)
  const now = thingsOf(after)
  const moved = movedIn(old, now)
  const came = new Set(moved.values())
  const changes: Change[] = []
  for (const [key, thing] of old) {
    const other = now.get(key) ?? now.get(moved.get(key) ?? '')
    changes.push(changeOf(thing, thing.standing, other?.standing ?? absent(after, thing.object)))
  }
  for (const [key, thing] of now)
    if (!old.has(key) && !came.has(key)) changes.push(changeOf(thing, absent(before, thing.object), thing.standing))
  return changes
}

function changeOf({ check, object }: Thing, before: Standing, after: Standing): Change {
  const was = meaning(before)
  const is = meaning(after)
  const worse =
    (is === 'open' && was !== 'open') || (is === 'hidden' && (was === 'accepted' || was === 'closed') && before.status !== 'gone')
  return { check, object, before, after, worse }
}

/** A container put in before others moves their places: the same words about the same object are the same finding. */
function movedIn(old: ReadonlyMap<string, Thing>, now: ReadonlyMap<string, Thing>): ReadonlyMap<string, string> {
  const waiting = new Map<string, string[]>()
  for (const [key, thing] of [...now].toSorted(byKey))
    if (!old.has(key) && thing.standing.status === 'fail') waiting.set(words(thing), [...(waiting.get(words(thing)) ?? []), key])
  const pairs = new Map<string, string>()
  for (const [key, thing] of [...old].toSorted(byKey)) {
    if (now.has(key) || thing.standing.status !== 'fail') continue
    const to = waiting.get(words(thing))?.shift()
    if (to !== undefined) pairs.set(key, to)
  }
  return pairs
}

function byKey([a]: readonly [string, Thing], [b]: readonly [string, Thing]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function words({ object, standing }: Thing): string {
  return JSON.stringify([refKey(object), standing.messages])
}

function byWeight(a: Change, b: Change): number {
  const rank = (c: Change) => SEVERITIES.indexOf(c.after.severity)
  const key = (c: Change) => `${c.check}\n${refKey(c.object)}\n${c.after.path ?? c.before.path ?? ''}`
  return Number(b.worse) - Number(a.worse) || rank(a) - rank(b) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)
}

import type { AuditEvent, AuditLine } from '#model/audit.ts'
import { HardenError } from '#model/errors.ts'
import type { KubeObject } from '#model/refs.ts'
import type { State } from '#model/state.ts'
import { type GrantedRule, grantedNow, type UsedNow, usedNow } from '#simulate/learn/compare.ts'
import { hiddenNeeds, windowNote } from '#simulate/learn/hidden.ts'
import { grantsFromObjects, objectsFor } from '#simulate/learn/objects.ts'
import { type LearnOptions, propose } from '#simulate/learn/propose.ts'
import { type Replayed, replaying } from '#simulate/learn/replay.ts'
import { type Gathered, gathering, pathWords, refusalOf, type Used, useWords } from '#simulate/learn/uses.ts'
import { grantsIn } from './whoCan.ts'

export type { LearnOptions } from '#simulate/learn/propose.ts'

export interface LearnedSubject {
  readonly user: string
  readonly objects: readonly KubeObject[]
  readonly replay: Replayed
  /** What was forbidden when it was asked for: told, never granted. */
  readonly wanted: readonly { readonly right: string; readonly calls: number }[]
  /** Every right that was used, with how often and when last: those used rarely come first. */
  readonly used: readonly { readonly right: string; readonly calls: number; readonly last: string }[]
  readonly notes: readonly string[]
  /** Only where a cluster was looked at. */
  readonly granted?: readonly GrantedRule[]
  /** The rights that were used, by whether they are granted now; only where a cluster was looked at. */
  readonly now?: UsedNow
}

export interface Learned {
  readonly window: { readonly from: string; readonly to: string }
  readonly events: number
  readonly malformed: number
  readonly subjects: readonly LearnedSubject[]
  /** Users that no role is made for, and why. */
  readonly refused: readonly { readonly user: string; readonly reason: string; readonly calls: number }[]
  readonly notes: readonly string[]
}

export interface LearnAsked {
  /** A user name such as `system:serviceaccount:shop:ci`; undefined: everybody in the logs. */
  readonly subject: string | undefined
  readonly options: LearnOptions
  /** Reads the logs from their beginning; asked twice. */
  readonly lines: () => AsyncIterable<AuditLine>
  readonly state?: State
}

/** Least-privilege roles from what logs say was used, tried against the same logs. */
export async function learn({ subject, options, lines, state }: LearnAsked): Promise<Learned> {
  const reason = subject === undefined ? undefined : refusalOf(subject)
  if (reason !== undefined)
    throw new HardenError('usage', `No role is made for ${subject}: ${reason}.`, 'Name a user or a service account of yours.')
  const { gathered, add } = gathering((user) => subject === undefined || user === subject)
  await each(lines, add, () => {
    gathered.malformed += 1
  })
  const users = [...gathered.users.values()].toSorted((a, b) => (a.user < b.user ? -1 : 1))
  if (subject !== undefined && users.length === 0)
    throw new HardenError(
      'input',
      `${subject} is in none of these logs.`,
      'Give the logs of all API servers; look at how the user is written there.',
    )
  const own = users.filter((u) => refusalOf(u.user) === undefined)
  const made = own.map((used) => ({ used, objects: objectsFor(used.user, propose(used, options)) }))
  const replays = new Map(made.map(({ used, objects }) => [used.user, replaying(used.user, grantsFromObjects(objects))]))
  await each(lines, (event) => {
    for (const user of new Set([event.user.username, event.impersonatedUser?.username ?? ''])) replays.get(user)?.add(event)
  })
  const grants = state === undefined ? undefined : grantsIn(state)
  return {
    window: { from: gathered.from, to: gathered.to },
    events: gathered.events,
    malformed: gathered.malformed,
    subjects: made.map(({ used, objects }) => ({
      ...told(used),
      objects,
      replay: replays.get(used.user)?.replayed ?? { calls: 0, denied: 0, examples: [] },
      ...(grants === undefined ? {} : { granted: grantedNow(used, grants), now: usedNow(used, grants) }),
    })),
    refused: users.flatMap((u) => {
      const why = refusalOf(u.user)
      return why === undefined ? [] : [{ user: u.user, reason: why, calls: u.calls }]
    }),
    notes: notesOn(gathered),
  }
}

async function each(lines: LearnAsked['lines'], add: (event: AuditEvent) => void, malformed = () => {}): Promise<void> {
  for await (const line of lines()) {
    if ('event' in line) add(line.event)
    else malformed()
  }
}

function told(used: Used): Pick<LearnedSubject, 'user' | 'wanted' | 'used' | 'notes'> {
  const rights = [...used.uses.values()].map((u) => ({
    right: useWords(u),
    calls: u.count,
    last: u.last,
  }))
  const paths = [...used.paths.values()].map((p) => ({ right: pathWords(p), calls: p.count, last: p.last }))
  return {
    user: used.user,
    used: [...rights, ...paths].toSorted((a, b) => a.calls - b.calls),
    wanted: [...used.wanted].map(([right, { count }]) => ({ right, calls: count })),
    notes: hiddenNeeds(used),
  }
}

function notesOn({ from, to, malformed, events }: Gathered): readonly string[] {
  const short = windowNote(from, to)
  return [
    ...(events === 0 ? ['No audit event was read.'] : []),
    ...(short === undefined ? [] : [short]),
    ...(malformed === 0 ? [] : [`${malformed} lines are no audit events and were left out.`]),
    'What the audit policy leaves out (level None, omitted stages, other API servers’ logs) cannot be learned.',
  ]
}

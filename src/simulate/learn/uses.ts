import type { AuditEvent } from '#model/audit.ts'
import { systemSubject } from '../rbacSubjects.ts'
import { type Call, callsOf } from './calls.ts'

/** One right that was used: a verb on a resource in one place, on which objects, how often, and when last. */
export interface Use {
  readonly verb: string
  readonly group: string
  /** With its subresource: `pods/exec`. */
  readonly resource: string
  readonly namespace: string
  /** Some request came without a name: no list of names is enough. */
  nameless: boolean
  /** `many`: more than are worth telling apart. */
  names: Set<string> | 'many'
  count: number
  last: string
}

export interface PathUse {
  readonly verb: string
  readonly path: string
  count: number
  last: string
}

/** What one user was seen to ask for. */
export interface Used {
  readonly user: string
  readonly groups: Set<string>
  readonly uses: Map<string, Use>
  readonly paths: Map<string, PathUse>
  /** What was forbidden, in the words of a right. Told, never granted. */
  readonly wanted: Map<string, { count: number; last: string }>
  calls: number
}

/** What logs said, gathered event by event: its size follows the number of different rights, not of events. */
export interface Gathered {
  readonly users: Map<string, Used>
  events: number
  malformed: number
  from: string
  to: string
}

/** More names than this are never listed in a rule. */
const MOST_NAMES = 500
const MOST_WANTED = 1000
/** So many ids are kept to know an event that is in two files; copies lie close together in rotated logs. */
const MOST_IDS = 200_000

/** An empty gathering, and the function that adds an event to it. `wanted` says whose calls count. */
export function gathering(wanted: (user: string) => boolean): { readonly gathered: Gathered; readonly add: (event: AuditEvent) => void } {
  const gathered: Gathered = { users: new Map(), events: 0, malformed: 0, from: '', to: '' }
  const fresh = seenOnce(MOST_IDS)
  const add = (event: AuditEvent) => {
    const seen = callsOf(event)
    // A stage that says nothing new must not use up the event's id.
    if (seen.length === 0) return
    const calls = seen.filter((call) => wanted(call.user))
    const at = event.requestReceivedTimestamp
    if (gathered.from === '' || at < gathered.from) gathered.from = at
    if (at > gathered.to) gathered.to = at
    const counts = fresh(event.auditID)
    if (counts) gathered.events += 1
    for (const call of calls) note(usedBy(gathered, call), call, at, counts ? 1 : 0)
  }
  return { gathered, add }
}

/** True for an id that was not among the last ones. */
function seenOnce(most: number): (id: string) => boolean {
  let now = new Set<string>()
  let before = new Set<string>()
  return (id) => {
    if (now.has(id) || before.has(id)) return false
    now.add(id)
    if (now.size >= most / 2) {
      before = now
      now = new Set()
    }
    return true
  }
}

function usedBy({ users }: Gathered, { user }: Call): Used {
  const known = users.get(user)
  if (known !== undefined) return known
  const made: Used = { user, groups: new Set(), uses: new Map(), paths: new Map(), wanted: new Map(), calls: 0 }
  users.set(user, made)
  return made
}

function note(used: Used, { request, groups, allowed }: Call, at: string, one: number): void {
  used.calls += one
  for (const group of groups) used.groups.add(group)
  if (!allowed) noteWanted(used, request, at, one)
  else if ('path' in request) notePath(used, request, at, one)
  else noteUse(used, request, at, one)
}

function notePath(used: Used, { verb, path }: Extract<Call['request'], { path: string }>, at: string, one: number): void {
  const known = used.paths.get(`${verb} ${path}`) ?? { verb, path, count: 0, last: '' }
  used.paths.set(`${verb} ${path}`, known)
  touch(known, at, one)
}

function noteUse(used: Used, request: Exclude<Call['request'], { path: string }>, at: string, one: number): void {
  const { verb, group, name } = request
  const resource = request.subresource === undefined ? request.resource : `${request.resource}/${request.subresource}`
  // A request for a namespace itself is "in" that namespace; the right is on the object, cluster-wide.
  const namespace = request.resource === 'namespaces' && group === '' ? '' : (request.namespace ?? '')
  const key = JSON.stringify([verb, group, resource, namespace])
  const use = used.uses.get(key) ?? { verb, group, resource, namespace, nameless: false, names: new Set<string>(), count: 0, last: '' }
  used.uses.set(key, use)
  touch(use, at, one)
  if (name === undefined) use.nameless = true
  else if (use.names !== 'many') {
    use.names.add(name)
    if (use.names.size > MOST_NAMES) use.names = 'many'
  }
}

function noteWanted(used: Used, request: Call['request'], at: string, one: number): void {
  const what = 'path' in request ? `${request.verb} ${request.path}` : wantedWords(request)
  const known = used.wanted.get(what) ?? { count: 0, last: '' }
  if (used.wanted.size < MOST_WANTED || known.count > 0) used.wanted.set(what, known)
  touch(known, at, one)
}

function wantedWords(request: Exclude<Call['request'], { path: string }>): string {
  const resource = `${request.resource}${request.subresource === undefined ? '' : `/${request.subresource}`}${request.group === '' ? '' : `.${request.group}`}`
  return `${request.verb} ${resource}${request.namespace === undefined ? '' : ` in ${request.namespace}`}`
}

/** `get pods.apps in shop`. */
export function useWords({ verb, resource, group, namespace }: Use): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === '' ? '' : ` in ${namespace}`}`
}

export function pathWords({ verb, path }: PathUse): string {
  return `${verb} ${path}`
}

function touch(counted: { count: number; last: string }, at: string, one: number): void {
  counted.count += one
  if (at > counted.last) counted.last = at
}

/** Why no role is made for a user: the cluster's own components are not the operator's to narrow. */
export function refusalOf(user: string): string | undefined {
  if (user === '') return 'no user is named'
  if (user === 'system:anonymous') return 'everybody who is not signed in'
  return systemSubject({ kind: 'User', name: user })
}

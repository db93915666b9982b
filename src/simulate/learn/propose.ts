import type { PolicyRule } from '#model/objects/access.ts'
import { rulesAllow } from '../rbac.ts'
import { GIVEN_TO_ALL } from './givenToAll.ts'
import type { PathUse, Use, Used } from './uses.ts'

export interface LearnOptions {
  /** So many names are listed in a rule; where more were seen, the right is on all objects. */
  readonly maxNames: number
  /** In more namespaces than this, the right is cluster-wide. */
  readonly maxNamespaces: number
  /** `informer`: what is listed or watched may be got, listed and watched. Nothing else is ever added. */
  readonly verbs: 'strict' | 'informer'
}

/** The rules of one role: `namespace` undefined for a ClusterRole. */
export interface Proposed {
  readonly namespace: string | undefined
  readonly rules: readonly PolicyRule[]
}

/** A right as it will be granted; `names` undefined: on all objects. */
interface Right {
  readonly verb: string
  readonly group: string
  readonly resource: string
  /** `''`: cluster-wide. */
  readonly namespace: string
  readonly names: readonly string[] | undefined
}

/** Objects whose names are made up anew each time: the next one has another name. */
const MADE_UP = new Set(
  'pods events replicasets controllerrevisions endpointslices endpoints jobs certificatesigningrequests persistentvolumes volumeattachments'.split(
    ' ',
  ),
)
/** Rights that are as good as many others: where single objects were named, never widened to all objects or all namespaces. */
const NEVER_WIDENED = new Set(['impersonate', 'bind', 'escalate', 'approve', 'sign', 'attest', 'use'])

function neverWidened(verb: string, resource: string): boolean {
  return NEVER_WIDENED.has(verb) || resource === 'secrets' || resource === 'serviceaccounts/token'
}

/** The least that lets everything happen again which was allowed: a ClusterRole where needed, a Role for each namespace. */
export function propose(used: Used, options: LearnOptions): readonly Proposed[] {
  const rights = uncovered(widened([...used.uses.values()].filter(isOwn), options).flatMap((r) => expanded(r, options)))
  const paths = [...used.paths.values()].filter((p) => !rulesAllow(GIVEN_TO_ALL, p))
  const namespaces = [...new Set(rights.map((r) => r.namespace))].filter((n) => n !== '').toSorted()
  const cluster = [...compact(rights.filter((r) => r.namespace === '')), ...pathRules(paths)]
  return [
    ...(cluster.length === 0 ? [] : [{ namespace: undefined, rules: cluster }]),
    ...namespaces.map((namespace) => ({ namespace, rules: compact(rights.filter((r) => r.namespace === namespace)) })),
  ]
}

/** Not among what everybody who is signed in may do anyway. */
function isOwn({ verb, group, resource }: Use): boolean {
  return !rulesAllow(GIVEN_TO_ALL, { verb, group, resource })
}

/** One right for each use; the same in many namespaces becomes one that holds cluster-wide. */
function widened(uses: readonly Use[], options: LearnOptions): readonly Right[] {
  const alike = Map.groupBy(uses, (u) => JSON.stringify([u.verb, u.group, u.resource]))
  return [...alike.values()].flatMap((same) => {
    const places = same.filter((u) => u.namespace !== '').length
    const [first] = same
    if (first === undefined) return []
    const kept = neverWidened(first.verb, first.resource) && same.every((u) => !u.nameless)
    if (places <= options.maxNamespaces || kept) return same.map((u) => rightOf([u], u.namespace, options))
    return [rightOf(same, '', options)]
  })
}

function rightOf(uses: readonly Use[], namespace: string, options: LearnOptions): Right {
  const [first] = uses as readonly [Use]
  const { verb, group, resource } = first
  const names = new Set(uses.flatMap((u) => (u.names === 'many' ? [] : [...u.names])))
  const open = uses.some((u) => u.nameless || u.names === 'many')
  const [plain = ''] = resource.split('/', 1)
  const listed = neverWidened(verb, resource) || (names.size <= options.maxNames && !MADE_UP.has(plain))
  return { verb, group, resource, namespace, names: open || !listed ? undefined : [...names].toSorted() }
}

function expanded(right: Right, { verbs }: LearnOptions): readonly Right[] {
  const reads = (right.verb === 'list' || right.verb === 'watch') && right.names === undefined
  return verbs === 'informer' && reads ? ['get', 'list', 'watch'].map((verb) => ({ ...right, verb })) : [right]
}

/** Without those that another right gives already: each that is left is needed. */
function uncovered(rights: readonly Right[]): readonly Right[] {
  const at = (r: Right, namespace: string) => JSON.stringify([r.verb, r.group, r.resource, namespace])
  const open = new Set(rights.filter((r) => r.names === undefined).map((r) => at(r, r.namespace)))
  const global = new Map<string, Set<string>>()
  for (const r of rights)
    if (r.namespace === '' && r.names !== undefined) global.set(at(r, ''), new Set([...(global.get(at(r, '')) ?? []), ...r.names]))
  const seen = new Set<string>()
  return rights.flatMap((r) => {
    if (r.namespace !== '' && open.has(at(r, ''))) return []
    if (r.names !== undefined && open.has(at(r, r.namespace))) return []
    const names = r.namespace === '' ? r.names : r.names?.filter((name) => global.get(at(r, ''))?.has(name) !== true)
    const key = `${at(r, r.namespace)} ${names?.join(',') ?? '*'}`
    if (seen.has(key) || names?.length === 0) return []
    seen.add(key)
    return [{ ...r, names }]
  })
}

/** As few rules as say exactly these rights: verbs of the same objects together, then resources of the same verbs. */
function compact(rights: readonly Right[]): readonly PolicyRule[] {
  const byObject = Map.groupBy(rights, (r) => JSON.stringify([r.group, r.names ?? null, r.resource]))
  const objects = [...byObject.values()].map((same) => ({ ...(same[0] as Right), verbs: same.map((r) => r.verb).toSorted() }))
  const byVerbs = Map.groupBy(objects, (o) => JSON.stringify([o.group, o.names ?? null, o.verbs]))
  return [...byVerbs]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, same]) => {
      const { group, names, verbs } = same[0] as (typeof same)[number]
      const resources = same.map((o) => o.resource).toSorted()
      return { verbs: [...verbs], apiGroups: [group], resources, resourceNames: [...(names ?? [])], nonResourceURLs: [] }
    })
}

function pathRules(paths: readonly PathUse[]): readonly PolicyRule[] {
  const byVerb = Map.groupBy(paths, (p) => p.verb)
  return [...byVerb].toSorted().map(([verb, same]) => ({
    verbs: [verb],
    apiGroups: [],
    resources: [],
    resourceNames: [],
    nonResourceURLs: same.map((p) => p.path).toSorted(),
  }))
}

import { groupOf, type Item, KINDS, type Kind, rightToRead } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import type { Collected } from '#model/state.ts'
import { ApiError } from './api-error.ts'
import type { Servers } from './api-servers.ts'
import type { Discovery } from './discovery.ts'
import { gapFor, interrupted } from './gaps.ts'
import { listAll } from './list.ts'
import type { Listed } from './listed.ts'
import { isAllowed, type KnownNamespaces, type MayList } from './namespaces.ts'
import { probeApiServers } from './probe-api-servers.ts'
import { probeEncryption } from './probe-encryption.ts'
import { type OwnCredential, probeAnonymous, probeIdentity } from './probe-identity.ts'
import { probeKubelets } from './probe-kubelets.ts'
import { probeSystemConfigs } from './probe-system-configs.ts'
import { probeTls } from './probe-tls.ts'
import type { Rest } from './rest.ts'

/** What collecting one kind needs; shared by all kinds of one collection. */
export interface Collecting {
  readonly rest: Rest
  readonly discovery: Discovery
  readonly own: OwnCredential
  readonly signal?: AbortSignal
  /** Read once, when first asked for. */
  readonly namespaces: () => Promise<KnownNamespaces>
  readonly mayListIn: (namespace: string) => Promise<MayList>
  /** The API servers and their metrics, read once: a few megabytes each. */
  readonly servers: () => Promise<Servers>
  /** The nodes, listed once. */
  readonly nodes: () => Promise<Listed>
}

type Result = Collected<Item<Kind>>

/** One kind, as far as it can be seen; every failure but an abort becomes a gap. */
export async function collectKind(kind: Kind, with_: Collecting): Promise<Result> {
  const { rest, own, signal } = with_
  if (signal?.aborted === true) throw interrupted(signal.reason)
  try {
    switch (kind) {
      case 'encryption':
        return probeEncryption(await with_.servers())
      case 'apiServers':
        return await probeApiServers(rest, await with_.servers(), signal)
      case 'kubelets':
        return await probeKubelets(rest, with_.nodes, signal)
      case 'tls':
        return await probeTls(rest, signal)
      case 'systemConfigs':
        return await probeSystemConfigs(rest, signal)
      case 'nodeEvidence': // no API shows it: the session adds what was imported
      case 'imageScans': // or handed over
        return { items: [], gaps: [] }
      case 'nodes':
        return await with_.nodes()
      case 'anonymous':
        return await probeAnonymous(rest, signal)
      case 'identity':
        return await probeIdentity(rest, own, signal)
      case 'namespaces':
        return (await with_.namespaces()).collected
      case 'secrets':
        return await collectSecrets(with_)
      default:
        return await collectList(kind, with_)
    }
  } catch (error) {
    return { items: [], gaps: [gapFor(kind, error)] }
  }
}

async function collectList(kind: Kind, with_: Collecting): Promise<Result> {
  const spec = KINDS[kind]
  // Before listing: a restricted user gets 403, not 404, for a resource that is not served at all.
  if ('optional' in spec && !(await isServed(kind, with_))) return { items: [], gaps: [] }
  try {
    const { items, gaps } = await listAll(with_.rest, kind, undefined, with_.signal)
    return { items, gaps }
  } catch (error) {
    const gap = gapFor(kind, error)
    if (error instanceof ApiError && error.code === 404 && 'optional' in spec) return { items: [], gaps: [] }
    if (gap.reason !== 'forbidden' || !spec.namespaced) return { items: [], gaps: [gap] }
    return await collectByNamespace(kind, with_, gap)
  }
}

/** Discovery is open to every authenticated user; where somebody closed it, listing is tried. */
async function isServed(kind: Kind, { discovery, signal }: Collecting): Promise<boolean> {
  try {
    const resources = await discovery.resources(KINDS[kind].apiVersion, signal)
    return resources?.some(({ name }) => name === KINDS[kind].plural) ?? false
  } catch (error) {
    if (error instanceof ApiError) return true
    throw error
  }
}

/** The list of all namespaces was refused (`everywhere` says so): those that may be listed one by one. */
async function collectByNamespace(kind: Kind, with_: Collecting, everywhere: Gap): Promise<Result> {
  const { names } = await with_.namespaces()
  const parts = await inTurns(names, async (namespace) => {
    const mayList = await with_.mayListIn(namespace)
    return mayList(groupOf(kind), KINDS[kind].plural) ? await listIn(kind, namespace, with_) : undefined
  })
  const seen = parts.filter((part) => part !== undefined)
  return {
    items: seen.flatMap(({ items }) => items),
    gaps: [everywhere, ...seen.flatMap(({ gaps }) => gaps)],
    onlyNamespaces: seen.filter(({ whole }) => whole).map(({ namespace }) => namespace),
  }
}

type Part = Listed & { readonly namespace: string; readonly whole: boolean }

/** One namespace; undefined where it may not be listed. A failure is a gap of this namespace. */
async function listIn(kind: Kind, namespace: string, with_: Collecting): Promise<Part | undefined> {
  try {
    const { items, gaps } = await listAll(with_.rest, kind, namespace, with_.signal)
    return { namespace, items, gaps, whole: gaps.length === 0 }
  } catch (error) {
    const gap = gapFor(kind, error, namespace)
    if (gap.reason === 'forbidden') return undefined
    return { namespace, items: [], gaps: [gap], whole: false }
  }
}

/** Secrets are always listed namespace by namespace; whether that is all of them depends on the list of namespaces. */
async function collectSecrets(with_: Collecting): Promise<Result> {
  const { rest, signal } = with_
  const needs = { verb: 'list', group: '', resource: 'secrets' }
  const { names, collected } = await with_.namespaces()
  const refused: Gap = {
    kind: 'secrets',
    reason: 'forbidden',
    detail: 'Secrets may not be listed in all namespaces.',
    needs: rightToRead('secrets') ?? needs,
  }
  if (!(await isAllowed(rest, needs, signal))) return await collectByNamespace('secrets', with_, refused)
  const parts = (await inTurns(names, (namespace) => listIn('secrets', namespace, with_))).filter((part) => part !== undefined)
  const items = parts.flatMap((part) => part.items)
  const gaps = parts.flatMap((part) => part.gaps)
  const unlisted = collected.gaps.filter(({ namespace }) => namespace === undefined)
  if (unlisted.length === 0 && parts.length === names.length) return { items, gaps }
  const why: Gap[] =
    unlisted.length === 0
      ? [refused]
      : unlisted.map((gap) => ({
          ...gap,
          kind: 'secrets',
          detail: `Secrets are listed by namespace, and not all namespaces are known: ${gap.detail}`,
        }))
  return { items, gaps: [...why, ...gaps], onlyNamespaces: parts.filter(({ whole }) => whole).map(({ namespace }) => namespace) }
}

/** Lists of one kind in many namespaces go a few at a time; several kinds run beside each other. */
async function inTurns<T>(names: readonly string[], read: (name: string) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let at = 0; at < names.length; at += 2) results.push(...(await Promise.all(names.slice(at, at + 2).map(read))))
  return results
}

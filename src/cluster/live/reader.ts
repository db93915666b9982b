import type { CollectOptions, Reader } from '#model/access.ts'
import { type Item, KINDS, type Kind } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import type { Collected, State } from '#model/state.ts'
import { NoAnswer } from './api-error.ts'
import { readServers } from './api-servers.ts'
import { readClusterInfo, readVersion } from './cluster-info.ts'
import { type Collecting, collectKind } from './collect-kind.ts'
import { toConnectError } from './connect-error.ts'
import { makeDiscovery } from './discovery.ts'
import { interrupted } from './gaps.ts'
import { listAll } from './list.ts'
import { type MayList, mayListIn, readNamespaces } from './namespaces.ts'
import type { OwnCredential } from './probe-identity.ts'
import { readResources } from './resources.ts'
import type { Rest } from './rest.ts'

/** How many kinds are read at the same time. */
const IN_FLIGHT = 4

/** How long a server that has failed to answer once may take to show that it is there. */
const ALIVE_MS = 5000

export interface LiveReaderSettings {
  readonly rest: Rest
  readonly context: string
  /** The namespace the operator works in (-n, or the context's). */
  readonly namespace?: string
  /** Called at each collection: a plugin may have given another certificate. */
  readonly own: () => Promise<OwnCredential>
}

/** The reading door to a live cluster. */
export function makeReader(settings: LiveReaderSettings): Reader {
  return {
    kind: 'live',
    collect: (kinds, options = {}) => collect(settings, kinds, options),
    resources: (signal) => readResources(settings.rest, signal),
    close: () => settings.rest.close(),
  }
}

async function collect(settings: LiveReaderSettings, kinds: readonly Kind[], options: CollectOptions): Promise<State> {
  const { rest, context } = settings
  const { signal } = options
  try {
    await readVersion(rest, { signal, retries: 0 }) // unreachable or not let in: said at once, not as thirty gaps
    const collecting = await prepare(settings, signal)
    const found = await readKinds(kinds, collecting, options)
    const cluster = await readClusterInfo(rest, { context, server: rest.server }, found, signal)
    return { schemaVersion: 1, takenAt: new Date().toISOString(), source: 'live', cluster, kinds: found }
  } catch (error) {
    if (signal?.aborted === true) throw interrupted(error)
    throw toConnectError(error, rest.server)
  }
}

async function prepare(settings: LiveReaderSettings, signal?: AbortSignal): Promise<Collecting> {
  const { rest, namespace } = settings
  const rules = new Map<string, Promise<MayList>>()
  return {
    rest,
    signal,
    discovery: makeDiscovery(rest), // of this collection: a CRD may have come since the last
    own: await settings.own(),
    namespaces: once(() => readNamespaces(rest, namespace, signal)),
    servers: once(() => readServers(rest, signal)),
    nodes: once(() => listAll(rest, 'nodes', undefined, signal)),
    mayListIn: (name) => {
      const known = rules.get(name) ?? mayListIn(rest, name, signal)
      rules.set(name, known)
      return known
    },
  }
}

/** Asked when first needed, and only then; a failure is every asker's. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask()
    return asked
  }
}

async function readKinds(kinds: readonly Kind[], collecting: Collecting, options: CollectOptions): Promise<State['kinds']> {
  const wanted = [...new Set(kinds)]
  const found = new Map<Kind, Collected<Item<Kind>>>()
  let over: Gap | undefined
  let objects = 0
  const queue = wanted.values()
  const worker = async () => {
    for (const kind of queue) {
      const result = over === undefined ? await collectKind(kind, collecting) : { items: [], gaps: [{ ...over, kind }] }
      found.set(kind, result)
      objects += result.items.length
      options.onProgress?.({ kind, done: found.size, total: wanted.length, objects }) // before any await: each count once
      over ??= await lost(result.gaps, collecting)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  // In the order asked for, not in that of the answers: two collections of the same cluster look the same.
  return Object.fromEntries(wanted.filter((kind) => kind in KINDS).map((kind) => [kind, found.get(kind)])) as State['kinds']
}

/** The gap after which asking for the next kind is only waiting: the credentials, or the server, are gone. */
async function lost(gaps: readonly Gap[], { rest, signal }: Collecting): Promise<Gap | undefined> {
  const unauthorized = gaps.find(({ reason }) => reason === 'unauthorized')
  const silent = gaps.find(({ reason }) => reason === 'timeout' || reason === 'unreachable')
  if (unauthorized !== undefined || silent === undefined) return unauthorized
  try {
    await readVersion(rest, { signal, retries: 0, timeoutMs: ALIVE_MS })
    return undefined
  } catch (error) {
    return error instanceof NoAnswer && error.kind !== 'aborted'
      ? { kind: silent.kind, reason: silent.reason, detail: silent.detail }
      : undefined
  }
}

import { type Item, KINDS } from '#model/kinds.ts'
import { redactArgs } from '#model/objects/redact.ts'
import type { Gap } from '#model/right.ts'
import type { Collected } from '#model/state.ts'
import { METRICS, type Servers } from './api-servers.ts'
import { type Flagz, readFlagz } from './flagz.ts'
import { gapFor } from './gaps.ts'
import type { Sample } from './metrics.ts'
import type { Rest } from './rest.ts'

type ApiServer = Item<'apiServers'>

/**
 * What each API server's metrics tell of admission, audit and authorization (read once for all probes), and the flags of the
 * only one: with several behind one address nobody knows whose /flagz it is.
 */
export async function probeApiServers(rest: Rest, { found, refused }: Servers, signal?: AbortSignal): Promise<Collected<ApiServer>> {
  if (refused !== undefined) return { items: [], gaps: [gapFor('apiServers', refused)] }
  const flagz = found.length === 1 ? await readFlagz(rest, '/flagz', { signal, timeoutMs: 10_000 }) : undefined
  const items = found.map(({ name, samples }) => KINDS.apiServers.schema.parse({ ...toApiServer(name, samples), ...flagsOf(flagz) }))
  const gaps = flagz?.state === 'refused' ? found.map(({ name }) => refusedFlags(name)) : []
  return { items, gaps }
}

/** What the flags would have told stays open, and this is the right that is missing. */
function refusedFlags(name: string): Gap {
  return {
    kind: 'apiServers',
    name,
    reason: 'forbidden',
    detail: 'Its flags may not be read.',
    needs: { verb: 'get', path: '/flagz' },
  }
}

function flagsOf(flagz: Flagz | undefined): Pick<ApiServer, 'flags' | 'flagz'> {
  if (flagz?.state !== 'served') return { flagz: flagz?.state ?? 'not-asked' }
  const words = redactArgs(Object.entries(flagz.flags).map(([name, value]) => `--${name}=${value}`))
  const flags = words.map((word): [string, string] => [word.slice(2, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])
  return { flagz: 'served', flags: Object.fromEntries(flags) }
}

/** The samples of one API server as an ApiServerProbe, without its flags. */
export function toApiServer(name: string, samples: readonly Sample[]): ApiServer {
  const of = (metric: string) => samples.filter((sample) => sample.name === metric)
  const labelled = (metric: string, label: string) =>
    [...new Set(of(metric).flatMap(({ labels, value }) => (value > 0 && labels[label] ? [labels[label]] : [])))].sort()
  const events = of(METRICS.auditEvents)
  return {
    metadata: { name },
    admissionPlugins: labelled(METRICS.admission, 'name'),
    ...(events.length === 0 ? {} : { auditEvents: events.reduce((sum, { value }) => sum + value, 0) }),
    auditLevels: Object.fromEntries(of(METRICS.auditLevels).flatMap(({ labels, value }) => (labels.level ? [[labels.level, value]] : []))),
    authorizers: labelled(METRICS.authorizers, 'type'),
  }
}

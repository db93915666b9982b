import { gapFor, Malformed } from './gaps.ts'
import { parseSample, type Sample } from './metrics.ts'
import type { Rest } from './rest.ts'

/** The series that any probe looks at; of the megabytes of /metrics only these are kept. */
export const METRICS = {
  transformations: 'apiserver_storage_transformation_operations_total',
  reloads: 'apiserver_encryption_config_controller_automatic_reloads_total',
  configInfo: 'apiserver_encryption_config_controller_last_config_info',
  admission: 'apiserver_admission_controller_admission_duration_seconds_count',
  auditEvents: 'apiserver_audit_event_total',
  auditLevels: 'apiserver_audit_level_total',
  authorizers: 'apiserver_authorization_decisions_total',
  started: 'process_start_time_seconds',
} as const
const WANTED = Object.values(METRICS)

/** The most API servers that are looked for behind one address. */
const MOST_SERVERS = 7

/** One API server behind the address: how it is called here, and what its metrics say. */
export interface Server {
  readonly name: string
  readonly samples: readonly Sample[]
}

/** Those that answered, or why none did. */
export type Servers =
  | { readonly found: readonly Server[]; readonly refused?: undefined }
  | { readonly found: readonly []; readonly refused: unknown }

/**
 * The metrics of each API server behind the address. Behind a load balancer each new connection may meet another one (told
 * apart by the start of its process): asked again until two in a row were known. Throws only where the reading was aborted.
 */
export async function readServers(rest: Rest, signal?: AbortSignal): Promise<Servers> {
  const seen = new Map<string, Sample[]>()
  try {
    for (let known = 0, asked = 0; known < (seen.size > 1 ? 2 : 1) && asked < MOST_SERVERS * 2; asked += 1) {
      const samples = await readMetrics(rest, asked === 0 ? 'shared' : 'new', signal)
      const key = String(samples.find(({ name }) => name === METRICS.started)?.value)
      known = seen.has(key) ? known + 1 : 0
      seen.set(key, samples)
    }
  } catch (error) {
    gapFor('encryption', error) // throws on what is no answer of the server: an abort, a defect
    if (seen.size === 0) return { found: [], refused: error }
  }
  const host = new URL(rest.server).host
  const found = [...seen.keys()]
    .sort()
    .map((key, i) => ({ name: seen.size === 1 ? host : `${host}#${i + 1}`, samples: seen.get(key) ?? [] }))
  return { found }
}

async function readMetrics(rest: Rest, over: 'shared' | 'new', signal?: AbortSignal): Promise<Sample[]> {
  const samples: Sample[] = []
  let lines = 0
  for await (const line of rest.lines('/metrics', { over, signal, timeoutMs: 60_000 })) {
    lines += 1
    if (!WANTED.some((name) => line.startsWith(name))) continue
    const sample = parseSample(line)
    if (sample !== undefined) samples.push(sample)
  }
  if (!samples.some(({ name }) => name === METRICS.started || name === METRICS.transformations))
    throw new Malformed(`/metrics answered ${lines} lines without one of an API server's metrics.`)
  return samples
}

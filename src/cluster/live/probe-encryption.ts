import { type Item, KINDS } from '#model/kinds.ts'
import type { Collected } from '#model/state.ts'
import { gapFor, Malformed } from './gaps.ts'
import { parseSample, type Sample } from './metrics.ts'
import type { Rest } from './rest.ts'

type Encryption = Item<'encryption'>
type Transformation = Encryption['transformations'][number]

const TRANSFORMATIONS = 'apiserver_storage_transformation_operations_total'
const RELOADS = 'apiserver_encryption_config_controller_automatic_reloads_total'
const CONFIG_INFO = 'apiserver_encryption_config_controller_last_config_info'
const STARTED = 'process_start_time_seconds'
const WANTED = [TRANSFORMATIONS, RELOADS, CONFIG_INFO, STARTED]

/** The most API servers that are looked for behind one address. */
const MOST_SERVERS = 7

/**
 * What /metrics says about encryption at rest, one item for each API server that answered. Behind a load balancer each new
 * connection may meet another one (told apart by the start of its process): asked again until two in a row were known.
 */
export async function probeEncryption(rest: Rest, signal?: AbortSignal): Promise<Collected<Encryption>> {
  const seen = new Map<string, Sample[]>()
  try {
    for (let known = 0, asked = 0; known < (seen.size > 1 ? 2 : 1) && asked < MOST_SERVERS * 2; asked += 1) {
      const samples = await readMetrics(rest, asked === 0 ? 'shared' : 'new', signal)
      const key = String(samples.find(({ name }) => name === STARTED)?.value)
      known = seen.has(key) ? known + 1 : 0
      seen.set(key, samples)
    }
  } catch (error) {
    if (seen.size === 0) return { items: [], gaps: [gapFor('encryption', error)] }
  }
  const host = new URL(rest.server).host
  const items = [...seen.keys()].sort().map((key, i) => toProbe(seen.size === 1 ? host : `${host}#${i + 1}`, seen.get(key) ?? []))
  return { items: items.map((item) => KINDS.encryption.schema.parse(item)), gaps: [] }
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
  if (!samples.some(({ name }) => name === STARTED || name === TRANSFORMATIONS))
    throw new Malformed(`/metrics answered ${lines} lines without one of an API server's metrics.`)
  return samples
}

/** The samples of one API server as an EncryptionProbe. */
export function toProbe(name: string, samples: readonly Sample[]): Encryption {
  const transformations = samples.flatMap((sample) => toTransformation(sample) ?? [])
  const reloads = samples.filter((sample) => sample.name === RELOADS)
  const count = (status: string) => reloads.filter(({ labels }) => labels.status === status).reduce((sum, { value }) => sum + value, 0)
  const configHash = samples.find((sample) => sample.name === CONFIG_INFO && sample.value !== 0)?.labels.hash
  return {
    metadata: { name },
    transformations,
    ...(configHash === undefined ? {} : { configHash }),
    ...(reloads.length === 0 ? {} : { reloads: { success: count('success'), failure: count('failure') } }),
  }
}

function toTransformation({ name, labels, value }: Sample): Transformation | undefined {
  const { resource, transformation_type: direction, transformer_prefix: prefix = '', status = '' } = labels
  if (name !== TRANSFORMATIONS || (direction !== 'from_storage' && direction !== 'to_storage')) return undefined
  // Plain text is "identity" in the metric and "" in our words. An API server without any EncryptionConfiguration has no such series at all.
  return { ...(resource === undefined ? {} : { resource }), direction, prefix: prefix === 'identity' ? '' : prefix, status, count: value }
}

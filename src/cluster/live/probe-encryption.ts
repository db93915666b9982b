import { type Item, KINDS } from '#model/kinds.ts'
import type { Collected } from '#model/state.ts'
import { METRICS, type Servers } from './api-servers.ts'
import { gapFor } from './gaps.ts'
import type { Sample } from './metrics.ts'

type Encryption = Item<'encryption'>
type Transformation = Encryption['transformations'][number]

/** What /metrics says about encryption at rest, one item for each API server that answered. */
export function probeEncryption({ found, refused }: Servers): Collected<Encryption> {
  if (refused !== undefined) return { items: [], gaps: [gapFor('encryption', refused)] }
  return { items: found.map(({ name, samples }) => KINDS.encryption.schema.parse(toProbe(name, samples))), gaps: [] }
}

/** The samples of one API server as an EncryptionProbe. */
export function toProbe(name: string, samples: readonly Sample[]): Encryption {
  const transformations = samples.flatMap((sample) => toTransformation(sample) ?? [])
  const reloads = samples.filter((sample) => sample.name === METRICS.reloads)
  const count = (status: string) => reloads.filter(({ labels }) => labels.status === status).reduce((sum, { value }) => sum + value, 0)
  const configHash = samples.find((sample) => sample.name === METRICS.configInfo && sample.value !== 0)?.labels.hash
  return {
    metadata: { name },
    transformations,
    ...(configHash === undefined ? {} : { configHash }),
    ...(reloads.length === 0 ? {} : { reloads: { success: count('success'), failure: count('failure') } }),
  }
}

function toTransformation({ name, labels, value }: Sample): Transformation | undefined {
  const { resource, transformation_type: direction, transformer_prefix: prefix = '', status = '' } = labels
  if (name !== METRICS.transformations || (direction !== 'from_storage' && direction !== 'to_storage')) return undefined
  // Plain text is "identity" in the metric and "" in our words. An API server without any EncryptionConfiguration has no such series at all.
  return { ...(resource === undefined ? {} : { resource }), direction, prefix: prefix === 'identity' ? '' : prefix, status, count: value }
}

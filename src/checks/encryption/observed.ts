import type { Item } from '#model/kinds.ts'
import { minorOfVersion } from '#simulate/versions.ts'

type Probe = Item<'encryption'>

/** A provider as the prefix of stored data names it (`k8s:enc:aescbc:v1:`). */
export type Provider = 'identity' | 'aescbc' | 'aesgcm' | 'secretbox' | 'kms-v1' | 'kms-v2' | 'other'

/**
 * The provider of a metric's `transformer_prefix`; undefined for the inner rows, which name a key (`key1:`) and not a
 * provider. Source: apiserver pkg/server/options/encryptionconfig: each provider wraps one transformer for each key.
 */
export function providerOf(prefix: string): Provider | undefined {
  if (prefix === '') return 'identity'
  const [, name = '', version = ''] = /^k8s:enc:(\w+):(v\d+):/.exec(prefix) ?? []
  if (name === '') return undefined
  if (name === 'kms') return version === 'v1' ? 'kms-v1' : 'kms-v2'
  return name === 'aescbc' || name === 'aesgcm' || name === 'secretbox' ? name : 'other'
}

/** What an API server did with Secrets since it started: how often each provider wrote, and how often each read. */
export interface Observed {
  readonly writes: ReadonlyMap<Provider, number>
  readonly reads: ReadonlyMap<Provider, number>
}

/** Only what took; rows without a resource (before Kubernetes 1.29) count for Secrets, which were the reason to encrypt. */
export function observed(probe: Probe): Observed {
  const writes = new Map<Provider, number>()
  const reads = new Map<Provider, number>()
  for (const row of probe.transformations) {
    const provider = providerOf(row.prefix)
    if (provider === undefined || row.count <= 0 || row.status !== 'OK') continue
    if (row.resource !== undefined && row.resource !== '' && row.resource !== 'secrets') continue
    const map = row.direction === 'to_storage' ? writes : reads
    map.set(provider, (map.get(provider) ?? 0) + row.count)
  }
  return { writes, reads }
}

export function isEncrypting(provider: Provider): boolean {
  return provider !== 'identity'
}

/**
 * Does this API server run without any EncryptionConfiguration? It announces the one in use from its start on
 * (`apiserver_encryption_config_controller_last_config_info`) and counts no transformation without one; measured on 1.36, so
 * older servers prove nothing by silence.
 */
export function hasNoConfiguration(probe: Probe, version: string | undefined): boolean {
  return (minorOfVersion(version) ?? 0) >= 36 && probe.configHash === undefined && probe.transformations.length === 0
}

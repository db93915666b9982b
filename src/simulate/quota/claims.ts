import type { Item } from '#model/kinds.ts'
import type { ClaimSpec } from '#model/objects/rollout.ts'
import type { PodSpec } from '#model/objects/workload.ts'

type Claim = Item<'persistentVolumeClaims'>

/** Claims that are alike, and how many. */
export interface Claims {
  readonly claim: Claim
  readonly count: number
}

/** The claims of a StatefulSet's pods that are not there. */
export function claimsOfSet(set: Item<'statefulSets'>, replicas: number, there: readonly Claim[]): readonly Claims[] {
  const names = there.map((claim) => claim.metadata.name)
  return set.spec.volumeClaimTemplates.map(({ metadata, spec }) => {
    const prefix = `${metadata.name}-${set.metadata.name}-`
    const own = names.filter((name) => name.startsWith(prefix) && isOrdinal(name.slice(prefix.length), replicas))
    return { claim: claimOf(`${prefix}0`, spec), count: Math.max(0, replicas - own.length) }
  })
}

function isOrdinal(text: string, below: number): boolean {
  return /^(0|[1-9]\d{0,8})$/.test(text) && Number(text) < below
}

/** The claims that each pod brings along; they go with it. */
export function claimsOfPod(spec: PodSpec): readonly Claim[] {
  return spec.volumes.flatMap(({ name, ephemeral }) => {
    const template = ephemeral?.volumeClaimTemplate
    return template === undefined ? [] : [claimOf(name, template.spec)]
  })
}

function claimOf(name: string, spec: ClaimSpec): Claim {
  const metadata = {
    name,
    labels: {},
    annotations: {},
    ownerReferences: [],
    managers: [],
    creationTimestamp: undefined,
    deletionTimestamp: undefined,
  }
  return { metadata, spec: { ...spec, resources: spec?.resources ?? { requests: {} } }, status: {} }
}

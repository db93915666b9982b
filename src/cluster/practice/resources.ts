import { HardenError } from '#model/errors.ts'
import { ALL_KINDS, KINDS } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'

export interface Resource {
  readonly plural: string
  readonly namespaced: boolean
}

/** Kinds that are no part of the state but that a cluster serves and somebody may write. */
const MORE: Readonly<Record<string, Resource>> = {
  'v1 LimitRange': { plural: 'limitranges', namespaced: true },
  'v1 ResourceQuota': { plural: 'resourcequotas', namespaced: true },
}

/** What the practice cluster serves: no CRDs, as on a new cluster. Throws HardenError `not-found` for others. */
export function resourceOf(apiVersion: string, kind: string): Resource {
  const known = ALL_KINDS.map((k) => KINDS[k]).find((k) => k.apiVersion === apiVersion && k.kind === kind)
  if (known !== undefined && known.by !== 'probe' && !('optional' in known)) return { plural: known.plural, namespaced: known.namespaced }
  const more = MORE[`${apiVersion} ${kind}`]
  if (more !== undefined) return more
  throw new HardenError(
    'not-found',
    `The practice cluster does not serve ${apiVersion} ${kind}.`,
    'It has no CRDs. Choose a way that does not need this kind, or use a real cluster.',
  )
}

export function groupOfVersion(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

/** `roles.rbac.authorization.k8s.io "reader"`, as the API server names an object in its errors. */
export function serverLabel(ref: ObjectRef): string {
  const group = groupOfVersion(ref.apiVersion)
  return `${resourceOf(ref.apiVersion, ref.kind).plural}${group === '' ? '' : `.${group}`} "${ref.name}"`
}

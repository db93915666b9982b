import type { Finding } from '#model/check.ts'
import { KNOWN_NEEDS, type KnownNeed, type Need } from '#model/knownNeeds/index.ts'

export interface Known {
  readonly component: KnownNeed
  readonly need: Need
}

/** The known need of a system component that a failing finding is; undefined where any part of it is not known. */
export function knownNeedOf(check: string, { object, traits }: Finding, known: readonly KnownNeed[] = KNOWN_NEEDS): Known | undefined {
  if (traits === undefined || traits.images.length === 0) return undefined
  for (const component of known) {
    if (component.kind !== object.kind || !component.namespaces.includes(object.namespace ?? '')) continue
    if (!component.name.test(object.name) || !traits.images.every((image) => isOneOf(image, component.images))) continue
    const need = component.needs.find((n) => n.checks.includes(check) && traits.saw.every((saw) => n.only?.includes(saw) ?? true))
    if (need !== undefined) return { component, need }
  }
  return undefined
}

/** `registry:5000/mirror/calico/node:v3@sha256:…` is `calico/node` of somebody. */
function isOneOf(image: string, ends: readonly string[]): boolean {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  return ends.some((end) => repository === end || repository.endsWith(`/${end}`))
}

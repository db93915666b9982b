import type { Impact } from '#model/change.ts'
import type { HardenError } from '#model/errors.ts'
import { type KubeObject, type ObjectRef, refKey, refLabel } from '#model/refs.ts'

/** What the same plan makes earlier and a dry run cannot see: the namespace (404), or the role of a binding (403, 404). */
export function waitsFor(object: KubeObject, made: readonly KubeObject[], problem: HardenError): KubeObject | undefined {
  const home = object.metadata.namespace
  const namespace = made.find((m) => m.kind === 'Namespace' && m.metadata.name === home)
  if (namespace !== undefined && problem.code === 'not-found') return namespace
  const roleRef = object.roleRef as { kind?: string; name?: string } | undefined
  const isRole = ({ kind, metadata }: KubeObject) =>
    kind === roleRef?.kind && metadata.name === roleRef.name && (kind !== 'Role' || metadata.namespace === home)
  return problem.code === 'not-found' || problem.code === 'forbidden' ? made.find(isRole) : undefined
}

/** One line for each thing that objects of the plan wait for; `waiting` holds it once for each of these objects. */
export function waitingImpacts(waiting: readonly ObjectRef[]): Impact[] {
  return [...Map.groupBy(waiting, refKey).values()].flatMap((same): Impact[] => {
    const [ref] = same
    if (ref === undefined) return []
    const params = { count: same.length, what: ref.kind === 'Namespace' ? ref.name : refLabel(ref) }
    return [{ level: 'info', text: { en: sentence(same.length === 1, ref.kind === 'Namespace') }, params }]
  })
}

function sentence(one: boolean, inNamespace: boolean): string {
  const who = one ? '{count} object' : '{count} objects'
  const does = inNamespace ? (one ? 'is in namespace' : 'are in namespace') : one ? 'binds' : 'bind'
  return `${who} ${does} {what}, which this plan creates: the server can check ${one ? 'it' : 'them'} only then.`
}

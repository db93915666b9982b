import type { Impact } from '#model/change.ts'
import type { HardenError } from '#model/errors.ts'
import { type KubeObject, type ObjectRef, refKey, refLabel } from '#model/refs.ts'

/** What the same plan makes earlier and a dry run cannot see: the namespace (404), or the role of a binding (403, 404). */
export function waitsFor(object: KubeObject, made: readonly KubeObject[], problem: HardenError): KubeObject | undefined {
  const namespace = made.find((m) => m.kind === 'Namespace' && m.metadata.name === object.metadata.namespace)
  if (namespace !== undefined && problem.code === 'not-found') return namespace
  const roleRef = object.roleRef as { kind?: string; name?: string } | undefined
  const role = made.find((m) => m.kind === roleRef?.kind && m.metadata.name === roleRef.name)
  return role !== undefined && (problem.code === 'not-found' || problem.code === 'forbidden') ? role : undefined
}

/** One line for each thing that objects of the plan wait for, however many they are; `waiting` holds it once for each object. */
export function waitingImpacts(waiting: readonly ObjectRef[]): Impact[] {
  return [...Map.groupBy(waiting, refKey).values()].flatMap((same): Impact[] => {
    const [ref] = same
    if (ref === undefined) return []
    const count = same.length
    const verb = `{count} ${count === 1 ? 'object' : 'objects'} ${ref.kind === 'Namespace' ? (count === 1 ? 'is' : 'are') + ' in namespace' : count === 1 ? 'binds' : 'bind'}`
    const then = `which this plan creates: the server can check ${count === 1 ? 'it' : 'them'} only then.`
    return [
      {
        level: 'info',
        text: { en: `${verb} {what}, ${then}` },
        params: { count, what: ref.kind === 'Namespace' ? ref.name : refLabel(ref) },
      },
    ]
  })
}

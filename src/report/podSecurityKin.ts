import type { ObjectViolation } from '#model/podSecurity.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { safe } from '#model/text.ts'

/** An object and those that violate the very same, because it or the same owner made them. */
export interface Kin {
  readonly head: ObjectRef
  readonly owner?: ObjectRef
  readonly mirror: boolean
  readonly violations: readonly ObjectViolation[]
  /** How many more like it, by kind. */
  readonly others: ReadonlyMap<string, number>
}

/** A Deployment and its three pods are one thing to cure: objects of one owner with the same violations become one. */
export function kinOf(violations: readonly ObjectViolation[]): readonly Kin[] {
  const objects = Map.groupBy(violations, (v) => refKey(v.object))
  const kin = new Map<string, Kin>()
  for (const own of objects.values()) {
    const [first] = own
    if (first === undefined) continue
    const { object, owner, mirror } = first
    const key = `${refKey(owner ?? object)}|${own.map(signature).join('|')}`
    const known = kin.get(key)
    if (known === undefined)
      kin.set(key, { head: object, ...(owner === undefined ? {} : { owner }), mirror: mirror === true, violations: own, others: new Map() })
    else kin.set(key, { ...known, others: new Map([...known.others, [object.kind, (known.others.get(object.kind) ?? 0) + 1]]) })
  }
  return [...kin.values()]
}

/** What is violated where, seen from the pod. */
function signature({ check, fields }: ObjectViolation): string {
  return `${check}:${fields.map((f) => f.replace(/^(spec\.)?(jobTemplate\.spec\.)?template\./, '')).join(',')}`
}

/** `Deployment web, and 3 pods of it`. */
export function headWords({ head, owner, mirror, others }: Kin): string {
  const of = owner === undefined ? '' : ` of ${safe(owner.kind)} ${safe(owner.name)}`
  const more = [...others].map(([kind, n]) => `${n} ${kind === head.kind ? 'more like it' : `${kind}${n === 1 ? '' : 's'} of it`}`)
  return `${safe(head.kind)} ${safe(head.name)}${mirror ? ' (static)' : of}${more.length === 0 ? '' : `, and ${more.join(', ')}`}`
}

const FOR_AGENTS: ReadonlySet<string> = new Set(['hostNamespaces', 'hostPathVolumes', 'privileged', 'hostPorts'])

export type KinNote = string

/** What a reader of these violations must know before curing them. */
export function kinNotes(violations: readonly ObjectViolation[]): readonly KinNote[] {
  const has = (test: (v: ObjectViolation) => boolean) => violations.some(test)
  return [
    ...(has((v) => FOR_AGENTS.has(v.check))
      ? [
          'A cure is what admission asks for. What works on nodes (networking, storage, log agents) needs what it has: leave it in a namespace of its own, at privileged.',
        ]
      : []),
    ...(has((v) => v.check === 'runAsNonRoot' || v.check === 'runAsUser')
      ? ['runAsNonRoot needs an image whose user is a number other than 0, or a runAsUser: the API does not show which user an image has.']
      : []),
    ...(has((v) => v.object.kind === 'Pod' || v.object.kind === 'Job')
      ? ['Pods and Jobs that exist are not changed and run on: their cure belongs into what makes them, or into a new one.']
      : []),
    ...(has((v) => v.mirror === true)
      ? ['A static pod is changed in its file on the node; under this level it would run on, but the API would no longer show it.']
      : []),
  ]
}

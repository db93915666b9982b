import type { AuditEvent } from '#model/audit.ts'
import type { KubeObject } from '#model/refs.ts'
import { grantsFromObjects } from '#simulate/learn/objects.ts'
import { replaying } from '#simulate/learn/replay.ts'

/** For each rule of these roles: how many of the calls are denied without it. */
export function withoutEachRule(user: string, objects: readonly KubeObject[], events: readonly AuditEvent[]) {
  return objects.flatMap((object, at) => {
    const { rules } = object as unknown as { rules?: readonly object[] }
    return (rules ?? []).map((rule, i) => {
      const fewer = objects.map((o, j) => (j === at ? ({ ...o, rules: rules?.filter((_, k) => k !== i) } as unknown as KubeObject) : o))
      const { replayed, add } = replaying(user, grantsFromObjects(fewer))
      for (const event of events) add(event)
      return { rule, denied: replayed.denied }
    })
  })
}

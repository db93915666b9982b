import type { Offence } from '../control.ts'
import { removal, setting } from '../path.ts'
import type { Placed } from '../pod.ts'

/** The added capabilities that are not allowed; the cure leaves the others. */
export function addedOffences({ container, at }: Placed, allowed: (name: string) => boolean): readonly Offence[] {
  const add = container.securityContext.capabilities?.add ?? []
  if (add.every(allowed)) return []
  const path = [...at, 'securityContext', 'capabilities', 'add']
  const left = add.filter(allowed)
  const cure = left.length === 0 ? removal(path) : setting(path, left)
  // The list is one value: the first offence cures all of them.
  const bad = add.flatMap((name, index) => (allowed(name) ? [] : [{ index, key: 'name', value: name }]))
  return bad.map((step, i) => ({ field: [...path, step], cure: i === 0 ? [cure] : [] }))
}

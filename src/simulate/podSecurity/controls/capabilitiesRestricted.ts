import { type Control, found, type Offence } from '../control.ts'
import { setting } from '../path.ts'
import type { Placed, Pod } from '../pod.ts'
import { addedOffences } from './capabilities.ts'

const replaces = ['capabilities_baseline']

function find({ containers }: Pod) {
  return found(
    'unrestricted capabilities',
    containers.flatMap((placed) => [...notDropped(placed), ...addedOffences(placed, (name) => name === 'NET_BIND_SERVICE')]),
  )
}

function notDropped({ container, at }: Placed): readonly Offence[] {
  const drop = container.securityContext.capabilities?.drop ?? []
  if (drop.includes('ALL')) return []
  const field = [...at, 'securityContext', 'capabilities', 'drop']
  return [{ field, cure: [setting(field, [...drop, 'ALL'])] }]
}

/** Every container drops ALL by that name, and adds NET_BIND_SERVICE at most. */
export const capabilitiesRestricted: Control = {
  id: 'capabilities_restricted',
  level: 'restricted',
  variants: [
    { from: 22, find, replaces },
    { from: 25, find: (pod) => (pod.windows ? undefined : find(pod)), replaces },
  ],
}

import type { Control, Found } from '../control.ts'
import { type Path, setting } from '../path.ts'
import type { Pod } from '../pod.ts'
import { isConfined } from './seccomp.ts'

const replaces = ['seccompProfile_baseline']

/** Seccomp is switched on, for the pod or for every container. */
export const seccompProfileRestricted: Control = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  variants: [
    { from: 19, find, replaces },
    { from: 25, find: (pod) => (pod.windows ? undefined : find(pod)), replaces },
  ],
}

function find({ spec, containers }: Pod): Found | undefined {
  const own: Path = ['spec', 'securityContext', 'seccompProfile']
  const ofPod = spec.securityContext.seccompProfile?.type
  const podBad = ofPod !== undefined && !isConfined(ofPod)
  const podGood = ofPod !== undefined && !podBad
  const at = (path: Path): Path => [...path, 'securityContext', 'seccompProfile']
  const typeOf = (c: (typeof containers)[number]) => c.container.securityContext.seccompProfile?.type
  const wrong = containers.filter((c) => !isConfined(typeOf(c) ?? 'RuntimeDefault')).map((c) => at(c.at))
  const missing = podGood ? [] : containers.filter((c) => typeOf(c) === undefined).map((c) => at(c.at))
  const bad = [...(podBad ? [own] : []), ...wrong]
  if (bad.length === 0 && missing.length === 0) return undefined
  // The plugin names what is missing only where nothing is wrong.
  const named = bad.length > 0 ? bad : [own, ...missing]
  const cure = [...(podBad || missing.length > 0 ? [own] : []), ...wrong].map((path) => setting(path, { type: 'RuntimeDefault' }))
  return { reason: 'seccompProfile', fields: named.map((path) => [...path, 'type']), cure }
}

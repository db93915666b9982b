import type { Control, Found } from '../control.ts'
import { type Path, setting } from '../path.ts'
import type { Pod } from '../pod.ts'

/** Not root, said for the pod or for every container; users of its own excuse a pod, from v1.35 on. */
export const runAsNonRoot: Control = {
  id: 'runAsNonRoot',
  level: 'restricted',
  variants: [
    { from: 0, find },
    { from: 35, find: (pod) => (pod.ownUsers ? undefined : find(pod)) },
  ],
}

function find({ spec, containers }: Pod): Found | undefined {
  const own: Path = ['spec', 'securityContext', 'runAsNonRoot']
  const ofPod = spec.securityContext.runAsNonRoot
  const where = (wanted: boolean | undefined) =>
    containers
      .filter(({ container }) => container.securityContext.runAsNonRoot === wanted)
      .map(({ at }): Path => [...at, 'securityContext', 'runAsNonRoot'])
  const wrong = where(false)
  const missing = ofPod === true ? [] : where(undefined)
  const bad = [...(ofPod === false ? [own] : []), ...wrong]
  if (bad.length === 0 && missing.length === 0) return undefined
  // The plugin names what is missing only where nothing is wrong.
  const fields = bad.length > 0 ? bad : [own, ...missing]
  const cure = [...(ofPod === false || missing.length > 0 ? [own] : []), ...wrong].map((path) => setting(path, true))
  return { reason: 'runAsNonRoot != true', fields, cure }
}

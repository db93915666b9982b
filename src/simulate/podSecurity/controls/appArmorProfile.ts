import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'
import type { Pod } from '../pod.ts'

const PREFIX = 'container.apparmor.security.beta.kubernetes.io/'
const TYPES: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost'])

/** The runtime's AppArmor profile is not switched off. */
export const appArmorProfile: Control = { id: 'appArmorProfile', level: 'baseline', variants: [{ from: 0, find }] }

function find(pod: Pod) {
  const fields = pod.contexts.flatMap(({ context: { appArmorProfile }, at }) =>
    appArmorProfile === undefined || TYPES.has(appArmorProfile.type)
      ? []
      : [{ at: [...at, 'appArmorProfile'], type: appArmorProfile.type }],
  )
  const annotations = Object.entries(pod.annotations).filter(([key, value]) => key.startsWith(PREFIX) && !isAllowed(value))
  const types = new Set([...fields.map((f) => f.type), ...copied(pod, annotations)])
  // One value or several: the plugin's own words.
  const reason = types.size + annotations.length === 1 ? 'forbidden AppArmor profile' : 'forbidden AppArmor profiles'
  return found(reason, [
    ...fields.map(({ at }) => ({ field: [...at, 'type'], cure: [removal(at)] })),
    ...annotations.map(([key]) => {
      const field = ['metadata', 'annotations', key]
      return { field, cure: [removal(field)] }
    }),
  ])
}

function isAllowed(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/')
}

/** The server copies the annotation of a container without a profile into its field before admission sees the pod. */
function copied(pod: Pod, annotations: readonly (readonly [string, string])[]): readonly string[] {
  if (pod.windows) return []
  const unconfined = annotations.filter(([, value]) => value === 'unconfined').map(([key]) => key.slice(PREFIX.length))
  const bare = pod.containers.filter(({ container }) => container.securityContext.appArmorProfile === undefined)
  return bare.some(({ container }) => unconfined.includes(container.name)) ? ['Unconfined'] : []
}

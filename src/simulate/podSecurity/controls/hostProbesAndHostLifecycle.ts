import { type Control, found, type Offence } from '../control.ts'
import { type Path, removal } from '../path.ts'
import type { Placed } from '../pod.ts'

/** Probes and hooks ask the pod itself: the kubelet can be made to ask others in its place. */
export const hostProbesAndHostLifecycle: Control = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  variants: [{ from: 34, find: ({ containers }) => found('probe or lifecycle host', containers.flatMap(offencesOf)) }],
}

function offencesOf({ container, at }: Placed): readonly Offence[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container
  return [
    ...hosts(livenessProbe, at, 'livenessProbe'),
    ...hosts(readinessProbe, at, 'readinessProbe'),
    ...hosts(startupProbe, at, 'startupProbe'),
    ...hosts(lifecycle?.postStart, at, 'lifecycle', 'postStart'),
    ...hosts(lifecycle?.preStop, at, 'lifecycle', 'preStop'),
  ]
}

type Handler = Pick<NonNullable<Placed['container']['livenessProbe']>, 'httpGet' | 'tcpSocket'>
const NONE: readonly Offence[] = []

function hosts(handler: Handler | undefined, at: Path, ...names: readonly string[]): readonly Offence[] {
  if (handler === undefined) return NONE
  return (['httpGet', 'tcpSocket'] as const)
    .filter((way) => (handler[way]?.host ?? '') !== '')
    .map((way) => {
      const field = [...at, ...names, way, 'host']
      return { field, cure: [removal(field)] }
    })
}

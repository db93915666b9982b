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
    ...hosts(livenessProbe, [...at, 'livenessProbe']),
    ...hosts(readinessProbe, [...at, 'readinessProbe']),
    ...hosts(startupProbe, [...at, 'startupProbe']),
    ...hosts(lifecycle?.postStart, [...at, 'lifecycle', 'postStart']),
    ...hosts(lifecycle?.preStop, [...at, 'lifecycle', 'preStop']),
  ]
}

type Handler = Placed['container']['livenessProbe']

function hosts(handler: Pick<NonNullable<Handler>, 'httpGet' | 'tcpSocket'> | undefined, at: Path): readonly Offence[] {
  return (['httpGet', 'tcpSocket'] as const).flatMap((way) => {
    const field = [...at, way, 'host']
    return (handler?.[way]?.host ?? '') === '' ? [] : [{ field, cure: [removal(field)] }]
  })
}

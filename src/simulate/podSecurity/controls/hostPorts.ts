import { type Control, found, type Offence } from '../control.ts'
import { type PodEdit, removal, setting } from '../path.ts'
import type { Placed, Pod } from '../pod.ts'

/** No port of the node is taken. */
export const hostPorts: Control = {
  id: 'hostPorts',
  level: 'baseline',
  variants: [{ from: 0, find }],
}

function find({ containers, spec }: Pod) {
  // On the node's network the server fills in the container's port as the node's.
  const onHost = spec.hostNetwork === true
  const offences = containers.flatMap((placed) => offencesOf(placed, onHost && placed.at[1] !== 'ephemeralContainers'))
  const first = offences[0]
  if (!onHost || first === undefined) return found('hostPort', offences)
  const cured = { field: first.field, cure: [removal(['spec', 'hostNetwork']), ...first.cure] }
  return found('hostPort', [cured, ...offences.slice(1)])
}

type Port = Placed['container']['ports'][number]

function offencesOf({ container: { ports }, at }: Placed, onHost: boolean): readonly Offence[] {
  if (ports.length === 0) return []
  const list = [...at, 'ports']
  const said = ports.map((port) => (port.hostPort ?? 0) !== 0)
  const bad = ports.map((port, i) => said[i] === true || (onHost && port.containerPort !== 0))
  const key = keyOf(ports)
  const whole: PodEdit | undefined = key === undefined && said.includes(true) ? setting(list, ports.map(withoutHost)) : undefined
  return ports.flatMap((port, index) => {
    if (bad[index] !== true) return []
    const field = [...list, { index, key: key ?? 'containerPort', value: String(port[key ?? 'containerPort']) }, 'hostPort']
    if (whole === undefined) return [{ field, cure: said[index] === true ? [removal(field)] : [] }]
    return [{ field, cure: bad.indexOf(true) === index ? [whole] : [] }]
  })
}

/** What tells these ports apart: DNS has one number for UDP and TCP. */
function keyOf(ports: readonly Port[]): 'containerPort' | 'name' | undefined {
  return (['containerPort', 'name'] as const).find(
    (key) => ports.every((p) => p[key] !== undefined) && new Set(ports.map((p) => p[key])).size === ports.length,
  )
}

function withoutHost({ name, containerPort, protocol }: Port) {
  return { ...(name === undefined ? {} : { name }), containerPort, ...(protocol === undefined ? {} : { protocol }) }
}

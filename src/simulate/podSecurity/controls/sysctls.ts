import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'
import type { Pod } from '../pod.ts'

const V0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
]
const V27 = [...V0, 'net.ipv4.ip_local_reserved_ports']
const V29 = [
  ...V27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]
const V32 = [...V29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']
const V37 = [...V32, 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat']

/** Only kernel parameters that belong to the pod alone. */
export const sysctls: Control = {
  id: 'sysctls',
  level: 'baseline',
  variants: [
    { from: 0, find: allowing(V0) },
    { from: 27, find: allowing(V27) },
    { from: 29, find: allowing(V29) },
    { from: 32, find: allowing(V32) },
    { from: 37, find: allowing(V37) },
  ],
}

function allowing(names: readonly string[]) {
  const allowed = new Set(names)
  return ({ spec }: Pod) =>
    found(
      'forbidden sysctls',
      (spec.securityContext.sysctls ?? []).flatMap(({ name }, index) => {
        const item = ['spec', 'securityContext', 'sysctls', { index, key: 'name', value: name }]
        return allowed.has(name) ? [] : [{ field: [...item, 'name'], cure: [removal(item)] }]
      }),
    )
}

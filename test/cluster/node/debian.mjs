// Tools of the node that come from Debian's packages; installed when they are missing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A file that each package brings, by which it is known to be there. */
const PACKAGES = {
  runc: '/usr/sbin/runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  ipset: '/usr/sbin/ipset',
  iptables: '/usr/sbin/iptables',
  conntrack: '/usr/sbin/conntrack',
  iproute2: '/sbin/ip',
  'busybox-static': '/usr/bin/busybox',
  dash: '/bin/dash',
}

export const BUSYBOX = PACKAGES['busybox-static']
export const CNI_PLUGINS = '/usr/lib/cni'

/** Installs what is missing; throws with what to do where that is not possible. */
export async function ensurePackages(say) {
  const missing = Object.keys(PACKAGES).filter((name) => !existsSync(PACKAGES[name]))
  if (missing.length === 0) return
  say(`installing ${missing.join(', ')} (Debian packages)`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (args) => spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' })
  run(['update'])
  const { status, stderr } = run(['install', '-y', '--no-install-recommends', ...missing])
  if (status === 0 && missing.every((name) => existsSync(PACKAGES[name]))) return
  throw new Error(
    `The node needs ${missing.join(', ')}, and they could not be installed: ${(stderr ?? '').trim().split('\n').at(-1) ?? 'no apt-get'}\n` +
      'On Debian or Ubuntu install them with apt-get; elsewhere use kind (https://kind.sigs.k8s.io) for a cluster to try things on.',
  )
}

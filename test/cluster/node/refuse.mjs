// Where a node cannot be made, and what to do there instead.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

const KIND = 'Use kind (https://kind.sigs.k8s.io) for a cluster to try things on.'

/** Why no node can be made on this machine; undefined where one can. */
export function whyNotHere() {
  if (process.platform !== 'linux') return `A node needs Linux. ${KIND}`
  if (process.arch !== 'x64') return `The node is only made for x86-64 so far. ${KIND}`
  if (process.getuid?.() !== 0) return `A node needs root: it makes namespaces, mounts and cgroups. Run it with sudo, or: ${KIND}`
  if (readdirSync('/sys/fs/cgroup').length === 0) return `There are no cgroups here. ${KIND}`
  if (hasKubelet()) return `A kubelet is installed on this machine, and its files must not be mixed with ours. ${KIND}`
  return undefined
}

export function refuseHere() {
  const why = whyNotHere()
  if (why !== undefined) throw new Error(why)
}

/** A kubelet of the machine's own: its configuration, or its process. One in another PID namespace is somebody's node in a box. */
function hasKubelet() {
  if (existsSync('/var/lib/kubelet/config.yaml') || existsSync('/etc/kubernetes/kubelet.conf')) return true
  const own = readlinkSync('/proc/self/ns/pid')
  return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && of(pid, 'comm') === 'kubelet' && namespaceOf(pid) === own)
}

function of(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').trim()
  } catch {
    return undefined
  }
}

function namespaceOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/** What a cluster could leave behind on this machine. Clusters of other names may come and go meanwhile. */
export interface Traces {
  readonly mounts: readonly string[]
  readonly links: readonly string[]
  readonly cgroups: readonly string[]
  readonly firewall: string
  readonly folders: readonly string[]
  /** What a kubelet sets in the kernel. */
  readonly settings: readonly string[]
  /** Processes that belong to the cluster: by cgroup, or by a namespace that was seen to be the cluster's. */
  readonly processes: readonly string[]
}

/** Where Kubernetes, containerd and CNI would write if the node's own folders did not lie over the machine's. */
const FOLDERS =
  '/etc/kubernetes /etc/cni /opt/cni /var/lib/kubelet /var/lib/etcd /var/lib/containerd /var/log/pods /run/containerd /run/netns'
const SETTINGS = 'vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes'
/** Clock ticks a second, in which /proc counts; the same on every Linux that Node.js runs on. */
const TICKS = 100
const NAMESPACES = ['pid', 'net', 'mnt', 'uts', 'ipc'] as const

/** The namespaces of a cluster while it runs. */
export interface Home {
  readonly namespaces: ReadonlySet<string>
  /** Seconds since this machine started. The kernel gives numbers of namespaces again: a process that came later is another's. */
  readonly seenAt: number
}

/** The namespaces of a process, as the kernel names them now. */
export function homeOf(pid: number | undefined): Home {
  const namespaces = new Set(pid === undefined ? [] : NAMESPACES.flatMap((kind) => readLink(`/proc/${pid}/ns/${kind}`) ?? []))
  return { namespaces, seenAt: Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) }
}

/** @param home that of the cluster, taken just before it went down */
export function tracesOf(name: string, folder: string, home: Home = homeOf(undefined)): Traces {
  const cgroup = `kubeharden/${name}`
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ').slice(3, 6).join(' ')),
    links: execFileSync('ip', ['-brief', 'link'], { encoding: 'utf8' })
      .split('\n')
      .flatMap((line) => /^(\S+?)(@\S+)? /.exec(line)?.[1] ?? [])
      .filter((link) => !link.startsWith('kh-') || link === `kh-${name}`),
    cgroups: readdirSync('/sys/fs/cgroup').filter((hierarchy) => existsSync(path.join('/sys/fs/cgroup', hierarchy, cgroup))),
    firewall: execFileSync('iptables-save', { encoding: 'utf8' }).replaceAll(/^#.*$|\[\d+:\d+\]/gm, ''),
    folders: [...FOLDERS.split(' '), folder].filter((one) => existsSync(one)),
    settings: SETTINGS.split(' ').map((name) => `${name} ${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`),
    processes: readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && belongs(pid, cgroup, home)),
  }
}

function belongs(pid: string, cgroup: string, { namespaces, seenAt }: Home): boolean {
  try {
    if (readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`:/${cgroup}/`)) return true
    const ticks = Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19],
    )
    return ticks / TICKS <= seenAt && NAMESPACES.some((kind) => namespaces.has(readLink(`/proc/${pid}/ns/${kind}`) ?? ''))
  } catch {
    return false // it has ended
  }
}

function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file)
  } catch {
    return undefined
  }
}

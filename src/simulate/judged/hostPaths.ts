import type { Path } from '../podSecurity/path.ts'
import type { Pod } from '../podSecurity/pod.ts'
import type { Spot } from './spots.ts'

/** A folder or file of the node that a pod mounts. */
export interface HostPath {
  /** Without `.`, `..`, doubled and trailing slashes. */
  readonly path: string
  readonly volume: string
  readonly field: Path
}

export function hostPathsOf({ spec }: Pod): readonly HostPath[] {
  return spec.volumes.flatMap(({ name, hostPath }, index) =>
    hostPath === undefined
      ? []
      : [
          {
            path: normal(hostPath.path),
            volume: name,
            field: ['spec', 'volumes', { index, key: 'name', value: name }, 'hostPath', 'path'],
          },
        ],
  )
}

/** The path that a kernel would go, symlinks aside. */
export function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** The same or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}

const SOCKETS = [
  '/run/docker.sock',
  '/run/docker/containerd/containerd.sock',
  '/run/containerd/containerd.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/cri-dockerd.sock',
  '/run/dockershim.sock',
  '/run/podman/podman.sock',
  '/run/dockershim/dockershim.sock',
]
const SOCKET_NAME = /\/(docker|containerd|crio|cri-dockerd|dockershim|podman)\.sock$/

/** Gives it a socket of the container runtime, itself or by a folder that holds one? The root of the node is a matter of its own. */
export function holdsRuntimeSocket(path: string): boolean {
  const real = path.replace(/^\/var\/run(?=\/|$)/, '/run')
  return real !== '/' && (SOCKET_NAME.test(real) || SOCKETS.some((socket) => isWithin(socket, real)))
}

/** Who can read these has credentials of the node or of other pods; who can write them is root there. */
const SENSITIVE = [
  '/etc',
  '/root',
  '/home',
  '/proc',
  '/sys',
  '/boot',
  '/dev/mem',
  '/dev/kmem',
  '/dev/kmsg',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib/systemd',
  '/bin',
  '/sbin',
  '/var/lib/kubelet',
  '/var/lib/etcd',
  '/var/lib/rancher',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/spool/cron',
]
/** The same on every machine, and no secret. */
const HARMLESS = [
  '/etc/localtime',
  '/etc/timezone',
  '/etc/os-release',
  '/etc/machine-id',
  '/etc/ssl/certs',
  '/etc/ca-certificates',
  '/etc/pki/ca-trust',
  '/etc/pki/tls/certs',
]

/** A part of the node that gives it away, or a folder that holds one. */
export function isSensitive(path: string): boolean {
  if (HARMLESS.some((harmless) => isWithin(path, harmless))) return false
  return SENSITIVE.some((folder) => isWithin(path, folder) || isWithin(folder, path))
}

/** A spot for each path of the node that a question says yes to. */
export function hostPathSpots(pod: Pod, asked: (path: string) => boolean): readonly Spot[] {
  return hostPathsOf(pod).flatMap(({ path, field }) => (asked(path) ? [{ path: field, saw: path }] : []))
}

/** A spot for each container and path of the node that it may write. */
export function writableHostPaths(pod: Pod): readonly Spot[] {
  const paths = new Map(hostPathsOf(pod).map(({ volume, path }) => [volume, path]))
  return pod.containers.flatMap(({ container, at }) =>
    container.volumeMounts.flatMap(({ name, readOnly }, index) => {
      const path = paths.get(name)
      if (path === undefined || readOnly === true) return []
      return [{ container: container.name, path: [...at, 'volumeMounts', { index, key: 'name', value: name }], saw: path }]
    }),
  )
}

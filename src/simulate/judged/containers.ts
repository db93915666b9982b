import type { Pod } from '../podSecurity/pod.ts'
import { effective, isPrivileged } from './effective.ts'
import { eachContainer, type Spot } from './spots.ts'

/** Containers of which nothing says that they are not root: the image decides. Who says user 0 is another matter. */
export function maybeRoot(pod: Pod): readonly Spot[] {
  if (pod.windows || pod.ownUsers) return []
  return eachContainer(pod, ({ container }) => {
    if (effective(pod, container, 'runAsNonRoot') === true || effective(pod, container, 'runAsUser') !== undefined) return []
    return [{ path: ['securityContext', 'runAsNonRoot'], saw: 'no runAsNonRoot' }]
  })
}

/** Groups of root, said outright. */
export function rootGroups(pod: Pod): readonly Spot[] {
  if (pod.windows || pod.ownUsers) return []
  const { fsGroup, supplementalGroups = [] } = pod.spec.securityContext
  const ofPod = (field: string): Spot => ({ path: ['spec', 'securityContext', field], saw: `${field}: 0` })
  return [
    ...(fsGroup === 0 ? [ofPod('fsGroup')] : []),
    ...(supplementalGroups.includes(0) ? [ofPod('supplementalGroups')] : []),
    ...eachContainer(pod, ({ container }) =>
      effective(pod, container, 'runAsGroup') === 0 ? [{ path: ['securityContext', 'runAsGroup'], saw: 'runAsGroup: 0' }] : [],
    ),
  ]
}

/** Containers that can send packets of their own making. */
export function rawNetwork(pod: Pod): readonly Spot[] {
  if (pod.windows) return []
  return eachContainer(pod, ({ container }) => {
    if (isPrivileged(container)) return []
    const { add = [], drop = [] } = container.securityContext.capabilities ?? {}
    if (has(add, 'NET_RAW') || has(add, 'ALL')) return [{ path: ['securityContext', 'capabilities', 'add'], saw: 'adds NET_RAW' }]
    return has(drop, 'NET_RAW') || has(drop, 'ALL') ? [] : [{ path: ['securityContext', 'capabilities', 'drop'], saw: 'keeps NET_RAW' }]
  })
}

/** Containers that keep the capabilities that a runtime gives unasked. */
export function keptCapabilities(pod: Pod): readonly Spot[] {
  if (pod.windows) return []
  return eachContainer(pod, ({ container }) => {
    if (isPrivileged(container) || has(container.securityContext.capabilities?.drop ?? [], 'ALL')) return []
    return [{ path: ['securityContext', 'capabilities', 'drop'], saw: 'does not drop ALL' }]
  })
}

/** Runtimes read names with and without their prefix, in any case. */
function has(names: readonly string[], wanted: string): boolean {
  return names.some((name) => name.toUpperCase().replace(/^CAP_/, '') === wanted)
}

/** Containers that may write into their own image's files. */
export function writableRoots(pod: Pod): readonly Spot[] {
  if (pod.windows) return []
  return eachContainer(pod, ({ container }) =>
    container.securityContext.readOnlyRootFilesystem === true
      ? []
      : [{ path: ['securityContext', 'readOnlyRootFilesystem'], saw: 'no readOnlyRootFilesystem' }],
  )
}

/** Containers without a seccomp profile, their own or the pod's: what they get the kubelet decides. */
export function withoutSeccomp(pod: Pod): readonly Spot[] {
  if (pod.windows) return []
  return eachContainer(pod, ({ container }) =>
    isPrivileged(container) || effective(pod, container, 'seccompProfile') !== undefined
      ? []
      : [{ path: ['securityContext', 'seccompProfile'], saw: 'no seccompProfile' }],
  )
}

/** Containers that are not privileged and do not rule out that a process gains rights. */
export function mayEscalate(pod: Pod): readonly Spot[] {
  if (pod.windows) return []
  return eachContainer(pod, ({ container }) =>
    isPrivileged(container) || container.securityContext.allowPrivilegeEscalation === false
      ? []
      : [
          {
            path: ['securityContext', 'allowPrivilegeEscalation'],
            saw:
              container.securityContext.allowPrivilegeEscalation === true
                ? 'allowPrivilegeEscalation: true'
                : 'no allowPrivilegeEscalation',
          },
        ],
  )
}

/** Containers that are root, or have powers of root, on purpose, in a pod that shares the users of its node. */
export function rootWithoutOwnUsers(pod: Pod): readonly Spot[] {
  return pod.ownUsers ? [] : needsRoot(pod)
}

/** Pods of the node's namespaces and privileged containers cannot have users of their own: they are other checks' matter. */
export function needsRoot(pod: Pod): readonly Spot[] {
  const { hostNetwork, hostPID, hostIPC } = pod.spec
  if (pod.windows || hostNetwork === true || hostPID === true || hostIPC === true) return []
  if (pod.containers.some(({ container }) => isPrivileged(container))) return []
  return eachContainer(pod, ({ container }) => {
    const add = (container.securityContext.capabilities?.add ?? []).filter((name) => !has([name], 'NET_BIND_SERVICE'))
    const root = effective(pod, container, 'runAsUser') === 0
    const saw = [...(root ? ['runAsUser: 0'] : []), ...add]
    return saw.length === 0 ? [] : [{ path: ['securityContext'], saw: saw.join(' and ') }]
  })
}

const SSH_PORTS: ReadonlySet<number> = new Set([22, 2222])
/** `sshd`, `/usr/sbin/sshd`, `dropbear`, as a word of a command line or of a script in it. */
const SSH_PROGRAM = /(^|[\s/;&|"'])(sshd|dropbear)($|[\s;&|"'])/

/** Containers that say that they take SSH. */
export function sshServers(pod: Pod): readonly Spot[] {
  return eachContainer(pod, ({ container }) => {
    const { ports, command, args } = container
    const open = ports.flatMap(({ containerPort, name }, index) =>
      SSH_PORTS.has(containerPort) || name === 'ssh' || name === 'sshd'
        ? [{ path: ['ports', { index, key: 'name', value: name ?? '' }], saw: `port ${containerPort}` }]
        : [],
    )
    const starts = [...command, ...args].some((word) => SSH_PROGRAM.test(word))
    return starts ? [...open, { path: ['command'], saw: 'starts sshd' }] : open
  })
}

const SUDO = /(^|[\s/;&|"'])(sudo|doas)\s+\S|(^|\/)(sudo|doas)$/

/** Containers whose command line takes rights by sudo. */
export function usesSudo(pod: Pod): readonly Spot[] {
  return eachContainer(pod, ({ container }) =>
    [...container.command, ...container.args].some((word) => SUDO.test(word)) ? [{ path: ['command'], saw: 'sudo' }] : [],
  )
}

/** Debug containers that are still in their pods; they stay in the list when they have ended. */
export function debugContainers(pod: Pod): readonly Spot[] {
  const names = new Set((pod.spec.ephemeralContainers ?? []).map(({ name }) => name))
  return eachContainer(pod, ({ container }) => (names.has(container.name) ? [{ path: [], saw: container.image }] : []))
}

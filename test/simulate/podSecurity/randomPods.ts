import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import { VOLUMES } from './randomVolumes.ts'

/*
 * Random pods on the borders of the Pod Security controls: every field that one of them looks at, with values just on
 * this side and just on the other. All of them are valid to the API server, so that admission is what refuses them.
 */

type Raw = Record<string, unknown>

/** Mostly absent: a pod on which everything is set breaks everything, and tells little. */
const rare = <T>(arbitrary: fc.Arbitrary<T>, absent = 4) =>
  fc.oneof({ weight: absent, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const of = <T>(...values: T[]) => fc.constantFrom(...values)

const profile = of({ type: 'Unconfined' }, { type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'x' })
const seLinux = fc.record(
  {
    type: of('', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', 'spc_t', 'Container_t'),
    user: of('', 'sys_u'),
    role: of('', 'sys_r'),
    level: fc.constant('s0:c1,c2'),
  },
  { requiredKeys: [] },
)
const ADD = ['CHOWN', 'MKNOD', 'SYS_CHROOT', 'NET_BIND_SERVICE', 'AUDIT_WRITE', 'NET_RAW', 'CAP_CHOWN', 'chown', 'SYS_ADMIN', 'ALL']
const capabilities = fc.record(
  { add: fc.subarray(ADD, { maxLength: 2 }), drop: fc.subarray(['ALL', 'all', 'CAP_ALL', 'NET_RAW', 'CHOWN'], { maxLength: 2 }) },
  { requiredKeys: [] },
)
const hostProcess = of({ hostProcess: false }, {})

const linuxContext = fc.record({
  privileged: rare(fc.boolean(), 8),
  allowPrivilegeEscalation: rare(fc.boolean(), 6),
  runAsNonRoot: rare(fc.boolean(), 6),
  runAsUser: rare(of(0, 1, 1000), 6),
  procMount: rare(of('Default', 'Unmasked'), 4),
  capabilities: rare(capabilities, 3),
  seccompProfile: rare(profile, 6),
  appArmorProfile: rare(profile, 8),
  seLinuxOptions: rare(seLinux, 8),
})

const asked = fc.record({ port: fc.constant(80), host: of('', '127.0.0.1', 'x.example.com') }, { requiredKeys: ['port'] })
const handler = fc.oneof(fc.record({ httpGet: asked }), fc.record({ tcpSocket: asked }), fc.constant({ exec: { command: ['x'] } }))
const probe = fc.oneof({ weight: 4, arbitrary: handler }, { weight: 1, arbitrary: fc.constant({ grpc: { port: 80 } }) })
const lifecycle = fc.record({ postStart: handler, preStop: handler }, { requiredKeys: [] })

const container = fc.record({
  securityContext: rare(linuxContext, 1),
  windowsOptions: rare(hostProcess, 6),
  hostPort: rare(of(0, 8080), 6),
  twice: fc.boolean(),
  livenessProbe: rare(probe, 8),
  readinessProbe: rare(probe, 8),
  startupProbe: rare(probe, 12),
  lifecycle: rare(lifecycle, 8),
  sidecar: fc.boolean(),
  appArmor: rare(of('unconfined', 'runtime/default', 'localhost/x'), 10),
  seccomp: rare(of('unconfined', 'runtime/default', 'docker/default', 'localhost/x'), 10),
})
type ContainerParts = typeof container extends fc.Arbitrary<infer T> ? T : never

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'kernel.msgmax',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.ip_forward',
  'net/ipv4/tcp_syncookies',
]
const podContext = fc.record({
  runAsNonRoot: rare(fc.boolean(), 3),
  runAsUser: rare(of(0, 1000), 8),
  seccompProfile: rare(profile, 3),
  appArmorProfile: rare(profile, 8),
  seLinuxOptions: rare(seLinux, 8),
  sysctls: rare(fc.subarray(SYSCTLS, { maxLength: 2 }), 4),
})

const parts = fc.record({
  /** Already as restricted wants it, before anything else is set: else hardly any pod is let through. */
  hardened: fc.boolean(),
  os: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: of('linux') },
    { weight: 3, arbitrary: of('windows') },
  ),
  hostProcess: rare(of('pod', 'containers'), 12),
  hostNetwork: rare(fc.boolean(), 10),
  hostPID: rare(fc.boolean(), 12),
  hostIPC: rare(fc.boolean(), 12),
  hostUsers: rare(fc.boolean(), 3),
  securityContext: rare(podContext, 1),
  windowsOptions: rare(hostProcess, 8),
  seccomp: rare(of('unconfined', 'runtime/default', 'docker/default', 'localhost/x'), 10),
  volumes: rare(fc.array(of(...Object.keys(VOLUMES)), { minLength: 1, maxLength: 2 }), 2),
  init: fc.array(container, { maxLength: 1 }),
  containers: fc.array(container, { minLength: 1, maxLength: 2 }),
})
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never

export const randomPod: fc.Arbitrary<KubeObject> = parts.map(podOf)

function podOf(p: Parts): KubeObject {
  const windows = p.os === 'windows' || (p.os === undefined && p.hostProcess !== undefined)
  const hostNetwork = p.hostProcess === undefined || !windows ? p.hostNetwork : true
  // The node's namespaces and users of one's own exclude each other.
  const onNode = hostNetwork === true || p.hostPID === true || p.hostIPC === true
  const hostUsers = p.os === 'windows' || (onNode && p.hostUsers === false) ? undefined : p.hostUsers
  const scene: Scene = { ...p, windows, hostNetwork, hostUsers }
  const init = p.init.map((c, i) => containerOf(c, `init${i}`, scene, i))
  const containers = p.containers.map((c, i) => containerOf(c, `c${i}`, scene, 1 + i))
  return clean({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'random', annotations: annotationsOf(p, scene) },
    spec: {
      os: p.os === undefined ? undefined : { name: p.os },
      hostNetwork,
      hostPID: p.os === 'windows' ? undefined : p.hostPID,
      hostIPC: p.os === 'windows' ? undefined : p.hostIPC,
      hostUsers,
      securityContext: podContextOf(p, scene),
      volumes: p.volumes?.map((type, i) => ({ name: `v${i}`, ...VOLUMES[type] })),
      initContainers: init,
      containers,
    },
  }) as unknown as KubeObject
}

interface Scene extends Pick<Parts, 'hardened' | 'os' | 'hostProcess'> {
  readonly windows: boolean
  readonly hostNetwork: boolean | undefined
  readonly hostUsers: boolean | undefined
}

function podContextOf(p: Parts, scene: Scene): Raw | undefined {
  const own = scene.windows && p.hostProcess === 'pod' ? { hostProcess: true } : p.hostProcess === undefined ? p.windowsOptions : undefined
  const windowsOptions = p.os === 'linux' ? undefined : own
  const hardened = scene.hardened ? { runAsNonRoot: true } : {}
  if (p.os === 'windows') return { ...hardened, windowsOptions, runAsNonRoot: p.securityContext?.runAsNonRoot ?? hardened.runAsNonRoot }
  const { sysctls, ...rest } = p.securityContext ?? {}
  const names = sysctls?.filter(
    (name) => !(scene.hostNetwork === true && name.startsWith('net')) && !(p.hostIPC === true && name.startsWith('kernel')),
  )
  return {
    ...hardened,
    ...(scene.hardened ? { seccompProfile: { type: 'RuntimeDefault' } } : {}),
    ...clean(rest),
    sysctls: names?.map((name) => ({ name, value: '1' })),
    windowsOptions,
  }
}

function containerOf(c: ContainerParts, name: string, scene: Scene, index: number): Raw {
  const init = name.startsWith('init')
  const sidecar = init && c.sidecar
  const probes = init && !sidecar ? {} : { readinessProbe: c.readinessProbe, livenessProbe: c.livenessProbe, startupProbe: c.startupProbe }
  return {
    name,
    image: 'x',
    ...(sidecar ? { restartPolicy: 'Always' } : {}),
    ...probes,
    ...(init && !sidecar ? {} : { lifecycle: c.lifecycle }),
    ports: portsOf(c, scene, index),
    securityContext: contextOf(c, scene),
  }
}

function portsOf(c: ContainerParts, { hostNetwork }: Scene, index: number): unknown {
  if (c.hostPort === undefined) return undefined
  const containerPort = 8080 + index
  const hostPort = c.hostPort === 0 ? 0 : containerPort
  const ports = [{ containerPort, protocol: 'TCP', ...(hostNetwork === true && hostPort === 0 ? {} : { hostPort }) }]
  return c.twice ? [...ports, { containerPort, protocol: 'UDP' }] : ports
}

function contextOf(c: ContainerParts, scene: Scene): Raw | undefined {
  const own = scene.windows && scene.hostProcess === 'containers' ? { hostProcess: true } : undefined
  // A pod of host processes has no container that says otherwise.
  const windowsOptions = own ?? (scene.os === 'linux' || scene.hostProcess !== undefined ? undefined : c.windowsOptions)
  if (scene.os === 'windows') return windowsOptions === undefined ? undefined : { windowsOptions }
  const hardened = scene.hardened ? { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } : {}
  const all: Raw = { ...hardened, ...clean(c.securityContext ?? {}), windowsOptions }
  if (all.procMount === 'Unmasked' && scene.hostUsers !== false) delete all.procMount
  if (all.privileged === true && all.allowPrivilegeEscalation === false) delete all.allowPrivilegeEscalation
  return c.securityContext === undefined && !scene.hardened && windowsOptions === undefined ? undefined : all
}

function annotationsOf(p: Parts, scene: Scene): Raw {
  const named = [...p.init.map((c, i) => [`init${i}`, c] as const), ...p.containers.map((c, i) => [`c${i}`, c] as const)]
  const ofContainers = named.flatMap(([name, c]) => [
    // The field and the annotation must not contradict each other.
    [
      `container.apparmor.security.beta.kubernetes.io/${name}`,
      scene.windows || c.securityContext?.appArmorProfile ? undefined : c.appArmor,
    ],
    [
      `container.seccomp.security.alpha.kubernetes.io/${name}`,
      scene.windows || scene.hardened || c.securityContext?.seccompProfile ? undefined : c.seccomp,
    ],
  ])
  const bare = !scene.windows && !scene.hardened && p.securityContext?.seccompProfile === undefined
  return Object.fromEntries([...ofContainers, ['seccomp.security.alpha.kubernetes.io/pod', bare ? p.seccomp : undefined]])
}

/** Without what is undefined. */
function clean<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

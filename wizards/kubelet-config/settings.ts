import type { Impact } from '#model/change.ts'
import type { KubeletSetting } from '#model/node.ts'
import type { KubeletConfig } from '#model/objects/control.ts'
import { AEAD_SUITES } from '#simulate/cipherSuites.ts'

/** One setting of the kubelet: fields and values, which check that turns to pass, whether a configuration has it, what it costs. */
export interface Setting {
  readonly check?: string
  readonly does: string
  /** Chosen where a node does not have it yet; the others only where they are asked for. */
  readonly usual: boolean
  readonly fields: readonly KubeletSetting[]
  readonly done: (config: KubeletConfig) => boolean
  readonly impact?: Impact
}

const SETTINGS_OF = {
  'anonymous-off': {
    check: 'nodes/kubelet-anonymous',
    does: 'no request without credentials',
    usual: true,
    fields: [{ path: ['authentication', 'anonymous', 'enabled'], value: false }],
    done: (c) => c.authentication?.anonymous?.enabled === false,
  },
  'webhook-authorization': {
    check: 'nodes/kubelet-authorization',
    does: 'the API server decides who may ask the kubelet',
    usual: true,
    fields: [
      { path: ['authentication', 'webhook', 'enabled'], value: true },
      { path: ['authorization', 'mode'], value: 'Webhook' },
    ],
    done: (c) => c.authorization?.mode === 'Webhook' && c.authentication?.webhook?.enabled !== false,
  },
  'read-only-port': {
    check: 'nodes/kubelet-read-only-port',
    does: 'no open port without sign-in',
    usual: true,
    fields: [{ path: ['readOnlyPort'], value: 0 }],
    done: (c) => (c.readOnlyPort ?? 0) === 0,
    impact: { level: 'warn', text: { en: 'Monitoring that still reads port 10255 of the nodes reads nothing any more.' } },
  },
  'idle-timeout': {
    check: 'nodes/kubelet-idle-timeout',
    does: 'an idle exec ends after 4 hours',
    usual: true,
    fields: [{ path: ['streamingConnectionIdleTimeout'], value: '4h0m0s' }],
    done: (c) => !/^0(s|m0s|h0m0s)?$/.test(c.streamingConnectionIdleTimeout ?? '4h'),
  },
  'iptables-chains': {
    check: 'nodes/kubelet-iptables-chains',
    does: 'the kubelet keeps its own firewall chains',
    usual: true,
    fields: [{ path: ['makeIPTablesUtilChains'], value: true }],
    done: (c) => c.makeIPTablesUtilChains !== false,
  },
  'event-rate': {
    check: 'nodes/kubelet-event-qps',
    does: 'at most 50 events a second are recorded',
    usual: true,
    fields: [{ path: ['eventRecordQPS'], value: 50 }],
    done: (c) => (c.eventRecordQPS ?? 50) >= 0,
  },
  'rotate-certificates': {
    check: 'nodes/kubelet-rotate-certificates',
    does: 'the kubelet renews its client certificate',
    usual: true,
    fields: [{ path: ['rotateCertificates'], value: true }],
    done: (c) => c.rotateCertificates === true,
  },
  ciphers: {
    check: 'nodes/kubelet-cipher-suites',
    does: 'TLS 1.2 without CBC and plain RSA',
    usual: true,
    fields: [{ path: ['tlsCipherSuites'], value: AEAD_SUITES.split(',') }],
    done: (c) => (c.tlsCipherSuites ?? []).length > 0 || c.tlsMinVersion === 'VersionTLS13',
  },
  'pod-pids-limit': {
    check: 'nodes/kubelet-pod-pids',
    does: 'a pod starts at most 4096 processes',
    usual: true,
    fields: [{ path: ['podPidsLimit'], value: 4096 }],
    done: (c) => (c.podPidsLimit ?? -1) > 0,
    impact: {
      level: 'warn',
      text: {
        en: 'Only pods that start afterwards get the limit; one with more than 4096 processes and threads then fails to start more.',
      },
    },
  },
  'seccomp-default': {
    check: 'nodes/kubelet-seccomp-default',
    does: 'pods without a seccomp profile get the one of the runtime',
    usual: true,
    fields: [{ path: ['seccompDefault'], value: true }],
    done: (c) => c.seccompDefault === true,
    impact: {
      level: 'warn',
      text: {
        en: 'Only pods that start afterwards get the profile. Rare programs need what it forbids (io_uring, ptrace of others, mounting): give those a profile of their own first.',
      },
    },
  },
  'serving-certificate': {
    check: 'nodes/kubelet-serving-certificate',
    does: 'the kubelet asks the cluster for its serving certificate',
    usual: false,
    fields: [{ path: ['serverTLSBootstrap'], value: true }],
    done: (c) => c.serverTLSBootstrap === true,
    impact: {
      level: 'danger',
      text: {
        en: 'Each kubelet asks for a certificate that nobody approves by himself: until you approve it, logs, exec and metrics of the pods on that node do not work. Again at each renewal, unless a controller approves them.',
      },
    },
  },
  'kernel-defaults': {
    does: 'the kubelet refuses to run with kernel settings that differ from its own',
    usual: false,
    fields: [{ path: ['protectKernelDefaults'], value: true }],
    done: (c) => c.protectKernelDefaults === true,
    impact: {
      level: 'danger',
      text: {
        en: 'Where vm.overcommit_memory, kernel.panic, kernel.panic_on_oops or the keys limits of a node differ from what the kubelet wants, it does not start; the change is then taken back. Set them by sysctl first: 1, 10, 1.',
      },
    },
  },
} as const satisfies Record<string, Setting>

export type SettingId = keyof typeof SETTINGS_OF
export const SETTINGS: { readonly [S in SettingId]: Setting } = SETTINGS_OF
export const SETTING_IDS = Object.keys(SETTINGS_OF) as [SettingId, ...SettingId[]]

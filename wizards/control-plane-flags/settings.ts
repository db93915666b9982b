import type { Impact } from '#model/change.ts'
import { AEAD_SUITES } from '#simulate/cipherSuites.ts'
import { type Component, flag, flagList, flagSwitch, type Instance } from '#simulate/controlPlane.ts'

/** One setting of the control plane: which flag gets which value, which check that turns to pass, and what it costs. */
export interface Setting {
  readonly component: Component
  readonly check: string
  /** In a sentence after the id, in the help of the question. */
  readonly does: string
  /** Chosen where the cluster does not have it yet; the others only where they are asked for. */
  readonly usual: boolean
  readonly change:
    | { readonly kind: 'flag'; readonly flag: string; readonly value: string }
    | { readonly kind: 'switch'; readonly flag: string; readonly value: 'true' | 'false' }
    /** Added to the admission plugins that are on already. */
    | { readonly kind: 'plugin'; readonly plugin: string }
    /** Requests without credentials reach health paths only (a file). */
    | { readonly kind: 'anonymous' }
  readonly impact?: Impact
}

const SETTINGS_OF = {
  'api-server-profiling': {
    component: 'kube-apiserver',
    check: 'control-plane/profiling-api-server',
    does: 'no profiling data',
    usual: true,
    change: { kind: 'switch', flag: 'profiling', value: 'false' },
  },
  'request-timeout': {
    component: 'kube-apiserver',
    check: 'control-plane/request-timeout',
    does: 'a request ends after 60 s',
    usual: true,
    change: { kind: 'flag', flag: 'request-timeout', value: '60s' },
  },
  'service-account-lookup': {
    component: 'kube-apiserver',
    check: 'control-plane/service-account-lookup',
    does: 'a token ends with its service account',
    usual: true,
    change: { kind: 'switch', flag: 'service-account-lookup', value: 'true' },
  },
  'token-expiration': {
    component: 'kube-apiserver',
    check: 'control-plane/token-expiration-extension',
    does: 'tokens in pods live an hour, not a year',
    usual: true,
    change: { kind: 'switch', flag: 'service-account-extend-token-expiration', value: 'false' },
    impact: {
      level: 'warn',
      text: {
        en: 'Programs that read their token once at the start are refused after an hour; client libraries since 2021 read it again. The metric serviceaccount_stale_tokens_total counts such programs.',
      },
    },
  },
  'anonymous-health-only': {
    component: 'kube-apiserver',
    check: 'access/anonymous-requests',
    does: 'without credentials only health paths answer',
    usual: true,
    change: { kind: 'anonymous' },
    impact: {
      level: 'warn',
      text: {
        en: 'kubeadm join with a token can no longer read cluster-info without credentials: take this back while a node joins, or hand it a discovery file. Health checks of kubelets and load balancers go on.',
      },
    },
  },
  'api-server-ciphers': {
    component: 'kube-apiserver',
    check: 'control-plane/tls-cipher-suites',
    does: 'TLS 1.2 without CBC and plain RSA',
    usual: true,
    change: { kind: 'flag', flag: 'tls-cipher-suites', value: AEAD_SUITES },
    impact: {
      level: 'info',
      text: {
        en: 'Clients that know neither TLS 1.3 nor TLS 1.2 with GCM or ChaCha20 no longer reach the API: rare, look at old load balancers.',
      },
    },
  },
  'tls-1-3-only': {
    component: 'kube-apiserver',
    check: 'control-plane/tls-cipher-suites',
    does: 'nothing below TLS 1.3',
    usual: false,
    change: { kind: 'flag', flag: 'tls-min-version', value: 'VersionTLS13' },
    impact: { level: 'warn', text: { en: 'Clients without TLS 1.3 no longer reach the API.' } },
  },
  'node-restriction': {
    component: 'kube-apiserver',
    check: 'control-plane/node-restriction',
    does: 'a kubelet changes its own node only',
    usual: true,
    change: { kind: 'plugin', plugin: 'NodeRestriction' },
  },
  'event-rate-limit': {
    component: 'kube-apiserver',
    check: 'control-plane/eventratelimit',
    does: 'a flood of events is cut',
    usual: true,
    change: { kind: 'plugin', plugin: 'EventRateLimit' },
    impact: {
      level: 'info',
      text: { en: 'Events above 50 a second in one namespace, or 500 in all, are refused: they are missing from kubectl get events.' },
    },
  },
  'deny-external-ips': {
    component: 'kube-apiserver',
    check: 'control-plane/deny-service-external-ips',
    does: 'no Service takes over a foreign address',
    usual: true,
    change: { kind: 'plugin', plugin: 'DenyServiceExternalIPs' },
  },
  'always-pull-images': {
    component: 'kube-apiserver',
    check: 'control-plane/always-pull-images',
    does: 'each start asks the registry',
    usual: false,
    change: { kind: 'plugin', plugin: 'AlwaysPullImages' },
    impact: {
      level: 'danger',
      text: {
        en: 'Every new pod asks its registry, each time: pods whose image lies only on the node, and every pod while the registry is away, no longer start.',
      },
    },
  },
  'kubelet-certificates': {
    component: 'kube-apiserver',
    check: 'control-plane/kubelet-certificate-authority',
    does: 'the API server checks who a kubelet is',
    usual: false,
    change: { kind: 'flag', flag: 'kubelet-certificate-authority', value: '/etc/kubernetes/pki/ca.crt' },
  },
  'controller-manager-profiling': {
    component: 'kube-controller-manager',
    check: 'control-plane/profiling-controller-manager',
    does: 'no profiling data',
    usual: true,
    change: { kind: 'switch', flag: 'profiling', value: 'false' },
  },
  'terminated-pods': {
    component: 'kube-controller-manager',
    check: 'control-plane/terminated-pod-gc',
    does: 'at most 1000 finished pods are kept',
    usual: true,
    change: { kind: 'flag', flag: 'terminated-pod-gc-threshold', value: '1000' },
    impact: { level: 'info', text: { en: 'Of more than 1000 finished pods the oldest are removed, with their logs.' } },
  },
  'controller-credentials': {
    component: 'kube-controller-manager',
    check: 'control-plane/controller-credentials',
    does: 'each controller has rights of its own',
    usual: true,
    change: { kind: 'switch', flag: 'use-service-account-credentials', value: 'true' },
  },
  'controller-manager-address': {
    component: 'kube-controller-manager',
    check: 'control-plane/bind-address-controller-manager',
    does: 'answers on the node itself only',
    usual: true,
    change: { kind: 'flag', flag: 'bind-address', value: '127.0.0.1' },
    impact: {
      level: 'info',
      text: { en: 'Metrics of the controller manager are read on the node only: a Prometheus elsewhere no longer reaches them.' },
    },
  },
  'scheduler-profiling': {
    component: 'kube-scheduler',
    check: 'control-plane/profiling-scheduler',
    does: 'no profiling data',
    usual: true,
    change: { kind: 'switch', flag: 'profiling', value: 'false' },
  },
  'scheduler-address': {
    component: 'kube-scheduler',
    check: 'control-plane/bind-address-scheduler',
    does: 'answers on the node itself only',
    usual: true,
    change: { kind: 'flag', flag: 'bind-address', value: '127.0.0.1' },
    impact: {
      level: 'info',
      text: { en: 'Metrics of the scheduler are read on the node only: a Prometheus elsewhere no longer reaches them.' },
    },
  },
  'etcd-client-certificates': {
    component: 'etcd',
    check: 'control-plane/etcd-client-auth',
    does: 'etcd answers to its own certificates only',
    usual: true,
    change: { kind: 'switch', flag: 'client-cert-auth', value: 'true' },
  },
  'etcd-peer-certificates': {
    component: 'etcd',
    check: 'control-plane/etcd-peer-auth',
    does: 'members know each other by certificate',
    usual: true,
    change: { kind: 'switch', flag: 'peer-client-cert-auth', value: 'true' },
  },
  'etcd-auto-tls': {
    component: 'etcd',
    check: 'control-plane/etcd-auto-tls',
    does: 'no self-made certificates for clients',
    usual: true,
    change: { kind: 'switch', flag: 'auto-tls', value: 'false' },
  },
  'etcd-peer-auto-tls': {
    component: 'etcd',
    check: 'control-plane/etcd-peer-auto-tls',
    does: 'no self-made certificates for members',
    usual: true,
    change: { kind: 'switch', flag: 'peer-auto-tls', value: 'false' },
  },
} as const satisfies Record<string, Setting>

export type SettingId = keyof typeof SETTINGS_OF
export const SETTINGS: { readonly [S in SettingId]: Setting } = SETTINGS_OF
export const SETTING_IDS = Object.keys(SETTINGS_OF) as [SettingId, ...SettingId[]]

/** Switches that are right when they are not given at all: by default the API server looks accounts up, and etcd makes no certificates. */
const RIGHT_UNSET: ReadonlySet<SettingId> = new Set(['service-account-lookup', 'etcd-auto-tls', 'etcd-peer-auto-tls'])

/** Does this instance have the setting already, as far as its flags tell? Any number or suite that was chosen stands. */
export function isDone(id: SettingId, instance: Instance): boolean {
  const { change } = SETTINGS[id]
  switch (change.kind) {
    case 'switch': {
      const now = flagSwitch(instance, change.flag)
      return now === undefined ? RIGHT_UNSET.has(id) : now === (change.value === 'true')
    }
    case 'flag': {
      const now = flag(instance, change.flag) ?? ''
      return change.flag === 'bind-address' ? now === '127.0.0.1' || now === '::1' : now !== ''
    }
    case 'plugin':
      return flagList(instance, 'enable-admission-plugins').includes(change.plugin)
    case 'anonymous':
      return (flag(instance, 'authentication-config') ?? '') !== '' || flagSwitch(instance, 'anonymous-auth') === false
  }
}

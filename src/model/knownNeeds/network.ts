import { HOST_NETWORK, type KnownNeed, type Need, SHIPPED } from './types.ts'

interface Agent {
  readonly id: string
  readonly namespaces: readonly string[]
  readonly name?: RegExp
  readonly images: readonly string[]
  readonly paths: readonly string[]
  /** Those of the paths that it writes. */
  readonly writes: readonly string[]
  readonly capabilities?: readonly string[]
  readonly more?: readonly Need[]
}

/** A DaemonSet that makes the network of each node. */
function agent({ id, namespaces, name = new RegExp(`^${id}$`), images, paths, writes, capabilities, more = [] }: Agent): KnownNeed {
  return {
    id,
    since: '0.1.0',
    namespaces,
    kind: 'DaemonSet',
    name,
    images,
    needs: [
      { checks: ['workloads/host-network'], why: HOST_NETWORK },
      { checks: ['workloads/privileged'], why: 'It loads kernel modules and writes the packet filter and the routes of its node.' },
      ...(capabilities === undefined
        ? []
        : [
            {
              checks: ['workloads/added-capabilities'],
              why: 'It writes the packet filter and the routes of its node.',
              only: capabilities,
            },
          ]),
      { checks: ['workloads/host-path', 'workloads/host-path-sensitive'], why: 'It works with these parts of its node.', only: paths },
      { checks: ['workloads/host-path-writable'], why: 'It shares these with the other programs of its node.', only: writes },
      {
        checks: [
          'workloads/drop-capabilities',
          'workloads/net-raw',
          'workloads/privilege-escalation',
          'workloads/read-only-root',
          'workloads/run-as-non-root',
          'workloads/run-as-root',
          'workloads/seccomp-unset',
        ],
        why: SHIPPED,
      },
      {
        checks: ['tenancy/cpu-limits', 'tenancy/cpu-requests', 'tenancy/memory-limits', 'tenancy/memory-requests'],
        why: 'It is system-node-critical: a limit would cut the node off when there is much to do.',
      },
      ...more,
    ],
  }
}

const MODULES = '/lib/modules'
const XTABLES = '/run/xtables.lock'
const CNI_BIN = '/opt/cni/bin'
const CNI_CONF = '/etc/cni/net.d'

export const network: readonly KnownNeed[] = [
  agent({ id: 'kube-proxy', namespaces: ['kube-system'], images: ['kube-proxy'], paths: [MODULES, XTABLES], writes: [XTABLES] }),
  agent({
    id: 'kube-router',
    namespaces: ['kube-system'],
    images: ['kube-router', 'cloudnativelabs/kube-router'],
    paths: [MODULES, XTABLES, CNI_CONF, CNI_BIN],
    writes: [XTABLES, CNI_CONF, CNI_BIN],
  }),
  agent({
    id: 'kube-flannel',
    namespaces: ['kube-flannel', 'kube-system'],
    name: /^kube-flannel(-ds)?(-\w+)?$/,
    images: ['flannel', 'flannel-cni-plugin'],
    paths: ['/run/flannel', CNI_BIN, CNI_CONF, XTABLES],
    writes: ['/run/flannel', CNI_BIN, CNI_CONF, XTABLES],
    capabilities: ['NET_ADMIN', 'NET_RAW'],
  }),
  agent({
    id: 'calico-node',
    namespaces: ['kube-system', 'calico-system'],
    images: ['calico/node', 'calico/cni', 'calico/pod2daemon-flexvol', 'calico/node-driver-registrar', 'calico/csi'],
    paths: [
      MODULES,
      XTABLES,
      CNI_BIN,
      CNI_CONF,
      '/var/run/calico',
      '/var/lib/calico',
      '/sys/fs',
      '/sys/fs/bpf',
      '/proc',
      '/var/log/calico/cni',
      '/var/log/calico',
      '/var/lib/cni/networks',
      '/var/run/nodeagent',
      '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds',
    ],
    writes: [
      XTABLES,
      CNI_BIN,
      CNI_CONF,
      '/var/run/calico',
      '/var/lib/calico',
      '/sys/fs',
      '/sys/fs/bpf',
      '/var/log/calico/cni',
      '/var/log/calico',
      '/var/lib/cni/networks',
      '/var/run/nodeagent',
      '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds',
    ],
  }),
  agent({
    id: 'cilium',
    namespaces: ['kube-system', 'cilium'],
    images: ['cilium/cilium'],
    paths: [
      MODULES,
      XTABLES,
      CNI_BIN,
      CNI_CONF,
      '/var/run/cilium',
      '/var/run/netns',
      '/var/run/cilium/netns',
      '/sys/fs/bpf',
      '/run/cilium/cgroupv2',
      '/proc',
      '/proc/sys/net',
      '/proc/sys/kernel',
    ],
    writes: [
      XTABLES,
      CNI_BIN,
      CNI_CONF,
      '/var/run/cilium',
      '/var/run/netns',
      '/var/run/cilium/netns',
      '/sys/fs/bpf',
      '/run/cilium/cgroupv2',
      '/proc',
      '/proc/sys/net',
      '/proc/sys/kernel',
    ],
    capabilities: [
      'NET_ADMIN',
      'NET_RAW',
      'IPC_LOCK',
      'SYS_MODULE',
      'SYS_ADMIN',
      'SYS_RESOURCE',
      'SYS_CHROOT',
      'SYS_PTRACE',
      'SYSLOG',
      'PERFMON',
      'BPF',
    ],
    more: [
      {
        checks: ['workloads/apparmor-unconfined', 'workloads/seccomp-unconfined'],
        why: 'It loads BPF programs, which the profiles refuse.',
      },
      { checks: ['workloads/selinux-type'], why: 'It loads BPF programs, which the usual type may not.', only: ['spc_t'] },
    ],
  }),
  agent({
    id: 'kindnet',
    namespaces: ['kube-system'],
    images: ['kindnetd'],
    paths: [MODULES, XTABLES, CNI_CONF],
    writes: [XTABLES, CNI_CONF],
    capabilities: ['NET_RAW', 'NET_ADMIN'],
  }),
  agent({
    id: 'aws-node',
    namespaces: ['kube-system'],
    images: ['amazon-k8s-cni', 'amazon-k8s-cni-init', 'amazon/aws-network-policy-agent'],
    paths: [CNI_BIN, CNI_CONF, XTABLES, '/sys/fs/bpf', '/var/log/aws-routed-eni', '/var/run/aws-node'],
    writes: [CNI_BIN, CNI_CONF, XTABLES, '/sys/fs/bpf', '/var/log/aws-routed-eni', '/var/run/aws-node'],
    capabilities: ['NET_ADMIN', 'NET_RAW'],
  }),
]

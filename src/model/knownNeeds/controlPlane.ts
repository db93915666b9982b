import type { KnownNeed, Need } from './types.ts'

const STATIC = 'kubeadm writes this static pod, and writes it anew with each upgrade.'

/** The static pods of kubeadm: processes of the control plane, on nodes where nothing else runs. */
function staticPod(id: string, paths: readonly string[], more: readonly Need[] = []): KnownNeed {
  return {
    id,
    since: '0.1.0',
    namespaces: ['kube-system'],
    kind: 'Pod',
    name: new RegExp(`^${id}-.+$`),
    images: [id],
    needs: [
      { checks: ['workloads/host-network'], why: 'The control plane must run before there is a network for pods.' },
      {
        checks: ['workloads/host-path', 'workloads/host-path-sensitive'],
        why: 'It reads its keys and certificates from its node.',
        only: paths,
      },
      {
        checks: [
          'workloads/drop-capabilities',
          'workloads/net-raw',
          'workloads/privilege-escalation',
          'workloads/read-only-root',
          'workloads/run-as-non-root',
        ],
        why: STATIC,
      },
      {
        checks: ['tenancy/cpu-limits', 'tenancy/memory-limits', 'tenancy/memory-requests'],
        why: 'A limit would slow down or kill the control plane when the cluster needs it most.',
      },
      ...more,
    ],
  }
}

const CERTIFICATES = [
  '/etc/ssl/certs',
  '/etc/ca-certificates',
  '/etc/pki',
  '/etc/pki/ca-trust',
  '/etc/pki/tls/certs',
  '/usr/local/share/ca-certificates',
  '/usr/share/ca-certificates',
]
const PKI = '/etc/kubernetes/pki'
const FLEX_VOLUMES = '/usr/libexec/kubernetes/kubelet-plugins/volume/exec'

export const controlPlane: readonly KnownNeed[] = [
  staticPod(
    'etcd',
    [`${PKI}/etcd`, '/var/lib/etcd'],
    [
      {
        checks: ['workloads/host-path-writable'],
        why: 'etcd stores the cluster on its node; kubeadm mounts its certificates with it.',
        only: [`${PKI}/etcd`, '/var/lib/etcd'],
      },
    ],
  ),
  staticPod('kube-apiserver', [...CERTIFICATES, PKI]),
  staticPod(
    'kube-controller-manager',
    [...CERTIFICATES, PKI, '/etc/kubernetes/controller-manager.conf', FLEX_VOLUMES],
    [{ checks: ['workloads/host-path-writable'], why: 'kubeadm lets it bring plugins for volumes to the node.', only: [FLEX_VOLUMES] }],
  ),
  staticPod('kube-scheduler', ['/etc/kubernetes/scheduler.conf']),
]

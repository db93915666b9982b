import { type KnownNeed, SHIPPED } from './types.ts'

const KUBELET = '/var/lib/kubelet'

/** Node plugins of CSI drivers: they mount volumes for the kubelet, below its folder. */
function driver(id: string, name: RegExp, images: readonly string[], provisioner: string): KnownNeed {
  const own = [
    KUBELET,
    `${KUBELET}/plugins`,
    `${KUBELET}/plugins/${provisioner}`,
    `${KUBELET}/plugins_registry`,
    `${KUBELET}/pods`,
    '/dev',
    '/sys',
  ]
  return {
    id,
    since: '0.1.0',
    namespaces: ['kube-system'],
    kind: 'DaemonSet',
    name,
    images: [...images, 'csi-node-driver-registrar', 'livenessprobe'],
    needs: [
      { checks: ['workloads/privileged'], why: 'It mounts devices for other pods, which only a privileged container can hand on.' },
      { checks: ['workloads/host-network'], why: 'It asks the metadata service which node it runs on.' },
      {
        checks: ['workloads/host-path', 'workloads/host-path-sensitive', 'workloads/host-path-writable'],
        why: 'The kubelet finds the volumes that it mounts in these folders.',
        only: own,
      },
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
    ],
  }
}

export const storage: readonly KnownNeed[] = [
  driver('ebs-csi-node', /^ebs-csi-node$/, ['aws-ebs-csi-driver'], 'ebs.csi.aws.com'),
  driver('efs-csi-node', /^efs-csi-node$/, ['aws-efs-csi-driver'], 'efs.csi.aws.com'),
  driver('gce-pd-csi-driver', /^pdcsi-node$/, ['gcp-compute-persistent-disk-csi-driver'], 'pd.csi.storage.gke.io'),
  driver('azuredisk-csi', /^csi-azuredisk-node$/, ['azuredisk-csi'], 'disk.csi.azure.com'),
  driver('azurefile-csi', /^csi-azurefile-node$/, ['azurefile-csi'], 'file.csi.azure.com'),
]

// The files that make a node: containerd, CNI, kubeadm, and what a packaged kubelet would bring along.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { REPOSITORY } from './images.mjs'
import { POD_SUBNET, SERVICE_SUBNET } from './place.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const versions = JSON.parse(readFileSync(path.join(here, 'versions.json'), 'utf8'))
const { kubernetes } = JSON.parse(readFileSync(path.join(here, '..', 'assets', 'versions.json'), 'utf8'))

/** Without restrict_oom_score_adj every critical pod fails where the machine may not lower that score. */
export const CONTAINERD = `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${REPOSITORY}/pause:${versions.pause}"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["/opt/cni/bin"]
    conf_dir = "/etc/cni/net.d"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      SystemdCgroup = false
`

export const CNI = JSON.stringify({
  cniVersion: '1.0.0',
  name: 'kubeharden',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: POD_SUBNET }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
})

export const CRICTL = 'runtime-endpoint: unix:///run/containerd/containerd.sock\nimage-endpoint: unix:///run/containerd/containerd.sock\n'

/** As kubeadm's package brings it. Nothing reads it here (there is no systemd), but tools that look at nodes do. */
export const KUBELET_UNIT = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`

/** A stock kubeadm cluster; only what this machine needs differs from the defaults (cgroup v1, no systemd, own images). */
export function kubeadm({ name, cgroup }, address) {
  return `apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: { advertiseAddress: ${address}, bindPort: 6443 }
nodeRegistration:
  name: ${name}
  criSocket: unix:///run/containerd/containerd.sock
  kubeletExtraArgs: [{ name: node-ip, value: ${address} }]
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v${kubernetes}
clusterName: ${name}
imageRepository: ${REPOSITORY}
networking: { podSubnet: ${POD_SUBNET}, serviceSubnet: ${SERVICE_SUBNET} }
apiServer: { certSANs: ["127.0.0.1"] }
dns: { imageTag: v${versions.coredns} }
etcd: { local: { imageTag: ${versions.etcdTag} } }
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /${cgroup}
failSwapOn: false
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
conntrack: { maxPerCore: 0 }
`
}

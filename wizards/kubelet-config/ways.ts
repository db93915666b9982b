import { KOPS_ROLLS, type Ways } from '../shared/ways.ts'

/** Where nodes are made from something else, that is where the kubelet's configuration stands. */
export const WAYS: Ways = {
  eks: 'Set it in the node group: spec.kubelet.config of a NodeConfig (nodeadm), in the launch template’s user data; then replace the nodes.',
  gke: 'Use a node system configuration: gcloud container node-pools update POOL --system-config-from-file=FILE; GKE replaces the nodes.',
  aks: 'Use a custom node configuration: az aks nodepool add --kubelet-config FILE; it is set when the pool is made.',
  k3s: 'Put the settings into /etc/rancher/k3s/config.yaml as kubelet-arg, or a drop-in below /var/lib/rancher/k3s/agent/etc/kubelet.conf.d, then restart k3s node after node.',
  rke2: 'Use kubelet-arg in /etc/rancher/rke2/config.yaml, or profile: cis, then restart rke2-agent node after node.',
  kops: `Set the fields of spec.kubelet of the cluster (kops edit cluster) or of an instance group (kops edit instancegroup NAME). ${KOPS_ROLLS}`,
  openshift: 'Make a KubeletConfig object for the pool; the machine config operator restarts the nodes.',
  talos: 'Put it into machine.kubelet.extraConfig of the machine configuration.',
  microk8s: 'Put the flags into /var/snap/microk8s/current/args/kubelet, then restart MicroK8s node after node.',
}

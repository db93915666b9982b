import { KOPS_ROLLS, type Ways } from '../shared/ways.ts'

const PROVIDER =
  'Its flags are the provider’s and cannot be set. What can be: who reaches the API (private endpoint, allowed networks) and the version.'

/** Where the control plane is the provider's, or the distribution has its own place for its flags, that is the way. */
export const WAYS: Ways = {
  eks: PROVIDER,
  gke: PROVIDER,
  aks: PROVIDER,
  k3s: 'Put the flags into /etc/rancher/k3s/config.yaml (kube-apiserver-arg, kube-controller-manager-arg, kube-scheduler-arg) and restart k3s, one server after the other.',
  rke2: 'Start with profile: cis in /etc/rancher/rke2/config.yaml; single flags by kube-apiserver-arg and the like. Restart rke2-server, one server after the other.',
  kops: `Set the fields of spec.kubeAPIServer, spec.kubeControllerManager and spec.kubeScheduler (kops edit cluster); files that a flag names come from spec.fileAssets. ${KOPS_ROLLS}`,
  openshift: 'Operators own the flags: see spec.tlsSecurityProfile of the APIServer object named cluster, and the kubeapiserver operator.',
  talos: 'Put the flags into cluster.apiServer.extraArgs, cluster.controllerManager.extraArgs and so on of the machine configuration.',
  microk8s:
    'Put the flags into /var/snap/microk8s/current/args/kube-apiserver and the like, then restart MicroK8s one node after the other.',
}

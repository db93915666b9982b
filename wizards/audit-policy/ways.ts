import { KOPS_ROLLS, type Ways } from '../shared/ways.ts'

/** Where the control plane is the provider's, or the distribution has its own place for it, that is the way. */
export const WAYS: Ways = {
  eks: 'The policy is the provider’s. Send it to CloudWatch: aws eks update-cluster-config --name NAME --logging with the type audit enabled.',
  gke: 'The policy is the provider’s. Admin activity is always logged; switch on data access logs of container.googleapis.com for reads.',
  aks: 'The policy is the provider’s. Add a diagnostic setting with the category kube-audit, or kube-audit-admin without reads.',
  k3s: 'Put the policy on each server and name it in /etc/rancher/k3s/config.yaml: kube-apiserver-arg: [audit-policy-file=…, audit-log-path=…], then restart k3s one server after the other.',
  rke2: 'RKE2 with profile: cis writes an audit log. For a policy of your own: audit-policy-file in /etc/rancher/rke2/config.yaml, then restart rke2-server one server after the other.',
  kops: `Put the policy into spec.fileAssets and name it in spec.kubeAPIServer.auditPolicyFile, with auditLogPath, auditLogMaxAge, auditLogMaxBackups and auditLogMaxSize (kops edit cluster). ${KOPS_ROLLS}`,
  openshift: 'Set spec.audit.profile of the APIServer object named cluster: Default, WriteRequestBodies or AllRequestBodies.',
  talos: 'Put the policy into cluster.apiServer.auditPolicy of the machine configuration; Talos mounts and rotates the log itself.',
  microk8s:
    'Put the policy into /var/snap/microk8s/current/args and name it in args/kube-apiserver, then restart MicroK8s one node after the other.',
}

import { KOPS_ROLLS, type Ways } from '../shared/ways.ts'

/** Where the control plane is the provider's, or the distribution has its own command, that is the way. */
export const WAYS: Ways = {
  eks: 'EKS 1.28 and later encrypts all API data by default. For a key of your own: aws eks associate-encryption-config --cluster-name NAME --encryption-config …; it cannot be taken back.',
  gke: 'Use application-layer secrets encryption: gcloud container clusters update NAME --database-encryption-key=KEY.',
  aks: 'Use etcd encryption with a key vault: az aks update --enable-azure-keyvault-kms …',
  k3s: 'Start the servers with --secrets-encryption, and use: k3s secrets-encrypt status | enable | rotate-keys.',
  rke2: 'RKE2 encrypts Secrets by default; use: rke2 secrets-encrypt status | rotate-keys.',
  kops: `Hand the EncryptionConfiguration over with kops create secret encryptionconfig -f FILE, and set spec.encryptionConfig: true (kops edit cluster); a new key first stands second in that file (--force replaces it), and first only after all control-plane nodes have it. ${KOPS_ROLLS} Store everything again afterwards.`,
  openshift: 'Set spec.encryption.type to aescbc or aesgcm in the APIServer object named cluster; OpenShift rotates the keys itself.',
  talos: 'Talos encrypts with cluster.secretboxEncryptionSecret of the machine configuration; change it there.',
  microk8s:
    'Put the file into /var/snap/microk8s/current/args, readable by root alone, and name it in args/kube-apiserver with --encryption-provider-config, then restart MicroK8s one node after the other. Store everything again afterwards.',
}

import type { Distribution } from '#model/state.ts'

/** Where the control plane is the provider's, or the distribution has its own command, that is the way. */
export const WAYS: { readonly [D in Distribution]?: string } = {
  eks: 'EKS 1.28 and later encrypts all API data by default. For a key of your own: aws eks associate-encryption-config --cluster-name NAME --encryption-config …; it cannot be taken back.',
  gke: 'Use application-layer secrets encryption: gcloud container clusters update NAME --database-encryption-key=KEY.',
  aks: 'Use etcd encryption with a key vault: az aks update --enable-azure-keyvault-kms …',
  k3s: 'Start the servers with --secrets-encryption, and use: k3s secrets-encrypt status | enable | rotate-keys.',
  rke2: 'RKE2 encrypts Secrets by default; use: rke2 secrets-encrypt status | rotate-keys.',
  openshift: 'Set spec.encryption.type to aescbc or aesgcm in the APIServer object named cluster; OpenShift rotates the keys itself.',
  talos: 'Talos encrypts with cluster.secretboxEncryptionSecret of the machine configuration; change it there.',
}

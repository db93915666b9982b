import type { Distribution } from '#model/state.ts'

/** Control planes that cannot be seen from the cluster; the answer is the id of the message that says where to look instead. */
export function managedMessage(distribution: Distribution): 'eks' | 'gke' | 'aks' | undefined {
  return distribution === 'eks' || distribution === 'gke' || distribution === 'aks' ? distribution : undefined
}

export const MANAGED_MESSAGES = {
  eks: {
    en: 'EKS encrypts all API data by default since Kubernetes 1.28, but the cluster itself cannot prove it. Look at the encryption configuration with `aws eks describe-cluster`.',
  },
  gke: {
    en: 'GKE hides its control plane. Look at application-layer secrets encryption with `gcloud container clusters describe --format="value(databaseEncryption)"`.',
  },
  aks: { en: 'AKS hides its control plane. Look at KMS etcd encryption with `az aks show --query securityProfile.azureKeyVaultKms`.' },
} as const

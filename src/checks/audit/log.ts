import { flag, type Instance } from '#simulate/controlPlane.ts'
import { atLeast, given, type Verdict } from '../control-plane/flag.ts'

/** Where the audit events of an API server go. */
export function auditLog(instance: Instance): { readonly file: boolean; readonly webhook: boolean } {
  const has = (name: string) => (flag(instance, name) ?? '') !== ''
  return { file: has('audit-log-path'), webhook: has('audit-webhook-config-file') }
}

/** On a managed cluster the log is switched on at the provider, and where it goes no API server tells. */
export const AT_PROVIDER = {
  eks: {
    en: 'EKS keeps the audit log only where it is switched on: look for audit in `aws eks describe-cluster --query cluster.logging`.',
  },
  gke: {
    en: 'GKE writes its audit log to Cloud Logging; reads are in it only where Data Access logs are on. Look at the audit configuration of the project.',
  },
  aks: { en: 'AKS sends its audit log where a diagnostic setting says: look for kube-audit in `az monitor diagnostic-settings list`.' },
} as const

/**
 * A number about the files of the audit log. kube-bench looks at the flag alone: it passes one whose log goes nowhere, and fails
 * a server that sends its events away by a webhook and keeps no files.
 */
export function ofLog(least: number, name: string) {
  return (instance: Instance): Verdict<'good' | 'bad' | 'noLog' | 'webhook'> => {
    const { file, webhook } = auditLog(instance)
    if (file) return atLeast(least, name)(instance)
    if (webhook) return { status: 'not-applicable', message: 'webhook', saw: given(instance, 'audit-webhook-config-file') }
    return { status: 'fail', message: 'noLog', saw: given(instance, 'audit-log-path') }
  }
}

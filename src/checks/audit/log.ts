import { flag, type Instance } from '#simulate/controlPlane.ts'
import { atLeast, given, type Verdict } from '../control-plane/flag.ts'

/** Where the audit events of an API server go. */
export function auditLog(instance: Instance): { readonly file: boolean; readonly webhook: boolean } {
  const has = (name: string) => (flag(instance, name) ?? '') !== ''
  return { file: has('audit-log-path'), webhook: has('audit-webhook-config-file') }
}

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

import type { NodePlan } from '#model/node.ts'
import { policyValues } from './policy.ts'
import type { AuditAnswers } from './questions.ts'

export const POLICY_FILE = 'policy.yaml'
export const LOG_FILE = 'audit.log'

/**
 * The API server of one node. The *folders* are mounted: a log that is mounted as a file cannot be put aside when it is full,
 * and a policy that is replaced would still be seen as the old one.
 */
export function auditPlan(answers: AuditAnswers): NodePlan {
  const { policyFolder, logFolder } = answers
  return {
    component: 'kube-apiserver',
    folders: [
      { path: policyFolder, mode: 0o700 },
      { path: logFolder, mode: 0o700 },
    ],
    files: [
      {
        path: `${policyFolder}/${POLICY_FILE}`,
        mode: 0o600,
        kind: 'audit-policy',
        content: { kind: 'template', template: 'audit-policy/policy', values: policyValues(answers) },
      },
    ],
    flags: [
      { name: 'audit-policy-file', value: `${policyFolder}/${POLICY_FILE}` },
      { name: 'audit-log-path', value: `${logFolder}/${LOG_FILE}` },
      { name: 'audit-log-maxage', value: String(answers.maxAgeDays) },
      { name: 'audit-log-maxbackup', value: String(answers.maxBackup) },
      { name: 'audit-log-maxsize', value: String(answers.maxSizeMb) },
    ],
    mounts: [
      { name: 'audit-policy', hostPath: policyFolder, mountPath: policyFolder, readOnly: true, type: 'DirectoryOrCreate' },
      { name: 'audit-log', hostPath: logFolder, mountPath: logFolder, readOnly: false, type: 'DirectoryOrCreate' },
    ],
    settings: [],
    withinSeconds: 180,
  }
}

import * as z from 'zod'
import { isNodePath } from '../shared/names.ts'
import { nodeQuestions, nodeTexts, nodeWhen } from '../shared/node/questions.ts'

/** What is recorded, by need; each is one or two rules of the policy. */
export const RECORD = ['exec', 'secrets', 'rbac', 'workloads', 'sign-in'] as const
/** What is left out: it is most of the traffic and tells nothing about people. */
export const SILENCE = ['health', 'kube-proxy', 'nodes', 'api-server', 'leases', 'events', 'api-discovery'] as const

const several = <const T extends readonly [string, ...string[]]>(words: T) =>
  z
    .array(z.enum(words))
    .refine((list) => new Set(list).size === list.length, { error: 'one is named twice' })
    .default([...words])

/** A folder of its own: not one of those that the API server or the node need otherwise. */
const folder = z.string().superRefine((value, context) => {
  const problem = problemOfFolder(value)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

const TAKEN = [
  '/etc/kubernetes/manifests',
  '/etc/kubernetes/pki',
  '/etc/ssl',
  '/etc/ca-certificates',
  '/usr',
  '/proc',
  '/sys',
  '/dev',
  '/run',
]

function problemOfFolder(value: string): string | undefined {
  if (!isNodePath(value) || value.endsWith('/'))
    return 'not a folder on a node: give an absolute path of plain characters, without .. parts'
  if (value.split('/').length < 4) return 'give the audit log and its policy folders of their own, such as /var/log/kubernetes/audit'
  if (TAKEN.some((taken) => value === taken || value.startsWith(`${taken}/`)))
    return 'this folder has another purpose; choose one of its own'
  return undefined
}

const days = (least: number, most: number) =>
  z
    .int()
    .min(least, { error: `at least ${least}` })
    .max(most, { error: `at most ${most}` })

export const questions = z.strictObject({
  record: several(RECORD),
  others: z.enum(['metadata', 'changes', 'none']).default('metadata'),
  rbacContent: z.boolean().default(true),
  workloadContent: z.boolean().default(false),
  silence: several(SILENCE),
  omitRequestReceived: z.boolean().default(true),
  logFolder: folder.default('/var/log/kubernetes/audit'),
  policyFolder: folder.default('/etc/kubernetes/audit'),
  maxAgeDays: days(1, 3650).default(30),
  maxBackup: days(1, 1000).default(10),
  maxSizeMb: days(1, 10_000).default(100),
  sample: z
    .string()
    .regex(/^[^\p{C}]*$/u, { error: 'not a path' })
    .optional(),
  ...nodeQuestions,
})
export type AuditAnswers = z.output<typeof questions>

export const when = {
  ...nodeWhen,
  rbacContent: { record: ['rbac'] },
  workloadContent: { record: ['workloads'] },
}

export const texts = {
  record: {
    label: { en: 'What is recorded' },
    help: {
      en: 'exec: who entered a pod. secrets: who touched Secrets and ConfigMaps, never what they hold. rbac: who changed rights. workloads: who changed what runs. sign-in: tokens and certificates that were asked for.',
    },
  },
  others: {
    label: { en: 'Everything else' },
    help: {
      en: 'metadata: who did what to which object. changes: the same, without reads. none: not recorded, so nobody can tell later.',
    },
  },
  rbacContent: {
    label: { en: 'Content of changed rights' },
    help: { en: 'Yes records what a changed role or binding says, so that it can be told who was granted what.' },
  },
  workloadContent: {
    label: { en: 'Content of changed workloads' },
    help: { en: 'Yes records the whole specification. Passwords in environment variables are then in the log, in plain text.' },
  },
  silence: {
    label: { en: 'What is left out' },
    help: {
      en: 'Traffic of the cluster with itself: health checks, watches of kube-proxy, status of nodes, what the API server reads itself, leader election, events, discovery of the API.',
    },
  },
  omitRequestReceived: {
    label: { en: 'One record for a request' },
    help: { en: 'No also records the moment a request arrives: twice the volume, and only of use where an API server dies in the middle.' },
  },
  logFolder: {
    label: { en: 'Folder of the log' },
    help: { en: 'On each control-plane node, made with mode 0700. The file in it is audit.log; older ones lie beside it.' },
  },
  policyFolder: {
    label: { en: 'Folder of the policy' },
    help: { en: 'On each control-plane node, made with mode 0700. The file in it is policy.yaml.' },
  },
  maxAgeDays: { label: { en: 'Days to keep' }, help: { en: 'Older files are removed. CIS asks for 30.' } },
  maxBackup: { label: { en: 'Older files to keep' }, help: { en: 'More than that are removed, the oldest first. CIS asks for 10.' } },
  maxSizeMb: {
    label: { en: 'Megabytes of one file' },
    help: { en: 'A file that is full is put aside and a new one begun. CIS asks for 100.' },
  },
  sample: {
    label: { en: 'Sample of an audit log' },
    help: {
      en: 'A file on this machine with audit events as JSON lines. The preview says how much this policy would have written of it in an hour, wherever the sample holds what it would record.',
    },
  },
  ...nodeTexts,
} as const

import * as z from 'zod'
import { isLeakedAnnotation } from './credential.ts'
import { REDACTED } from './redact.ts'

/** Annotations whose values we need; of all others only the key is kept (values hold last-applied copies, credentials, prose). */
const KEPT_ANNOTATIONS = new Set([
  'meta.helm.sh/release-name',
  'meta.helm.sh/release-namespace',
  'argocd.argoproj.io/tracking-id',
  'kustomize.toolkit.fluxcd.io/name',
  'rbac.authorization.kubernetes.io/autoupdate',
  'kubernetes.io/config.mirror',
  'kubernetes.io/config.source',
  'kubernetes.io/service-account.name',
  'storageclass.kubernetes.io/is-default-class',
  'snapshot.storage.kubernetes.io/is-default-class',
  'prometheus.io/scrape',
  'prometheus.io/port',
])

/** Profiles of containers, which Kubernetes once took from annotations and its admission still looks at. */
const KEPT_PREFIXES = [
  'container.apparmor.security.beta.kubernetes.io/',
  'container.seccomp.security.alpha.kubernetes.io/',
  'seccomp.security.alpha.kubernetes.io/pod',
]
const isKept = (key: string) => KEPT_ANNOTATIONS.has(key) || KEPT_PREFIXES.some((prefix) => key.startsWith(prefix))

const record = z.record(z.string(), z.string()).catch({})

/** Annotations of an object or a pod template: all keys, few values. Of one that holds a credential that is said, and not what. */
export const annotations = record
  .optional()
  .transform((v) =>
    Object.fromEntries(
      Object.entries(v ?? {}).map(([k, value]) => [
        k,
        isKept(k) ? value : value === REDACTED || isLeakedAnnotation(k, value) ? REDACTED : '',
      ]),
    ),
  )

/** Metadata as it is kept: trimmed, annotation values dropped unless known to be harmless. */
export const meta = z
  .object({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    creationTimestamp: z
      .string()
      .nullish()
      .transform((v) => v ?? undefined),
    deletionTimestamp: z
      .string()
      .nullish()
      .transform((v) => v ?? undefined),
    deletionGracePeriodSeconds: z.number().optional(),
    generation: z.number().optional(),
    labels: record.optional().transform((v) => v ?? {}),
    annotations,
    ownerReferences: z
      .array(z.object({ apiVersion: z.string().optional(), kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
      .nullish()
      .transform((v) => v ?? []),
    managers: z.array(z.string()).optional(),
    managedFields: z
      .array(z.object({ manager: z.string().optional() }))
      .nullish()
      .optional(),
  })
  .transform(({ managedFields, managers, ...rest }) => ({
    ...rest,
    managers: managers ?? [...new Set((managedFields ?? []).map((m) => m.manager ?? ''))].filter((m) => m !== ''),
  }))

export type Meta = z.infer<typeof meta>

/** A list that may be absent or null, as the API leaves it. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((v) => v ?? [])

export const labelSelector = z.object({
  matchLabels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  matchExpressions: listOf(z.object({ key: z.string(), operator: z.string(), values: listOf(z.string()) })),
})
export type LabelSelector = z.infer<typeof labelSelector>

/** A condition of an object's status, as every kind writes it. */
export const condition = z.object({ type: z.string(), status: z.string() })

/** Is the condition Ready true? Undefined where nothing is said. */
export function isReady(conditions: readonly z.infer<typeof condition>[]): boolean | undefined {
  const ready = conditions.find((c) => c.type === 'Ready')
  return ready === undefined ? undefined : ready.status === 'True'
}

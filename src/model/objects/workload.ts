import * as z from 'zod'
import { isLeakedIn, leakedArgs } from './credential.ts'
import { annotations, labelSelector, listOf, meta } from './meta.ts'
import { securityContext, volume } from './podSecurity.ts'
import { podStatus } from './podStatus.ts'
import { isCredential, redactArgs } from './redact.ts'
import { claimTemplate, rollout } from './rollout.ts'
import { affinity, toleration, topologySpread } from './scheduling.ts'
import { podResources, resourceList } from './tenancy.ts'

/**
 * An environment variable: where it comes from, and whether a literal value is a credential. Its value is kept only where it
 * is a setting of etcd, which reads each of its flags from `ETCD_…` as well.
 */
const env = z
  .object({
    name: z.string(),
    value: z.string().optional(),
    credential: z.boolean().optional(),
    from: z.string().optional(),
    valueFrom: z
      .object({
        secretKeyRef: z.object({ name: z.string().optional(), key: z.string() }).optional(),
        configMapKeyRef: z.object({ name: z.string().optional(), key: z.string() }).optional(),
      })
      .optional(),
  })
  .transform(({ name, value, credential, from, valueFrom }) => ({
    name,
    ...(value !== undefined && name.startsWith('ETCD_') && !isCredential(name, value) ? { value } : {}),
    credential: credential ?? (value !== undefined && isLeakedIn(name, value)),
    from:
      from ??
      (valueFrom?.secretKeyRef !== undefined
        ? `secret/${valueFrom.secretKeyRef.name ?? ''}`
        : valueFrom?.configMapKeyRef !== undefined
          ? `configMap/${valueFrom.configMapKeyRef.name ?? ''}`
          : valueFrom !== undefined
            ? 'field'
            : 'literal'),
  }))

/** Where a probe or a hook asks: a port by number or name, on the pod or another host. What runs inside (exec) has none. */
const asked = z.object({ port: z.union([z.number(), z.string()]), host: z.string().optional() }).optional()
const probe = z.object({ httpGet: asked, tcpSocket: asked, grpc: asked }).optional()
const hook = z.object({ httpGet: asked, tcpSocket: asked }).optional()

const rawContainer = z.object({
  name: z.string(),
  image: z
    .string()
    .optional()
    .transform((v) => v ?? ''),
  imagePullPolicy: z.string().optional(),
  /** Of an init container: `Always` makes it a sidecar. */
  restartPolicy: z.string().optional(),
  command: listOf(z.string()),
  args: listOf(z.string()),
  /** Words of its command line that hold a credential: `args[2]`. What they hold is not kept. */
  credentialArgs: z.array(z.string()).optional(),
  env: listOf(env),
  envFrom: listOf(
    z.object({
      secretRef: z.object({ name: z.string().optional() }).optional(),
      configMapRef: z.object({ name: z.string().optional() }).optional(),
    }),
  ),
  ports: listOf(
    z.object({
      name: z.string().optional(),
      containerPort: z.number(),
      hostPort: z.number().optional(),
      hostIP: z.string().optional(),
      protocol: z.string().optional(),
    }),
  ),
  resources: z
    .object({
      requests: z.record(z.string(), z.union([z.string(), z.number()])).nullish(),
      limits: z.record(z.string(), z.union([z.string(), z.number()])).nullish(),
    })
    .nullish()
    .transform((v) => ({ requests: v?.requests ?? {}, limits: v?.limits ?? {} })),
  securityContext,
  volumeMounts: listOf(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: z.object({ postStart: hook, preStop: hook }).optional(),
})
type Raw = z.infer<typeof rawContainer>

/** Its command line is looked at once, before what it holds is replaced. */
export const container = rawContainer.transform(
  ({ credentialArgs, ...raw }): Omit<Raw, 'credentialArgs'> & { readonly credentialArgs?: readonly string[] } => {
    const leaked = credentialArgs ?? [...leaksIn('command', raw.command), ...leaksIn('args', raw.args)]
    const clean = { ...raw, command: redactArgs(raw.command), args: redactArgs(raw.args) }
    return leaked.length === 0 ? clean : { ...clean, credentialArgs: leaked }
  },
)

function leaksIn(list: 'command' | 'args', words: readonly string[]): string[] {
  return leakedArgs(words).map((i) => `${list}[${i}]`)
}

export type Container = z.infer<typeof container>

export const podSpec = z.object({
  containers: listOf(container),
  initContainers: listOf(container),
  ephemeralContainers: z.array(container).optional(),
  serviceAccountName: z.string().optional(),
  imagePullSecrets: z.array(z.object({ name: z.string().optional() })).optional(),
  automountServiceAccountToken: z.boolean().optional(),
  hostNetwork: z.boolean().optional(),
  dnsPolicy: z.string().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  shareProcessNamespace: z.boolean().optional(),
  /** False: users of the pod are others on the node. */
  hostUsers: z.boolean().optional(),
  os: z.object({ name: z.string() }).optional(),
  nodeName: z.string().optional(),
  nodeSelector: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  tolerations: listOf(toleration),
  topologySpreadConstraints: listOf(topologySpread),
  affinity,
  priorityClassName: z.string().optional(),
  /** Filled in by the API server from the class. */
  priority: z.number().optional(),
  preemptionPolicy: z.string().optional(),
  schedulerName: z.string().optional(),
  schedulingGates: z.array(z.object({ name: z.string() })).optional(),
  resourceClaims: z.array(z.object({ name: z.string() })).optional(),
  securityContext,
  volumes: listOf(volume),
  restartPolicy: z.string().optional(),
  resources: podResources,
  overhead: resourceList.optional(),
  runtimeClassName: z.string().optional(),
  activeDeadlineSeconds: z.number().optional(),
})
export type PodSpec = z.infer<typeof podSpec>

const template = z.object({
  metadata: z
    .object({
      labels: z
        .record(z.string(), z.string())
        .nullish()
        .transform((v) => v ?? {}),
      annotations,
    })
    .nullish()
    .transform((v) => v ?? { labels: {}, annotations: {} }),
  spec: podSpec,
})

export const pod = z.object({
  metadata: meta,
  spec: podSpec,
  status: podStatus,
})

export const workload = z.object({
  metadata: meta,
  spec: z.object({
    replicas: z.number().optional(),
    selector: labelSelector.nullish().transform((v) => v ?? { matchLabels: {}, matchExpressions: [] }),
    template,
    volumeClaimTemplates: listOf(claimTemplate),
    /** Of a Deployment. */
    strategy: rollout,
    /** Of a StatefulSet or DaemonSet. */
    updateStrategy: rollout,
  }),
  status: z
    .object({
      readyReplicas: z.number().optional(),
      replicas: z.number().optional(),
      numberReady: z.number().optional(),
      desiredNumberScheduled: z.number().optional(),
    })
    .nullish()
    .transform((v) => v ?? {}),
})

/** Its selector is a plain map, and its template may be missing. */
export const replicationController = z.object({
  metadata: meta,
  spec: z.object({ replicas: z.number().optional(), template: template.optional() }).optional(),
})

export const podTemplate = z.object({ metadata: meta, template: template.optional() })

const jobSpec = z.object({
  template,
  backoffLimit: z.number().optional(),
  parallelism: z.number().optional(),
  completions: z.number().optional(),
  suspend: z.boolean().optional(),
})

export const job = z.object({
  metadata: meta,
  spec: jobSpec,
  status: z
    .object({
      succeeded: z.number().optional(),
      failed: z.number().optional(),
      active: z.number().optional(),
      completionTime: z.string().optional(),
      startTime: z.string().optional(),
    })
    .nullish()
    .transform((v) => v ?? {}),
})

export const cronJob = z.object({
  metadata: meta,
  spec: z.object({
    schedule: z.string(),
    suspend: z.boolean().optional(),
    concurrencyPolicy: z.string().optional(),
    jobTemplate: z.object({ spec: jobSpec }),
  }),
  status: z
    .object({ lastScheduleTime: z.string().optional(), lastSuccessfulTime: z.string().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})

import * as z from 'zod'
import { listOf } from './meta.ts'
import { redactText } from './redact.ts'

/** What is asked about the control plane and the nodes beyond their objects. */

const named = z.object({ name: z.string() })
const flags = z.record(z.string(), z.string())

/** One API server behind the address: what its /metrics tell since it started, and its /flagz. */
export const apiServerProbe = z.object({
  metadata: named,
  /** Admission plugins that have run (`name` of `apiserver_admission_controller_admission_duration_seconds`); others may be on and not needed yet. */
  admissionPlugins: listOf(z.string()),
  /** `apiserver_audit_event_total`; undefined where there is no such counter. */
  auditEvents: z.number().optional(),
  /** `apiserver_audit_level_total` by level; `None` counts events that the policy drops. */
  auditLevels: z
    .record(z.string(), z.number())
    .nullish()
    .transform((v) => v ?? {}),
  /** Authorizers that have decided something (`type` of `apiserver_authorization_decisions_total`): Node, RBAC, Webhook, … */
  authorizers: listOf(z.string()),
  /** Every flag with the value in force. Only where one server stands behind the address and serves /flagz to us. */
  flags: flags.optional(),
  /** Why there are none: not asked (several servers), refused (needs `get /flagz`), or not served (before 1.36 it is off by default). */
  flagz: z.enum(['served', 'refused', 'not-served', 'not-asked']).optional(),
})

const text = z.string().optional()
const number = z.number().optional()
const toggle = z.boolean().optional()

/** The KubeletConfiguration in force, as far as it matters here. */
const kubeletConfig = z.object({
  authentication: z
    .object({
      anonymous: z.object({ enabled: toggle }).optional(),
      webhook: z.object({ enabled: toggle }).optional(),
      x509: z.object({ clientCAFile: text }).optional(),
    })
    .optional(),
  authorization: z.object({ mode: text }).optional(),
  readOnlyPort: number,
  port: number,
  address: text,
  streamingConnectionIdleTimeout: text,
  protectKernelDefaults: toggle,
  makeIPTablesUtilChains: toggle,
  eventRecordQPS: number,
  eventBurst: number,
  tlsCertFile: text,
  tlsPrivateKeyFile: text,
  serverTLSBootstrap: toggle,
  rotateCertificates: toggle,
  featureGates: z.record(z.string(), z.boolean()).optional(),
  tlsCipherSuites: z.array(z.string()).optional(),
  tlsMinVersion: text,
  podPidsLimit: number,
  seccompDefault: toggle,
  staticPodPath: text,
  staticPodURL: text,
  allowedUnsafeSysctls: z.array(z.string()).optional(),
  enableDebuggingHandlers: toggle,
  enableProfilingHandler: toggle,
  enableServer: toggle,
})
export type KubeletConfig = z.infer<typeof kubeletConfig>

/** One node's kubelet: `/configz` and, where served, the flags that exist as flags only. */
export const kubeletProbe = z.object({
  metadata: named,
  config: kubeletConfig,
  /** Of /flagz only what no configuration file can set: for the rest it shows defaults, not what is in force. */
  flags: flags.optional(),
})

/** What a TLS handshake with the API server's address shows. */
export const tlsProbe = z.object({
  metadata: named,
  protocols: z.array(z.object({ protocol: z.string(), accepted: z.boolean(), cipher: z.string().optional() })),
  /** Cipher suites that are broken or without forward secrecy and were accepted, by their OpenSSL names. */
  weakCiphers: listOf(z.string()),
  certificate: z
    .object({ issuer: z.string(), notBefore: z.string(), notAfter: z.string(), names: z.number(), selfSigned: z.boolean() })
    .optional(),
})

/** ConfigMaps of kube-system that hold the components' configuration, and which of their keys are kept. */
export const SYSTEM_CONFIGS: { readonly [name: string]: readonly string[] } = {
  'kubeadm-config': ['ClusterConfiguration'],
  'kubelet-config': ['kubelet'],
  'kube-proxy': ['config.conf'],
}

/** A ConfigMap with component configuration: documents as text, credentials in them replaced. */
export const systemConfigProbe = z
  .object({
    metadata: z.object({ name: z.string(), namespace: z.string(), uid: z.string().optional(), resourceVersion: z.string().optional() }),
    data: z.record(z.string(), z.string()).nullish(),
    documents: z.record(z.string(), z.string()).optional(),
    redacted: z.array(z.string()).optional(),
  })
  .transform(({ metadata, data, documents, redacted }) => {
    const kept = Object.hasOwn(SYSTEM_CONFIGS, metadata.name) ? (SYSTEM_CONFIGS[metadata.name] ?? []) : []
    const raw = Object.entries(documents ?? data ?? {}).filter(([key]) => kept.includes(key))
    const clean = raw.map(([key, value]) => [key, redactText(value)] as const)
    const changed = clean.filter(([key, value], i) => value !== raw[i]?.[1] || redacted?.includes(key)).map(([key]) => key)
    return {
      metadata,
      documents: Object.fromEntries(clean) as Record<string, string>,
      /** Keys in whose text something was replaced: such a text must not be written back. */
      redacted: changed,
    }
  })

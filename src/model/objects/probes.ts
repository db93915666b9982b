import * as z from 'zod'

const named = z.object({ name: z.string() })

/** What /metrics of one API server says about encryption at rest. */
export const encryptionProbe = z.object({
  metadata: named,
  /** One row per `apiserver_storage_transformation_operations_total` series; prefix "" is stored in plain text (identity). */
  transformations: z.array(
    z.object({
      resource: z.string().optional(),
      direction: z.enum(['from_storage', 'to_storage']),
      prefix: z.string(),
      status: z.string(),
      count: z.number(),
    }),
  ),
  /** `hash` of `apiserver_encryption_config_controller_last_config_info`: sha256 of the file in use. */
  configHash: z.string().optional(),
  reloads: z.object({ success: z.number(), failure: z.number() }).optional(),
})

/** What the API server answers to a request without credentials. */
export const anonymousProbe = z.object({
  metadata: named,
  path: z.string(),
  /** 401: anonymous requests are refused; 403: they are let in as system:anonymous and refused by RBAC; 200: served. */
  code: z.number(),
})

/** Who the operator is on this cluster, and by what credential. */
export const identityProbe = z.object({
  metadata: named,
  groups: z.array(z.string()),
  credential: z.enum(['client-certificate', 'token', 'token-file', 'exec', 'auth-provider', 'basic', 'none']),
  certificate: z.object({ organizations: z.array(z.string()), notBefore: z.string(), notAfter: z.string() }).optional(),
})

import * as z from 'zod'

const user = z.object({
  username: z.string().default(''),
  uid: z.string().optional(),
  groups: z.array(z.string()).default([]),
  extra: z.record(z.string(), z.array(z.string())).optional(),
})

/** One line of an audit log (audit.k8s.io/v1), as far as rights can be read from it. Bodies are not kept. */
export const auditEvent = z.object({
  auditID: z.string(),
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string().default(''),
  user,
  impersonatedUser: user.optional(),
  objectRef: z
    .object({
      resource: z.string().default(''),
      subresource: z.string().default(''),
      apiGroup: z.string().default(''),
      namespace: z.string().default(''),
      name: z.string().default(''),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
  annotations: z.record(z.string(), z.string()).default({}),
  requestReceivedTimestamp: z.string().default(''),
})
export type AuditEvent = z.infer<typeof auditEvent>

/** What a reader of logs hands on: an event, or a line that is none. */
export type AuditLine = { readonly event: AuditEvent } | { readonly malformed: string }

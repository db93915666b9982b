import * as z from 'zod'

/** One right on the API server, as an RBAC rule would grant it. */
export type Right =
  | { readonly verb: string; readonly group: string; readonly resource: string; readonly namespace?: string; readonly name?: string }
  | { readonly verb: string; readonly path: string }

/** The rule that is missing, in the words of a Role: `list secrets in namespace shop`, `get /metrics`. */
export function describeRight(right: Right): string {
  if ('path' in right) return `${right.verb} ${right.path} (nonResourceURLs, ClusterRole)`
  const resource = right.group === '' ? right.resource : `${right.resource}.${right.group}`
  const name = right.name === undefined ? '' : `/${right.name}`
  const where = right.namespace === undefined ? 'cluster-wide' : `in namespace ${right.namespace}`
  return `${right.verb} ${resource}${name} ${where}`
}

/** Why something could not be seen. */
export const GAP_REASONS = [
  'forbidden', // 403: `needs` says which right is missing
  'unauthorized', // 401 in the middle of a session
  'timeout',
  'unreachable',
  'not-in-source', // a snapshot or a folder of files cannot show it
  'not-visible', // managed control plane, or behind a load balancer: cannot be seen from here
  'malformed', // the answer could not be read
] as const
export type GapReason = (typeof GAP_REASONS)[number]

/** A part of a kind that could not be seen. Without `namespace` and `name`: the kind cluster-wide. */
export interface Gap {
  readonly kind: string
  readonly namespace?: string
  /** One object of a kind without namespaces (a node whose kubelet does not answer); the others were seen whole. */
  readonly name?: string
  readonly reason: GapReason
  readonly detail: string
  readonly needs?: Right
}

const rightSchema = z.union([
  z.object({ verb: z.string(), group: z.string(), resource: z.string(), namespace: z.string().optional(), name: z.string().optional() }),
  z.object({ verb: z.string(), path: z.string() }),
])

/** A gap in a file: snapshots and reports. */
export const gapSchema = z.object({
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string().optional(),
  reason: z.enum(GAP_REASONS),
  detail: z.string(),
  needs: rightSchema.optional(),
})

import * as z from 'zod'
import { AUDIT_STAGES, type AuditedRequest, type AuditLevel, type AuditPolicy, above, auditOf } from './auditPolicy.ts'

/** How much a policy would have written of the requests in a sample of an audit log. */
export interface AuditVolume {
  /** Events read, and those that this policy would write. */
  readonly read: number
  readonly written: number
  readonly bytes: number
  /** From the first to the last event. */
  readonly seconds: number
  /** Lines that are no audit event. */
  readonly strange: number
  /** Written events whose content the sample does not hold: their size is a guess from the others. */
  readonly guessed: number
}

const named = z.looseObject({
  resource: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
  apiGroup: z.string().optional(),
  subresource: z.string().optional(),
})
const auditEvent = z.looseObject({
  level: z.enum(['None', 'Metadata', 'Request', 'RequestResponse']),
  stage: z.enum(AUDIT_STAGES),
  verb: z.string(),
  requestURI: z.string(),
  user: z.looseObject({ username: z.string().optional(), groups: z.array(z.string()).nullish() }),
  objectRef: named.nullish(),
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string().optional(),
})
type AuditEvent = z.infer<typeof auditEvent>

/** What an object weighs where the sample holds none at all; measured on a small cluster. */
const TYPICAL_BODY = 1500
/** A request that changes something sends a body; the others only get one back. */
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

/** Takes a log line by line, so that its size does not matter. */
export class AuditReplay {
  private readonly policy: AuditPolicy
  private read = 0
  private written = 0
  private bytes = 0
  private strange = 0
  private guessed = 0
  private first = Number.POSITIVE_INFINITY
  private last = Number.NEGATIVE_INFINITY
  private bodies = 0
  private bodyBytes = 0
  private missing = 0
  private readonly received = new Set<string>()

  constructor(policy: AuditPolicy) {
    this.policy = policy
  }

  add(line: string): void {
    if (line.trim() === '') return
    const event = parse(line)
    if (event === undefined) {
      this.strange += 1
      return
    }
    this.read += 1
    const at = Date.parse(event.stageTimestamp ?? event.requestReceivedTimestamp)
    if (!Number.isNaN(at)) {
      this.first = Math.min(this.first, at)
      this.last = Math.max(this.last, at)
    }
    const { level, omitStages, omitManagedFields } = auditOf(this.policy, requestOf(event))
    if (level === 'None') return
    const { size, missing } = this.sizeAt(event, level, omitManagedFields)
    if (!omitStages.includes(event.stage)) this.write(size, missing)
    // A sample whose policy left out the arrival of requests does not show it; each request arrives once.
    if (event.stage === 'RequestReceived') this.received.add(String(event.auditID))
    else if (!omitStages.includes('RequestReceived') && !this.received.delete(String(event.auditID)) && event.stage === 'ResponseComplete')
      this.write(arrivalOf(event), 0)
  }

  result(): AuditVolume {
    const body = this.bodies === 0 ? TYPICAL_BODY : this.bodyBytes / this.bodies
    return {
      read: this.read,
      written: this.written,
      bytes: Math.round(this.bytes + this.missing * body),
      seconds: this.read === 0 || this.last < this.first ? 0 : (this.last - this.first) / 1000,
      strange: this.strange,
      guessed: this.guessed,
    }
  }

  private write(size: number, missing: number): void {
    this.written += 1
    this.bytes += size
    this.missing += missing
    if (missing > 0) this.guessed += 1
  }

  /** The event as it would be at this level: contents that are too much taken away, those that are missing counted. */
  private sizeAt(event: AuditEvent, level: AuditLevel, omitManagedFields: boolean): { size: number; missing: number } {
    const { requestObject, responseObject, ...rest } = event
    const kept: Record<string, unknown> = { ...rest, level }
    let missing = 0
    const body = (name: string, value: unknown, wanted: boolean, recordedFrom: AuditLevel) => {
      if (value !== undefined) {
        const object = omitManagedFields ? withoutManagedFields(value) : value
        this.bodies += 1
        this.bodyBytes += byteLength(object)
        if (wanted) kept[name] = object
      } else if (wanted && above(recordedFrom, event.level)) missing += 1
    }
    const done = event.stage === 'ResponseComplete'
    body('requestObject', requestObject, above(level, 'Metadata') && WRITES.has(event.verb), 'Request')
    body('responseObject', responseObject, level === 'RequestResponse' && done, 'RequestResponse')
    return { size: byteLength(kept) + 1, missing }
  }
}

/** Bytes in an hour at the pace of the sample; undefined where it is too short to tell. */
export function perHour(volume: AuditVolume): number | undefined {
  return volume.seconds < 1 || volume.read < 2 ? undefined : (volume.bytes / volume.seconds) * 3600
}

function parse(line: string): AuditEvent | undefined {
  try {
    const result = auditEvent.safeParse(JSON.parse(line))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}

/** The request of a recorded event. `objectRef` stands only at requests for resources. */
export function requestOf(event: Pick<AuditEvent, 'user' | 'verb' | 'requestURI' | 'objectRef'>): AuditedRequest {
  const { user, verb, requestURI, objectRef } = event
  const of = objectRef ?? undefined
  return {
    user: { name: user.username ?? '', groups: user.groups ?? [] },
    verb,
    path: requestURI.replace(/[?].*$/s, ''),
    ...(of?.resource === undefined
      ? {}
      : {
          resource: {
            group: of.apiGroup ?? '',
            resource: of.resource,
            subresource: of.subresource ?? '',
            namespace: of.namespace ?? '',
            name: of.name ?? '',
          },
        }),
  }
}

const byteLength = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '')

/** The event at its arrival: nothing is known yet of the answer. */
function arrivalOf(event: AuditEvent): number {
  const { requestObject, responseObject, responseStatus, annotations, ...rest } = event
  return byteLength({ ...rest, level: 'Metadata', stage: 'RequestReceived' }) + 1
}

function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { metadata, items } = value as { metadata?: unknown; items?: unknown }
  const out: Record<string, unknown> = { ...value }
  if (typeof metadata === 'object' && metadata !== null) {
    const { managedFields, ...rest } = metadata as Record<string, unknown>
    out.metadata = rest
  }
  if (Array.isArray(items)) out.items = items.map(withoutManagedFields)
  return out
}

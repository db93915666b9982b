import { X509Certificate } from 'node:crypto'
import * as z from 'zod'
import { HardenError } from '#model/errors.ts'
import type { NamedSubject } from '#simulate/rbacNamed.ts'
import { canonical } from '#simulate/rbacNamed.ts'

/** What a credential says of itself. Never the credential. */
export type Leaked =
  | {
      readonly kind: 'account-token'
      readonly subject: NamedSubject
      readonly groups: readonly string[]
      /** The object that it lives and dies with; a legacy token is in its Secret. */
      readonly bound?: { readonly kind: 'Pod' | 'Secret' | 'Node'; readonly name: string }
      readonly legacy: boolean
      readonly issuer?: string
      readonly issuedAt?: string
      readonly expires?: string
    }
  | {
      readonly kind: 'other-token'
      readonly issuer?: string
      readonly says?: string
      readonly issuedAt?: string
      readonly expires?: string
    }
  | {
      readonly kind: 'certificate'
      readonly subject: NamedSubject
      readonly groups: readonly string[]
      readonly from: string
      readonly expires: string
    }

const named = z.object({ name: z.string() }).optional()
const claims = z.object({
  iss: z.string().optional(),
  sub: z.string().optional(),
  exp: z.number().optional(),
  iat: z.number().optional(),
  'kubernetes.io': z
    .object({ namespace: z.string(), serviceaccount: z.object({ name: z.string() }), pod: named, secret: named, node: named })
    .optional(),
  'kubernetes.io/serviceaccount/namespace': z.string().optional(),
  'kubernetes.io/serviceaccount/service-account.name': z.string().optional(),
  'kubernetes.io/serviceaccount/secret.name': z.string().optional(),
})

/** The claims of a token. Its signature is not checked: what it says is what whoever made it said. */
export function readToken(text: string): Leaked {
  const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(text.trim()) ?? []
  const parsed = claims.safeParse(jsonOf(payload))
  if (!parsed.success)
    throw unreadable(
      'is no token of three parts with claims (JWT)',
      'A bootstrap token or one of a static file says nothing of itself: give the SUBJECT.',
    )
  const { iss, sub, exp, iat } = parsed.data
  const times = {
    ...(iss === undefined ? {} : { issuer: iss }),
    ...(iat === undefined ? {} : { issuedAt: timeOf(iat) }),
    ...(exp === undefined ? {} : { expires: timeOf(exp) }),
  }
  const subject = canonical({ kind: 'User', name: sub ?? '' })
  if (subject?.kind !== 'ServiceAccount') return { kind: 'other-token', ...(sub === undefined ? {} : { says: sub }), ...times }
  const own = parsed.data['kubernetes.io']
  const secret = parsed.data['kubernetes.io/serviceaccount/secret.name']
  const bound = (
    [
      ['Pod', own?.pod?.name],
      ['Secret', own?.secret?.name ?? secret],
      ['Node', own?.pod === undefined ? own?.node?.name : undefined],
    ] as const
  ).find(([, name]) => name !== undefined)
  return {
    kind: 'account-token',
    subject,
    groups: [],
    legacy: secret !== undefined,
    ...(bound?.[1] === undefined ? {} : { bound: { kind: bound[0], name: bound[1] } }),
    ...times,
  }
}

/** The user and the groups of a client certificate. The key that may lie in the same file is not looked at. */
export function readCertificate(text: string): Leaked {
  const [pem] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text) ?? []
  if (pem === undefined) throw unreadable('holds no certificate (PEM)', 'From a kubeconfig: base64 -d of client-certificate-data.')
  const fields = subjectFields(pem)
  const user = fields.CN.at(-1)
  if (user === undefined || user === '') throw unreadable('holds a certificate without a common name', 'It signs nobody in.')
  const subject = canonical({ kind: 'User', name: user })
  if (subject === undefined) throw unreadable('names nobody', 'It signs nobody in.')
  return { kind: 'certificate', subject, groups: fields.O, from: fields.from, expires: fields.expires }
}

function subjectFields(pem: string): {
  readonly CN: readonly string[]
  readonly O: readonly string[]
  readonly from: string
  readonly expires: string
} {
  try {
    const certificate = new X509Certificate(pem)
    const { subject } = certificate.toLegacyObject() as unknown as { subject: Record<string, string | string[] | undefined> }
    const all = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat())
    return {
      CN: all(subject.CN),
      O: all(subject.O),
      from: certificate.validFromDate.toISOString(),
      expires: certificate.validToDate.toISOString(),
    }
  } catch {
    throw unreadable('holds a certificate that cannot be read', 'Give it as PEM.')
  }
}

function jsonOf(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** NumericDate of a JWT; what no calendar holds is told as it is. */
function timeOf(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}

function unreadable(what: string, hint: string): HardenError {
  return new HardenError('input', `The file ${what}.`, hint)
}

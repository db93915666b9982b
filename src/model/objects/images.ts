import * as z from 'zod'
import { listOf, meta } from './meta.ts'

/** Of one severity: how many vulnerabilities, and for how many of them there is a fix. */
const count = z.object({ all: z.number(), fixed: z.number() })

/** What a scan found, as far as it decides something; the worst that can be fixed by name. */
export const scanned = z.object({ critical: count, high: count, worst: z.array(z.string()) })
export type Scanned = z.infer<typeof scanned>

/** One vulnerability, as every scanner tells it. */
export interface Vulnerability {
  readonly id: string
  readonly severity: string
  readonly fixed: boolean
}

/** How many names of vulnerabilities are kept of one image. */
const NAMED = 5

/** Counts what was found; one that is in several packages counts once, fixed where any of them is. */
export function countVulnerabilities(found: readonly Vulnerability[]): Scanned {
  const byId = new Map<string, { severity: string; fixed: boolean }>()
  for (const { id, severity, fixed } of found) {
    const key = `${severity.toLowerCase()} ${id}`
    byId.set(key, { severity: severity.toLowerCase(), fixed: fixed || byId.get(key)?.fixed === true })
  }
  const of = (severity: string) => [...byId].filter(([, v]) => v.severity === severity)
  const counted = (severity: string) => ({ all: of(severity).length, fixed: of(severity).filter(([, v]) => v.fixed).length })
  const named = ['critical', 'high'].flatMap((severity) =>
    of(severity)
      .filter(([, v]) => v.fixed)
      .map(([key]) => key.slice(severity.length + 1))
      .toSorted(),
  )
  return { critical: counted('critical'), high: counted('high'), worst: named.slice(0, NAMED) }
}

/** A report of Trivy Operator. Its list of vulnerabilities is counted and dropped: it may be thousands of lines. */
export const vulnerabilityReport = z
  .object({
    metadata: meta,
    report: z.object({
      updateTimestamp: z.string().optional(),
      registry: z.object({ server: z.string().optional() }).nullish(),
      artifact: z.object({ repository: z.string().optional(), tag: z.string().optional(), digest: z.string().optional() }),
      scanned: scanned.optional(),
      vulnerabilities: listOf(z.object({ vulnerabilityID: z.string(), severity: z.string(), fixedVersion: z.string().optional() })),
    }),
  })
  .transform(({ metadata, report: { vulnerabilities, scanned: done, registry, ...report } }) => ({
    metadata,
    report: {
      ...report,
      registry: { server: registry?.server ?? '' },
      scanned:
        done ??
        countVulnerabilities(
          vulnerabilities.map((v) => ({ id: v.vulnerabilityID, severity: v.severity, fixed: (v.fixedVersion ?? '') !== '' })),
        ),
    },
  }))

/** What a scanner outside the cluster found in one image, as the operator handed it over. */
export const imageScan = z.object({
  /** The file. */
  metadata: z.object({ name: z.string() }),
  scanner: z.enum(['Trivy', 'Grype']),
  /** When it was scanned, where the file says so. */
  takenAt: z.string().optional(),
  /** The image by all names that the scanner gives it: as it was asked for, its tags, its digests. */
  names: z.array(z.string()),
  /** Whom it runs as where nobody says otherwise: `USER` of its Dockerfile, empty for root. */
  user: z.string().optional(),
  scanned,
})
export type ImageScan = z.infer<typeof imageScan>

/** Sigstore policy-controller. */
export const clusterImagePolicy = z.object({
  metadata: meta,
  spec: z.object({
    mode: z.string().optional(),
    images: listOf(z.object({ glob: z.string().optional() })),
    authorities: listOf(
      z.looseObject({ static: z.object({ action: z.string().optional() }).optional() }).transform((v) => ({
        ...(v.static === undefined ? {} : { static: v.static }),
      })),
    ),
  }),
})

const references = listOf(z.string())
const verify = z.object({
  imageReferences: references,
  failureAction: z.string().optional(),
  required: z.boolean().optional(),
})

/** Kyverno: of its rules only those that verify images are kept. */
export const kyvernoPolicy = z.object({
  metadata: meta,
  spec: z.object({
    validationFailureAction: z.string().optional(),
    failurePolicy: z.string().optional(),
    rules: listOf(z.object({ name: z.string().optional(), verifyImages: listOf(verify) })).transform((rules) =>
      rules.filter((rule) => rule.verifyImages.length > 0),
    ),
  }),
})

/** Kyverno's policies in CEL that look at images. */
export const imageValidatingPolicy = z.object({
  metadata: meta,
  spec: z.object({
    validationActions: references,
    failurePolicy: z.string().optional(),
    matchImageReferences: listOf(z.object({ glob: z.string().optional(), expression: z.string().optional() })),
  }),
})

/** Ratify, as a constraint of Gatekeeper. */
export const ratifyVerification = z.object({
  metadata: meta,
  spec: z
    .object({ enforcementAction: z.string().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})

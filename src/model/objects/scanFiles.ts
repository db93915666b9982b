import * as z from 'zod'
import { countVulnerabilities, type ImageScan } from './images.ts'
import { listOf } from './meta.ts'

/** `trivy image -f json`. Source: aquasecurity/trivy pkg/types/report.go. */
const trivy = z
  .object({
    SchemaVersion: z.literal(2),
    CreatedAt: z.string().optional(),
    ArtifactName: z.string(),
    ArtifactType: z.literal('container_image', 'is not container_image: only scans of images say something about workloads'),
    Metadata: z
      .object({
        RepoTags: listOf(z.string()),
        RepoDigests: listOf(z.string()),
        ImageConfig: z.object({ config: z.object({ User: z.string().optional() }).optional() }).optional(),
      })
      .optional(),
    Results: listOf(
      z.object({
        Vulnerabilities: listOf(z.object({ VulnerabilityID: z.string(), Severity: z.string(), FixedVersion: z.string().optional() })),
      }),
    ),
  })
  .transform(({ CreatedAt, ArtifactName, Metadata, Results }): Omit<ImageScan, 'metadata'> => {
    const user = Metadata?.ImageConfig === undefined ? undefined : (Metadata.ImageConfig.config?.User ?? '')
    const found = Results.flatMap(({ Vulnerabilities }) =>
      Vulnerabilities.map((v) => ({ id: v.VulnerabilityID, severity: v.Severity, fixed: (v.FixedVersion ?? '') !== '' })),
    )
    return {
      scanner: 'Trivy',
      ...(CreatedAt === undefined ? {} : { takenAt: CreatedAt }),
      names: unique([ArtifactName, ...(Metadata?.RepoTags ?? []), ...(Metadata?.RepoDigests ?? [])]),
      ...(user === undefined ? {} : { user }),
      scanned: countVulnerabilities(found),
    }
  })

/** `grype IMAGE -o json`. Source: anchore/grype grype/presenter/models/document.go. */
const grype = z
  .object({
    descriptor: z.object({ name: z.literal('grype'), timestamp: z.string().optional() }),
    source: z.object({
      type: z.literal('image', 'is not image: only scans of images say something about workloads'),
      target: z.object({
        userInput: z.string(),
        tags: listOf(z.string()),
        repoDigests: listOf(z.string()),
        /** The image's own configuration, in base64. */
        config: z.string().nullish(),
      }),
    }),
    matches: listOf(
      z.object({ vulnerability: z.object({ id: z.string(), severity: z.string(), fix: z.object({ state: z.string() }).nullish() }) }),
    ),
  })
  .transform(({ descriptor, source: { target }, matches }): Omit<ImageScan, 'metadata'> => {
    const user = userIn(target.config)
    return {
      scanner: 'Grype',
      ...(descriptor.timestamp === undefined ? {} : { takenAt: descriptor.timestamp }),
      names: unique([target.userInput, ...target.tags, ...target.repoDigests]),
      ...(user === undefined ? {} : { user }),
      scanned: countVulnerabilities(
        matches.map(({ vulnerability: v }) => ({ id: v.id, severity: v.severity, fixed: v.fix?.state === 'fixed' })),
      ),
    }
  })

const imageConfig = z.object({ config: z.object({ User: z.string().optional() }).nullish() })

function userIn(base64: string | null | undefined): string | undefined {
  if (base64 === null || base64 === undefined || base64 === '') return undefined
  try {
    const parsed = imageConfig.safeParse(JSON.parse(Buffer.from(base64, 'base64').toString('utf8')))
    return parsed.success ? (parsed.data.config?.User ?? '') : undefined
  } catch {
    return undefined
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}

/** Which scanner wrote this document, by what only its documents have. */
export function scanFileOf(value: unknown): z.ZodType<Omit<ImageScan, 'metadata'>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('SchemaVersion' in value && 'ArtifactName' in value) return trivy
  return 'descriptor' in value && 'matches' in value ? grype : undefined
}

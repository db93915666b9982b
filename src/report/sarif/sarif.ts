import type { Assessment } from '#model/assessment.ts'
import type { Check } from '#model/check.ts'
import { safe } from '#model/text.ts'
import { NO_PLACES, type Places } from '../places.ts'
import { gapSentence } from '../words.ts'
import { sarifText } from './message.ts'
import { resultsOf } from './results.ts'
import { ruleOf } from './rules.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

export interface SarifOptions {
  readonly version: string
  /** For the rules' help. */
  readonly checks: readonly Check[]
  /** Where objects stand in files, when they came from files. */
  readonly places?: Places
}

/** A SARIF 2.1.0 log with one run: a rule for each check, a result for each open or accepted finding. */
export function sarifLog(assessment: Assessment, { version, checks, places = NO_PLACES }: SarifOptions) {
  const byId = new Map<string, Check>(checks.map((check) => [check.id, check]))
  const results = assessment.checks.flatMap((check, index) => resultsOf(check, index, places))
  return {
    $schema: SCHEMA,
    version: '2.1.0' as const,
    runs: [
      {
        tool: {
          driver: {
            name: 'kubeharden',
            version,
            rules: assessment.checks.map((check) => ruleOf(check, byId.get(check.id))),
            notifications: [{ id: 'not-seen', shortDescription: { text: 'Something could not be seen' } }],
          },
        },
        automationDetails: { id: `kubeharden/${safe(assessment.cluster.name).toWellFormed()}/` },
        columnKind: 'utf16CodeUnits' as const,
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: assessment.at,
            // What could not be seen is told here: nobody shall take an empty list for a clean cluster.
            toolExecutionNotifications: assessment.gaps.map((gap) => ({
              descriptor: { id: 'not-seen', index: 0 },
              level: 'warning' as const,
              message: { text: sarifText(gapSentence(gap)) },
            })),
          },
        ],
        results,
        properties: { score: assessment.overall.score ?? null, coverage: assessment.overall.coverage, source: assessment.source },
      },
    ],
  }
}

export function toSarif(assessment: Assessment, options: SarifOptions): string {
  return `${JSON.stringify(sarifLog(assessment, options), null, 2)}\n`
}

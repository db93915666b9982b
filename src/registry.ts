import { checks } from '#checks/index.ts'
import { coverageText } from '#report/coverage.ts'
import { checkPages } from '#report/explain.ts'
import { knownNeedsPage } from '#report/knownNeeds.ts'
import { reportJsonSchema } from '#report/schema.ts'
import { wizards } from '#wizards/index.ts'

/** The generated pages of docs/checks: [path, text]. */
export function checkDocs(): readonly (readonly [string, string])[] {
  return [...checkPages(checks, wizards), ['known-needs.md', knownNeedsPage()]]
}

/** docs/report.schema.json. */
export function reportSchemaText(): string {
  return `${JSON.stringify(reportJsonSchema(), null, 2)}\n`
}

/** docs/coverage.md. */
export function coverageDoc(): string {
  return coverageText(checks)
}

import type { Assessment } from '#model/assessment.ts'
import { say } from '#model/text.ts'
import { sentence } from './words.ts'

/** The JSON report (public contract, version 1): described in docs/report.md. */
export function toReport(assessment: Assessment, tool: { readonly version: string }) {
  return {
    schemaVersion: 1,
    tool: { name: 'kubeharden', version: tool.version },
    generatedAt: assessment.at,
    source: assessment.source,
    cluster: assessment.cluster,
    score: {
      overall: assessment.overall.score ?? null,
      coverage: assessment.overall.coverage,
      areas: Object.fromEntries(
        Object.entries(assessment.areas).map(([area, s]) => [area, { score: s.score ?? null, coverage: s.coverage, totals: s.totals }]),
      ),
    },
    totals: assessment.overall.totals,
    checks: assessment.checks.map((check) => ({
      id: check.id,
      area: check.area,
      severity: check.severity,
      status: check.status,
      title: say(check.title),
      controls: check.controls,
      findings: check.findings.map((f) => ({
        object: f.object,
        ...(f.path === undefined ? {} : { path: f.path }),
        ...(f.saw === undefined ? {} : { saw: f.saw }),
        status: f.status,
        message: sentence(check, f),
        ...(f.note === undefined ? {} : { note: f.note }),
      })),
      gaps: check.gaps,
    })),
    gaps: assessment.gaps,
  }
}

export function toJson(assessment: Assessment, tool: { readonly version: string }): string {
  return `${JSON.stringify(toReport(assessment, tool), null, 2)}\n`
}

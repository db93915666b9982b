import type { Assessment } from '#model/assessment.ts'
import type { Controls } from '#model/check.ts'
import { say } from '#model/text.ts'
import { categoryOf } from './categories.ts'
import type { Report } from './schema.ts'
import { sentence } from './words.ts'

/** The JSON report (public contract, version 1): described in docs/report.md and docs/report.schema.json. */
export function toReport(assessment: Assessment, tool: { readonly version: string }): Report {
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
      category: categoryOf(check),
      severity: check.severity,
      status: check.status,
      title: say(check.title),
      controls: controlsOf(check.controls),
      findings: check.findings.map((f) => ({
        object: f.object,
        ...(f.path === undefined ? {} : { path: f.path }),
        ...(f.saw === undefined ? {} : { saw: f.saw }),
        status: f.status,
        message: sentence(check, f),
        ...(f.note === undefined ? {} : { note: f.note }),
      })),
      gaps: [...check.gaps],
    })),
    gaps: [...assessment.gaps],
  }
}

function controlsOf({ topic, cis, nsa, risk }: Controls): Report['checks'][number]['controls'] {
  return {
    topic: [...topic],
    ...(cis === undefined ? {} : { cis: [...cis] }),
    ...(nsa === undefined ? {} : { nsa: [...nsa] }),
    ...(risk === undefined ? {} : { risk: [...risk] }),
  }
}

export function toJson(assessment: Assessment, tool: { readonly version: string }): string {
  return `${JSON.stringify(toReport(assessment, tool), null, 2)}\n`
}

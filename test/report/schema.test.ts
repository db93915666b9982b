import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Assessment } from '#model/assessment.ts'
import { toJson } from '#report/json.ts'
import { reportSchema } from '#report/schema.ts'
import { anyAssessment, blindAssessment, exampleAssessments, practiceAssessment } from './scenes.ts'
import { byDraft2020 } from './validators.ts'

const published = JSON.parse(readFileSync(new URL('../../docs/report.schema.json', import.meta.url), 'utf8')) as object
const check = byDraft2020(published)
/** The same without room for more: what is not in the schema must not be in a report either. */
const closed = byDraft2020(z.toJSONSchema(reportSchema, { io: 'output' }) as object)
const printed = (assessment: Assessment): unknown => JSON.parse(toJson(assessment, { version: '0.0.0' }))

describe('docs/report.schema.json', () => {
  it('refuses what is no report', () => {
    const report = printed(blindAssessment()) as { checks: { status: string }[] }
    const [first] = report.checks
    if (first === undefined) throw new Error('no check')
    expect(check({ ...report, schemaVersion: 2 })).not.toEqual([])
    expect(check({ ...report, gaps: undefined })).not.toEqual([])
    expect(check({ ...report, checks: [{ ...first, status: 'fine' }] })).not.toEqual([])
    expect(check({ ...report, more: 1 })).toEqual([])
    expect(closed({ ...report, more: 1 })).not.toEqual([])
  })

  it('every report of the practice cluster and of the examples is one, and has nothing beside', async () => {
    for (const assessment of [await practiceAssessment(), blindAssessment(), ...exampleAssessments()]) {
      const report = printed(assessment)
      expect(check(report)).toEqual([])
      expect(closed(report)).toEqual([])
    }
  })

  it('whatever strangers write, a report is valid and is read back as it was', () => {
    fc.assert(
      fc.property(anyAssessment, (assessment) => {
        const report = printed(assessment)
        expect(closed(report)).toEqual([])
        expect(reportSchema.parse(report)).toEqual(report)
      }),
    )
  })
})

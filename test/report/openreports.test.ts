import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Assessment } from '#model/assessment.ts'
import { openReports } from '#report/openreports.ts'
import { anyAssessment, practiceAssessment } from './scenes.ts'

/** The practice cluster's checks with their findings repeated many times. */
function large(assessment: Assessment, times: number): Assessment {
  const checks = assessment.checks.map((c) => ({ ...c, findings: Array.from({ length: times }, () => c.findings).flat() }))
  return { ...assessment, checks }
}

describe('openreports', () => {
  it('a pass is a pass or attested; what was not seen is an error', () => {
    fc.assert(
      fc.property(anyAssessment, (assessment) => {
        const { items } = openReports(assessment)
        const findings = assessment.checks.flatMap((c) => c.findings)
        const count = (...of: string[]) => findings.filter((f) => of.includes(f.status)).length
        const total = (result: 'pass' | 'fail' | 'warn' | 'error' | 'skip') => items.reduce((sum, i) => sum + i.summary[result], 0)
        const gaps = assessment.checks.reduce((sum, c) => sum + c.gaps.length, 0)
        expect(total('pass')).toBe(count('pass', 'attested'))
        expect(total('fail')).toBe(count('fail'))
        expect(total('error')).toBe(count('unknown') + gaps)
        expect(total('warn')).toBe(count('manual'))
        expect(total('skip')).toBe(count('accepted'))
      }),
    )
  })

  it('no object grows too large for kubectl apply, and names of parts do not meet', async () => {
    const { items } = openReports(large(await practiceAssessment(), 40))
    for (const item of items) expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(181_500)
    const names = items.map((i) => `${i.kind} ${i.metadata.namespace}/${i.metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
    const whole = items.filter((i) => i.kind === 'ClusterReport').map((i) => i.metadata.name)
    expect(whole.length).toBeGreaterThan(2)
    expect(whole).toEqual(whole.map((_, i) => (i === 0 ? 'kubeharden' : `kubeharden-${i + 1}`)))
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STATUSES } from '#model/areas.ts'
import { CATEGORIES, categoryOf } from '#report/categories.ts'
import { inspect } from '#report/inspection/model.ts'
import { checks } from '../../src/checks/index.ts'
import { anyAssessment, blindAssessment, practiceAssessment } from './scenes.ts'

describe('categories', () => {
  it('each check is in one of the five, and each of the five has checks or is still to come', () => {
    const of = (id: string) => {
      const check = checks.find((c) => c.id === id)
      if (check === undefined) throw new Error(id)
      return categoryOf(check)
    }
    expect(of('network/default-deny')).toBe('network')
    expect(of('backup/single-replica')).toBe('health')
    expect(of('backup/capacity-reserve')).toBe('resources')
    expect(of('access/cluster-admin-bindings')).toBe('security')
    expect(new Set(checks.map(categoryOf)).size).toBeGreaterThanOrEqual(4)
    expect(CATEGORIES).toHaveLength(5)
  })
})

describe('inspection', () => {
  it('counts every finding and every gap once, wherever it is counted', () => {
    fc.assert(
      fc.property(anyAssessment, (assessment) => {
        const { rows, objects, categories, kinds } = inspect(assessment)
        const findings = assessment.checks.flatMap((c) => c.findings)
        const gaps = assessment.checks.flatMap((c) => c.gaps)
        expect(rows).toHaveLength(findings.length + gaps.length)
        for (const status of STATUSES)
          expect(objects[status]).toBe(findings.filter((f) => f.status === status).length + (status === 'unknown' ? gaps.length : 0))
        for (const shares of [categories, kinds]) {
          expect(shares.reduce((sum, s) => sum + s.passed, 0)).toBe(objects.pass + objects.attested)
          expect(shares.reduce((sum, s) => sum + s.failed, 0)).toBe(objects.fail)
          expect(shares.reduce((sum, s) => sum + s.undecided, 0)).toBe(objects.unknown + objects.manual)
          for (const s of shares) expect(s.share === 100).toBe(s.failed === 0 && s.passed > 0)
        }
      }),
    )
  })

  it('unknown is never among what passed', () => {
    const { categories, objects } = inspect(blindAssessment())
    expect(objects.unknown).toBeGreaterThan(10)
    expect(categories.find((c) => c.name === 'security')?.undecided).toBeGreaterThan(10)
  })

  it('what is open stands first, and accepted and attested items are told', async () => {
    const { rows, accepted, attested, known, objects } = inspect(await practiceAssessment())
    const order = rows.map((r) => STATUSES.indexOf(r.result))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(accepted.length).toBeGreaterThan(0)
    expect(attested.length).toBeGreaterThan(0)
    expect([...accepted, ...attested].every((r) => r.note?.by === 'ops')).toBe(true)
    expect(known.every((k) => k.by.includes('known need of') && k.reason.length > 10)).toBe(true)
    expect(known.reduce((sum, k) => sum + k.items, 0) + accepted.length).toBe(objects.accepted)
  })
})

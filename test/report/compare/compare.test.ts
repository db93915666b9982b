import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEVERITIES, STATUSES, type Status } from '#model/areas.ts'
import { type Change, type Comparison, compareReports } from '#report/compare/compare.ts'
import { comparisonMarkdown, comparisonTable } from '#report/compare/text.ts'
import { toReport } from '#report/json.ts'
import type { Report, ReportCheck, ReportFinding } from '#report/schema.ts'
import { hostileText, practiceAssessment } from '../scenes.ts'

const COUNTS = Object.fromEntries(STATUSES.map((s) => [s, 0])) as Report['totals']

function report(checks: Report['checks'], name = 'prod'): Report {
  return {
    schemaVersion: 1,
    tool: { name: 'kubeharden', version: '0' },
    generatedAt: '2026-11-22T12:00:00Z',
    source: 'live',
    cluster: { name, distribution: 'kubeadm' },
    score: { overall: 50, coverage: 50, areas: {} },
    totals: COUNTS,
    checks,
    gaps: [],
  }
}

const check = (id: string, findings: ReportFinding[], more: Partial<ReportCheck> = {}): ReportCheck => ({
  id,
  area: 'network',
  severity: 'high',
  status: 'pass',
  title: 'A test',
  controls: { topic: [] },
  findings,
  gaps: [],
  ...more,
})

const finding = (name: string, status: Status, more: Partial<ReportFinding> = {}): ReportFinding => ({
  object: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name },
  status,
  message: `${name} is seen`,
  ...more,
})

const GROUPS = ['fixed', 'new', 'changed', 'stillOpen'] as const
/** `fixed web: fail -> pass`, with ! where it is worse. */
const said = (c: Comparison) =>
  GROUPS.flatMap((g) => c[g].map((x) => `${g} ${x.object.name}: ${x.before.status} -> ${x.after.status}${x.worse ? ' !' : ''}`))
const between = (a: ReportFinding[], b: ReportFinding[], gaps: ReportCheck['gaps'] = [], gapsBefore: ReportCheck['gaps'] = []) =>
  compareReports(report([check('network/x', a, { gaps: gapsBefore })]), report([check('network/x', b, { gaps })]))

describe('compare', () => {
  it.each([
    ['fail', 'pass', 'fixed web: fail -> pass'],
    ['fail', 'not-applicable', 'fixed web: fail -> not-applicable'],
    ['fail', 'attested', 'fixed web: fail -> attested'],
    ['pass', 'fail', 'new web: pass -> fail !'],
    ['fail', 'fail', 'stillOpen web: fail -> fail'],
    ['fail', 'accepted', 'changed web: fail -> accepted'],
    ['accepted', 'fail', 'changed web: accepted -> fail !'],
    ['fail', 'unknown', 'changed web: fail -> unknown'],
    ['unknown', 'fail', 'changed web: unknown -> fail !'],
    ['pass', 'unknown', 'changed web: pass -> unknown !'],
    ['attested', 'manual', 'changed web: attested -> manual !'],
    ['unknown', 'pass', 'changed web: unknown -> pass'],
    ['pass', 'pass', undefined],
    ['unknown', 'manual', undefined],
    ['accepted', 'accepted', undefined],
  ] as const)('%s, then %s: %s', (a, b, expected) => {
    const comparison = between([finding('web', a)], [finding('web', b)])
    expect(said(comparison)).toEqual(expected === undefined ? [] : [expected])
    expect(comparison.regressions).toBe(expected?.endsWith('!') ? 1 : 0)
  })

  it('what is not there any more is fixed, unless it could not be looked for', () => {
    const gap = { kind: 'pods', reason: 'forbidden', detail: '403' } as const
    const web = [finding('web', 'fail')]
    expect(said(between(web, []))).toEqual(['fixed web: fail -> gone'])
    expect(said(between(web, [], [gap]))).toEqual(['changed web: fail -> not-seen'])
    expect(said(between(web, [], [{ ...gap, namespace: 'shop' }]))).toEqual(['changed web: fail -> not-seen'])
    expect(said(between(web, [], [{ ...gap, namespace: 'other' }]))).toEqual(['fixed web: fail -> gone'])
    expect(said(between(web, [], [{ ...gap, name: 'web' }]))).toEqual(['changed web: fail -> not-seen'])
    expect(said(between(web, [], [{ ...gap, name: 'other' }]))).toEqual(['fixed web: fail -> gone'])
    const shop = [{ ...finding('shop', 'fail'), object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } }]
    expect(said(between(shop, [], [{ ...gap, namespace: 'shop' }]))).toEqual(['changed shop: fail -> not-seen'])
    expect(said(between([finding('web', 'pass')], [], [gap]))).toEqual(['changed web: pass -> not-seen !'])
    expect(said(between([], web))).toEqual(['new web: gone -> fail !'])
    expect(said(between([], web, [], [gap]))).toEqual(['changed web: not-seen -> fail !'])
    expect(said(between([], [finding('web', 'pass'), finding('b', 'unknown'), finding('c', 'accepted')]))).toEqual([])
  })

  it('other words, another severity and another place are changes, none of them worse', () => {
    const old = [finding('web', 'fail', { path: 'spec.containers[0]' })]
    expect(said(between(old, [finding('web', 'fail', { path: 'spec.containers[1]' })]))).toEqual(['changed web: fail -> fail'])
    expect(said(between(old, [finding('web', 'fail', { path: 'spec.containers[0]', saw: 'x' })]))).toEqual(['changed web: fail -> fail'])
    const low = report([check('network/x', old, { severity: 'low' })])
    const high = report([check('network/x', old)])
    expect(said(compareReports(low, high))).toEqual(['changed web: fail -> fail'])
    // One container more in front of it: one moved, one is new.
    const two = [0, 1].map((i) => finding('web', 'fail', { path: `spec.containers[${i}]` }))
    expect(said(between(old, two))).toEqual(['new web: gone -> fail !', 'stillOpen web: fail -> fail'])
  })

  it('what moved is paired from the first on: the last is the new one', () => {
    const at = (...places: number[]) => places.map((i) => finding('web', 'fail', { path: `spec.containers[${i}]` }))
    const comparison = between(at(1, 2), at(3, 4, 5))
    expect(comparison.changed.map((c) => [c.before.path, c.after.path])).toEqual([
      ['spec.containers[1]', 'spec.containers[3]'],
      ['spec.containers[2]', 'spec.containers[4]'],
    ])
    expect(comparison.new.map((c) => c.after.path)).toEqual(['spec.containers[5]'])
  })

  it('checks of one report only are named and not compared', () => {
    const fail = [finding('web', 'fail')]
    const comparison = compareReports(report([check('network/a', fail)]), report([check('network/b', fail)]))
    expect(comparison).toMatchObject({ onlyBefore: ['network/a'], onlyAfter: ['network/b'], regressions: 0, new: [], fixed: [] })
    expect(comparisonTable(comparison)).toContain('only the first has them: network/a')
  })
})

const anyFinding = fc.record(
  {
    object: fc.record({
      apiVersion: fc.constant('v1'),
      kind: fc.constantFrom('Pod', 'Namespace'),
      namespace: fc.constantFrom('a', 'b'),
      name: fc.constantFrom('x', 'y', 'a'),
    }),
    path: fc.constantFrom('p[0]', 'p[1]'),
    saw: fc.constantFrom('this', 'that'),
    status: fc.constantFrom(...STATUSES),
    message: fc.constantFrom('one', 'two'),
  },
  { requiredKeys: ['object', 'status', 'message'] },
)
const anyCheck = fc
  .record({
    id: fc.constantFrom('network/a', 'network/b', 'network/c'),
    severity: fc.constantFrom(...SEVERITIES),
    findings: fc.array(anyFinding, { maxLength: 8 }),
    gaps: fc.array(fc.constantFrom(undefined, 'a', 'b'), { maxLength: 1 }),
  })
  .map(({ id, severity, findings, gaps }) =>
    check(id, findings, {
      severity,
      gaps: gaps.map((namespace) => ({
        kind: 'pods',
        reason: 'forbidden' as const,
        detail: '403',
        ...(namespace === undefined ? {} : { namespace }),
      })),
    }),
  )
const anyReport = fc.uniqueArray(anyCheck, { selector: (c) => c.id, maxLength: 3 }).map((checks) => report(checks))

/** The same change, seen from the other side. */
const turned = (changes: readonly Change[]) => changes.map(({ worse: _, before, after, ...c }) => ({ ...c, before: after, after: before }))
const bare = (changes: readonly Change[]) => changes.map(({ worse: _, ...c }) => c)
const bag = (list: readonly object[]) => list.map((x) => JSON.stringify(x, Object.keys(flat(x)).sort())).sort()
const flat = (value: unknown): Record<string, true> =>
  typeof value === 'object' && value !== null
    ? Object.assign({}, ...Object.entries(value).map(([k, v]) => ({ [k]: true, ...flat(v) })))
    : {}

describe('compare, of any two reports', () => {
  it('a report and itself: nothing fixed, new, changed or worse; what fails is still open', () => {
    fc.assert(
      fc.property(anyReport, (a) => {
        const c = compareReports(a, structuredClone(a))
        expect([c.fixed, c.new, c.changed, c.onlyBefore, c.onlyAfter, c.regressions]).toEqual([[], [], [], [], [], 0])
        const failing = a.checks.flatMap((x) =>
          x.findings.filter((f) => f.status === 'fail').map((f) => JSON.stringify([x.id, f.object, f.path])),
        )
        expect(c.stillOpen).toHaveLength(new Set(failing).size)
      }),
    )
  })

  it('the other way round it is the mirror image', () => {
    fc.assert(
      fc.property(anyReport, anyReport, (a, b) => {
        const there = compareReports(a, b)
        const back = compareReports(b, a)
        expect(bag(bare(back.fixed))).toEqual(bag(turned(there.new)))
        expect(bag(bare(back.new))).toEqual(bag(turned(there.fixed)))
        expect(bag(bare(back.changed))).toEqual(bag(turned(there.changed)))
        expect(bag(bare(back.stillOpen))).toEqual(bag(turned(there.stillOpen)))
        expect([back.onlyBefore, back.onlyAfter]).toEqual([there.onlyAfter, there.onlyBefore])
      }),
    )
  })

  it('nothing that fails now is left out, and what newly fails is a regression', () => {
    fc.assert(
      fc.property(anyReport, anyReport, (a, b) => {
        const c = compareReports(a, b)
        const both = b.checks.filter((x) => a.checks.some((y) => y.id === x.id))
        const failing = new Set(
          both.flatMap((x) => x.findings.filter((f) => f.status === 'fail').map((f) => JSON.stringify([x.id, f.object, f.path ?? '']))),
        )
        const told = [...c.new, ...c.changed, ...c.stillOpen].filter((x) => x.after.status === 'fail')
        expect(new Set(told.map((x) => JSON.stringify([x.check, x.object, x.after.path ?? ''])))).toEqual(failing)
        expect(told.every((x) => x.worse === (x.before.status !== 'fail'))).toBe(true)
        expect(c.regressions).toBe([...c.new, ...c.changed].filter((x) => x.worse).length)
      }),
    )
  })

  it('shows names of strangers and sends nothing to the terminal or into a table', () => {
    fc.assert(
      fc.property(hostileText, (name) => {
        const c = compareReports(
          report([check('network/x', [])], name),
          report([check('network/x', [finding(name, 'fail', { path: name })])], name),
        )
        expect(comparisonTable(c)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
        const rows = comparisonMarkdown(c)
          .split('\n')
          .filter((line) => line.startsWith('|'))
        for (const row of rows) expect(row.replace(/\\./g, '').split('|')).toHaveLength(8)
        expect(rows).toHaveLength(3)
      }),
    )
  })
})

it('the practice cluster against itself: all of it still open', async () => {
  const practice = toReport(await practiceAssessment(), { version: '0' })
  const c = compareReports(practice, practice)
  expect(c.stillOpen.length).toBeGreaterThan(50)
  expect([c.fixed, c.new, c.changed, c.regressions]).toEqual([[], [], [], 0])
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scoreByArea, scoreOf } from '#evaluate/score.ts'
import type { Assessment, CheckResult } from '#model/assessment.ts'
import { cell, toCsv } from '#report/csv.ts'
import { toReport } from '#report/json.ts'
import { md, toMarkdown } from '#report/markdown.ts'
import { toTable } from '#report/table.ts'
import { anyAssessment } from './scenes.ts'

function assessment(name: string): Assessment {
  const checks: CheckResult[] = [
    {
      id: 'access/test',
      area: 'access',
      severity: 'high',
      status: 'fail',
      title: { en: 'A test' },
      controls: { topic: ['T08'], cis: ['5.1.1'] },
      messages: { open: { en: '{who} can do all' } },
      findings: [
        {
          status: 'fail',
          object: { apiVersion: 'v1', kind: 'Thing', namespace: 'ns', name },
          message: 'open',
          params: { who: name },
          saw: name,
        },
        { status: 'pass', object: { apiVersion: 'v1', kind: 'Thing', name: 'fine' }, message: 'open', params: { who: 'x' } },
      ],
      gaps: [],
    },
    {
      id: 'network/test',
      area: 'network',
      severity: 'medium',
      status: 'unknown',
      title: { en: 'Not seen' },
      controls: { topic: ['T11'] },
      messages: {},
      findings: [],
      gaps: [
        {
          kind: 'pods',
          namespace: 'shop',
          reason: 'forbidden',
          detail: '403',
          needs: { verb: 'list', group: '', resource: 'pods', namespace: 'shop' },
        },
      ],
    },
  ]
  return {
    schemaVersion: 1,
    at: '2026-11-22T12:00:00.000Z',
    source: 'live',
    cluster: { name, distribution: 'kubeadm', version: 'v1.36.3' },
    overall: scoreOf(checks),
    areas: scoreByArea(checks),
    checks,
    gaps: checks.flatMap((c) => c.gaps),
  }
}

describe('table', () => {
  it('names the missing right of what could not be seen', () => {
    const text = toTable(assessment('prod'))
    expect(text).toContain('missing right: list pods in namespace shop')
    expect(text).toContain('Score 50 %, coverage 50 %')
    expect(text).toContain('Thing ns/prod: prod can do all')
  })
  it('shows terminal escapes instead of sending them', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (name) => void expect(toTable(assessment(name))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/),
      ),
    )
  })
})

describe('json', () => {
  it('keeps the documented shape', () => {
    const report = toReport(assessment('prod'), { version: '0.0.0' })
    expect(Object.keys(report)).toEqual(['schemaVersion', 'tool', 'generatedAt', 'source', 'cluster', 'score', 'totals', 'checks', 'gaps'])
    expect(report.score.overall).toBe(50)
    expect(report.checks[0]?.findings[0]).toEqual({
      object: { apiVersion: 'v1', kind: 'Thing', namespace: 'ns', name: 'prod' },
      saw: 'prod',
      status: 'fail',
      message: 'prod can do all',
    })
  })
})

describe('markdown', () => {
  it('lets no stranger open HTML, a link or a cell', () => {
    expect(md('<img src=x>|[a](b)')).toBe('&lt;img src=x&gt;\\|\\[a\\]\\(b\\)')
    expect(toMarkdown(assessment('<script>alert(1)</script>'))).not.toContain('<script>')
  })
  it('sums the inspection up by category, kind and severity, and has a row for each object', () => {
    const text = toMarkdown(assessment('prod'))
    for (const line of [
      '| Security | 1 | 1 | 0 | 50 % |',
      '| Network | 0 | 0 | 1 | not judged |',
      '| Thing | 1 | 1 | 0 | 50 % |',
      '| high | 1 | 0 | 0 |',
      '| Thing | prod | ns | access/test | prod | FAIL |',
      '| Thing | fine |  | access/test |  | PASS |',
      '| pods |  | shop | network/test |  | UNKNOWN |',
    ])
      expect(text.split('\n')).toContain(line)
  })
  it('every row of a table has as many cells as its head, whatever strangers write', () => {
    fc.assert(
      fc.property(anyAssessment, (any) => {
        let cells = 0
        for (const line of toMarkdown(any).split('\n')) {
          if (!line.startsWith('|')) cells = 0
          else {
            const here = line.replace(/\\./g, '').split('|').length
            if (cells === 0) cells = here
            expect(here).toBe(cells)
          }
        }
      }),
    )
  })
})

describe('csv', () => {
  it('defuses formulas and quotes', () => {
    expect(cell('=cmd|x')).toBe(`"'=cmd|x"`)
    expect(cell('a"b')).toBe('"a""b"')
  })
  it('has one row a finding and one a gap, all of the same width', () => {
    const rows = toCsv(assessment('prod')).trimEnd().split('\r\n')
    expect(rows).toHaveLength(4)
    expect(rows.slice(1).every((r) => r.split('","').length === 11)).toBe(true)
  })
})

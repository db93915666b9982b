import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliBench } from './bench.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubeharden-compare-'))
const at = (name: string) => join(folder, name)

interface Change {
  readonly check: string
  readonly object: { readonly name: string }
}
interface Comparison {
  readonly fixed: readonly Change[]
  readonly new: readonly Change[]
  readonly regressions: number
  readonly stillOpen: readonly Change[]
}

describe('compare', () => {
  const bench = cliBench()

  it('of a report with one made after a wizard was applied: fixed, and nothing worse', async () => {
    await bench.run(['audit', '--practice', '-o', 'json', '--out', at('before.json')])
    const applied = await bench.run([
      'apply',
      'network-policies',
      '--practice',
      '--mode',
      'default-deny',
      '--in-namespaces',
      'shop',
      '--yes',
    ])
    expect(applied.code).toBe(0)
    await bench.run(['audit', '--practice', '-o', 'json', '--out', at('after.json')])
    const { code, out, err } = await bench.run(['compare', at('before.json'), at('after.json'), '-o', 'json'])
    expect(err).toBe('')
    const comparison = JSON.parse(out) as Comparison
    expect(comparison.fixed.map((c) => `${c.check} ${c.object.name}`)).toContain('network/default-deny shop')
    expect(comparison.regressions).toBe(0)
    expect(code).toBe(0)
    const back = await bench.run(['compare', at('after.json'), at('before.json')])
    expect(back.code).toBe(1)
    expect(back.out).toMatch(/New:\n\s+worse\s+\w+\s+network\/default-deny\s+Namespace shop/)
    expect(back.out).toMatch(/Before: score [\d.]+ %/)
  })

  it('of a snapshot and a report on standard input', async () => {
    await bench.run(['snapshot', '--practice', '--out', at('now.json')])
    const stdin = readFileSync(at('before.json'), 'utf8')
    const { code, out, err } = await bench.run(['compare', '-', at('now.json'), '-o', 'json'], { stdin })
    expect(err).toBe('')
    const comparison = JSON.parse(out) as Comparison
    expect(comparison.fixed.map((c) => c.check)).toContain('network/default-deny')
    expect(code).toBe(comparison.regressions === 0 ? 0 : 1)
    const same = await bench.run(['compare', at('now.json'), at('now.json'), '-o', 'markdown', '--out', at('c.md')])
    expect({ code: same.code, out: same.out }).toEqual({ code: 0, out: '' })
    expect(readFileSync(at('c.md'), 'utf8')).toMatch(/^# practice of .*\n[\s\S]*0 fixed, 0 new, 0 changed, \d+ still open/)
  })

  it.each([
    [['compare', at('none.json'), at('none.json')], 2, /none.json: is not there/],
    [['compare', '-', '-'], 2, /one report only/],
    [['compare', '-', at('before.json')], 2, /holds no report/],
    [['compare', at('before.json')], 2, /missing required argument 'after'/],
    [['compare', at('before.json'), at('before.json'), '-o', 'xml'], 2, /-o xml is not known/],
  ] as const)('%j: %i', async (argv, code, words) => {
    const ran = await bench.run(argv)
    expect(ran.code).toBe(code)
    expect(ran.err).toMatch(words)
  })

  it('a report that was changed by hand is told with its place', async () => {
    const report = JSON.parse(readFileSync(at('before.json'), 'utf8')) as { checks: { status: string }[] }
    const [first] = report.checks
    if (first === undefined) throw new Error('no check')
    first.status = 'fine'
    writeFileSync(at('broken.json'), JSON.stringify(report))
    const { code, err } = await bench.run(['compare', at('broken.json'), at('before.json')])
    expect(code).toBe(2)
    expect(err).toMatch(/broken\.json: checks\.0\.status/)
  })
})

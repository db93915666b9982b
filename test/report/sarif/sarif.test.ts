import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Assessment } from '#model/assessment.ts'
import { sarifText } from '#report/sarif/message.ts'
import { type SarifOptions, sarifLog, toSarif } from '#report/sarif/sarif.ts'
import { checks } from '../../../src/checks/index.ts'
import { anyAssessment, blindAssessment, exampleAssessments, practiceAssessment } from '../scenes.ts'
import { byDraft04 } from '../validators.ts'

const options: SarifOptions = { version: '0.0.0', checks }
const schema = JSON.parse(readFileSync(new URL('../schemas/sarif-2.1.0.json', import.meta.url), 'utf8')) as object
const check = byDraft04(schema)
const problems = (assessment: Assessment) => check(JSON.parse(toSarif(assessment, options)))

describe('sarif', () => {
  it('its validator refuses what is no SARIF', () => {
    expect(check({ version: '2.0.0', runs: [] })).not.toEqual([])
    expect(check({ version: '2.1.0', runs: [{ tool: {} }] })).not.toEqual([])
  })

  it('the practice cluster and every example are valid by the official schema', async () => {
    expect(problems(await practiceAssessment())).toEqual([])
    for (const assessment of exampleAssessments()) expect(problems(assessment)).toEqual([])
  })

  it('whatever strangers write stays valid', () => {
    fc.assert(fc.property(anyAssessment, (assessment) => void expect(problems(assessment)).toEqual([])))
  })

  it('has every open and accepted finding once, with a rule that helps and its own fingerprint', async () => {
    const assessment = await practiceAssessment()
    const [run] = sarifLog(assessment, options).runs
    const open = assessment.checks.flatMap((c) => c.findings.filter((f) => !['pass', 'attested', 'not-applicable'].includes(f.status)))
    expect(run?.results).toHaveLength(open.length)
    for (const r of run?.results ?? []) {
      const rule = run?.tool.driver.rules[r.ruleIndex]
      expect(rule?.id).toBe(r.ruleId)
      expect(rule?.help.text.length).toBeGreaterThan(40)
    }
    const prints = run?.results.map((r) => r.partialFingerprints['kubeharden/v1'])
    expect(new Set(prints).size).toBeGreaterThan(open.length * 0.9)
    const accepted = run?.results.filter((r) => r.properties.status === 'accepted') ?? []
    expect(accepted.length).toBeGreaterThan(0)
    const words = accepted?.map((r) => r.suppressions?.[0]?.justification ?? '') ?? []
    const ours = words.filter((w) => !w.includes('known need of'))
    expect(ours.length).toBeGreaterThan(0)
    for (const w of ours) expect(w).toContain('until the move (ops, until 2099')
    // What system components are known to need is accepted without an end.
    expect(words.some((w) => w.endsWith('(kubeharden 0.1.0 (known need of kube-proxy))'))).toBe(true)
  })

  it('what could not be seen is a notification, never silence', () => {
    const blind = blindAssessment()
    const [run] = sarifLog(blind, options).runs
    expect(problems(blind)).toEqual([])
    expect(blind.gaps.length).toBeGreaterThan(5)
    expect(run?.invocations[0]?.toolExecutionNotifications).toHaveLength(blind.gaps.length)
  })

  it('names make no links and no placeholders', () => {
    expect(sarifText('[a](b) {0} \\')).toBe('\\[a\\](b) {{0}} \\\\')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const unescaped = sarifText(text)
          .replace(/\\([\\[\]])/g, '$1')
          .replace(/\{\{/g, '{')
          .replace(/\}\}/g, '}')
        expect(unescaped).toBe(text.toWellFormed())
        expect(sarifText(text)).not.toMatch(/(?<!\\)(?:\\\\)*[[\]]/)
      }),
    )
  })
})

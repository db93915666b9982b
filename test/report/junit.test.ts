import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import type { Assessment } from '#model/assessment.ts'
import { toJunit, xml } from '#report/junit.ts'
import { anyAssessment, exampleAssessments, practiceAssessment } from './scenes.ts'

const schema = readFileSync(new URL('./schemas/junit-10.xsd', import.meta.url), 'utf8')

/** All at once: the validator is a program that starts anew for each call. */
async function problems(texts: readonly string[]): Promise<readonly string[]> {
  const files = texts.map((contents, i) => ({ fileName: `junit-${i}.xml`, contents }))
  const result = await validateXML({ xml: files, schema: [schema] })
  if (result.valid) return []
  return [...result.errors.map((e) => e.message), 'not valid']
}

const texts = (all: readonly Assessment[]) => all.map(toJunit)

describe('junit', () => {
  it('its validator refuses what is no JUnit', async () => {
    expect(await problems(['<testsuites><testcase/></testsuites>'])).not.toEqual([])
    expect(await problems(['<testsuites name="\u0001"/>'])).not.toEqual([])
  })

  it('the practice cluster and every example are valid by the schema of Jenkins', async () => {
    expect(await problems(texts([await practiceAssessment(), ...exampleAssessments()]))).toEqual([])
  })

  it('whatever strangers write stays valid', async () => {
    expect(await problems(texts(fc.sample(anyAssessment, 300)))).toEqual([])
  })

  it('a passed case is a pass or attested, and nothing else', async () => {
    const assessment = await practiceAssessment()
    const text = toJunit(assessment)
    const findings = assessment.checks.flatMap((c) => c.findings)
    const good = findings.filter((f) => f.status === 'pass' || f.status === 'attested').length
    expect(text.match(/<testcase [^>]*\/>/g) ?? []).toHaveLength(good)
    expect(text.match(/<failure /g) ?? []).toHaveLength(findings.filter((f) => f.status === 'fail').length)
    const counts = (name: string) => [...text.matchAll(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`, 'g'))].map((m) => Number(m[1]))
    const sum = (name: string) => counts(name).reduce((a, b) => a + b, 0)
    expect(sum('tests') - sum('failures') - sum('skipped')).toBe(good)
    expect(text).toContain('unknown: ')
  })

  it('texts come back as they were, as far as XML can carry them', () => {
    expect(xml(`a<b>&"'\u0001\ud800`)).toBe('a&lt;b&gt;&amp;&quot;&apos;\\x01\ufffd')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect(xml(text)).not.toMatch(/[<>"'\u0000-\u001f\ufffe\uffff]/)))
  })
})

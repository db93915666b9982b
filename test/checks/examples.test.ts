import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AREAS, SEVERITIES } from '#model/areas.ts'
import type { Check, Finding } from '#model/check.ts'
import { KINDS } from '#model/kinds.ts'
import type { Text } from '#model/text.ts'
import { lines, run } from './support.ts'

const root = new URL('../../src/checks/', import.meta.url)
const areas = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
const files = areas.flatMap(({ name }) =>
  readdirSync(new URL(`${name}/`, root))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ area: name, file, url: new URL(`${name}/${file}`, root) })),
)
const loaded = await Promise.all(files.map(async (entry) => ({ ...entry, module: (await import(entry.url.href)) as { check?: Check } })))
const checks = loaded.flatMap(({ area, file, url, module }) =>
  module.check === undefined
    ? []
    : [{ id: `${area}/${file.slice(0, -'.ts'.length)}`, check: module.check, source: readFileSync(url, 'utf8') }],
)

const engines = ['../simulate/controlPlaneSight.ts', '../simulate/network/cni.ts', 'control-plane/flag.ts', 'nodes/evidence.ts'].map(
  (file) => readFileSync(new URL(file, root), 'utf8'),
)

const failing = (findings: readonly Finding[]) => findings.filter((finding) => finding.status === 'fail')
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')

test('there are checks, each in a folder of its area, each id once', () => {
  expect(checks.length).toBeGreaterThan(20)
  expect(areas.map((entry) => entry.name).filter((name) => !(AREAS as readonly string[]).includes(name))).toEqual([])
  expect(new Set(checks.map(({ check }) => check.id)).size).toBe(checks.length)
})

describe.each(checks)('$id', ({ id, check, source }) => {
  // What only a person can answer shows as manual, in the bad example and, where nothing proves it, in the good one.
  const isManual = (findings: readonly Finding[]) => findings.some((finding) => finding.status === 'manual')
  const all = () => [...run(check, check.examples.bad), ...run(check, check.examples.good), ...run(check, '')]

  test('its id is its folder and file, its kinds and severity exist', () => {
    expect(check.id).toBe(id)
    expect(SEVERITIES).toContain(check.severity)
    for (const kind of check.reads) expect(KINDS).toHaveProperty(kind)
    expect(new Set(check.reads).size).toBe(check.reads.length)
  })

  test.each(['2021', '2026', '2040'])('the bad example fails and the good one passes, in %s as well', (year) => {
    const now = new Date(`${year}-03-01T00:00:00Z`)
    const bad = run(check, check.examples.bad, { now })
    expect(failing(bad).length > 0 || isManual(bad)).toBe(true)
    const good = run(check, check.examples.good, { now })
    expect(lines(check, failing(good))).toEqual([])
    const passes = good.some((finding) => finding.status === 'pass')
    expect(passes || (isManual(bad) && isManual(good)), lines(check, good).join()).toBe(true)
  })

  test('nothing at all is no pass', () => {
    expect(lines(check, run(check, '')).filter((line) => /^(pass|fail)/.test(line))).toEqual([])
  })

  test('every finding has its message and every hole is filled', () => {
    for (const { message, params = {} } of all()) {
      const text = check.messages[message]
      expect(text, message).toBeDefined()
      for (const words of [text?.en, text?.zh])
        for (const hole of holes(words ?? '')) expect(params, `${message}: {${hole}}`).toHaveProperty(hole)
    }
  })

  test('every message is used somewhere in its folder’s code, or in the engines that yield for many checks', () => {
    const used = new Set(all().map((finding) => finding.message))
    const folder = loaded.filter(({ area }) => id.startsWith(`${area}/`)).map(({ url }) => readFileSync(url, 'utf8'))
    for (const message of Object.keys(check.messages)) {
      const quoted = [source, ...folder, ...engines].some((code) => code.includes(`'${message}'`))
      expect(quoted || used.has(message), message).toBe(true)
    }
  })

  test('texts are whole sentences without stray blanks', () => {
    const texts: readonly Text[] = [...Object.values(check.text), ...Object.values(check.messages)]
    for (const words of texts.flatMap((text) => [text.en, text.zh ?? text.en])) {
      expect(words).toBe(words.trim())
      expect(words).not.toBe('')
      expect(words).not.toMatch(/ {2}|\n|\t/)
      expect(words).not.toMatch(/successfully/i)
    }
    for (const { en } of [check.text.why, check.text.fix, ...Object.values(check.messages)]) expect(en).toMatch(/[.?)]$/)
    expect(check.text.title.en).not.toMatch(/\.$/)
  })

  test('the same input gives the same findings', () => {
    expect(run(check, check.examples.bad)).toEqual(run(check, check.examples.bad))
  })
})

test('risk ids and CIS ids have the shape of their catalogues', () => {
  for (const { check } of checks) {
    for (const risk of check.controls.risk ?? []) expect(risk).toMatch(/^R(0[1-9]|[1-3]\d|4[0-3])$/)
    for (const cis of check.controls.cis ?? []) expect(cis).toMatch(/^[1-5]\.\d+\.\d+$|^2\.\d$/)
    for (const topic of check.controls.topic) expect(topic).toMatch(/^T\d\d$/)
  }
})

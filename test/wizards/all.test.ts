import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { HardenError } from '../../src/model/errors.ts'
import { type Field, mergeAnswers, parseAnswers } from '../../src/model/questions.ts'
import type { State } from '../../src/model/state.ts'
import { say } from '../../src/model/text.ts'
import type { Wizard } from '../../src/model/wizard.ts'
import { answersOf, filesOf, fileText, objectsOf, planOf, WIZARDS } from './run.ts'
import { EMPTY, SAMPLE } from './state.ts'

const WIZARD_LIST = Object.values(WIZARDS)
const root = new URL('../../', import.meta.url)

/** What no cluster can answer for the operator. */
const NEEDED: Record<string, Record<string, unknown>> = {
  'rbac-role': { subjectName: 'ada', inNamespace: 'shop' },
  'rbac-replace-binding': { binding: 'ci-admin' },
  'encryption-config': {},
  'etcd-backup': {},
  'etcd-restore-drill': {},
  'network-policies': { inNamespaces: ['shop'] },
  'audit-policy': {},
  'control-plane-flags': {},
  'kubelet-config': {},
}

describe.each(WIZARD_LIST)('$id', (wizard) => {
  it('asks each question with a label and a help that are sentences of their own', () => {
    expect(Object.keys(wizard.texts).toSorted()).toEqual(wizard.fields.map((f) => f.name).toSorted())
    for (const { label, help } of Object.values(wizard.texts)) {
      expect(label.en).toMatch(/^[A-Z]/)
      expect(help.en).toMatch(/[.)]$/)
      expect(help.en).not.toBe(label.en)
    }
  })

  it('defaults answer every question that others depend on, and parse', () => {
    for (const state of [EMPTY, SAMPLE]) {
      const merged = mergeAnswers(wizard.defaults(state), NEEDED[wizard.id])
      for (const condition of Object.values(wizard.when ?? {}))
        for (const other of Object.keys(condition)) expect(merged, `${other} decides what is asked`).toHaveProperty(other)
      expect(parseAnswers(wizard.questions, mergeAnswers(NEEDED[wizard.id], wizard.defaults(state)), wizard.when)).not.toHaveProperty(
        'problems',
      )
    }
  })

  it('plans with what the sample cluster suggests, and fills every hole', () => {
    const changes = planOf(wizard, SAMPLE, wizard.id === 'rbac-role' ? { subjectName: 'ada', inNamespace: 'shop' } : {})
    expect(changes.length).toBeGreaterThan(0)
    for (const object of objectsOf(changes)) expect(object.metadata.name).not.toBe('')
    // The script for nodes is no template: its ${…} are the shell's.
    for (const file of filesOf(changes)) if (file.content.kind !== 'node-script') expect(fileText(file)).not.toContain('${')
  })

  it('runs the example of its README', () => {
    const folder = new URL(`wizards/${wizard.id}/`, root)
    const example = parse(readFileSync(new URL('example.yaml', folder), 'utf8')) as Record<string, unknown>
    expect(readFileSync(new URL('README.md', folder), 'utf8')).toContain('example.yaml')
    const changes = planOf(wizard, SAMPLE, example)
    expect(changes.map((c) => c.kind)).toMatchSnapshot()
    expect(objectsOf(changes)).toMatchSnapshot()
  })

  it('throws nothing but HardenError, whatever the answers', () => {
    for (const state of [EMPTY, SAMPLE])
      fc.assert(
        fc.property(answersFor(wizard.fields, state), (given) => survives(wizard, state, given)),
        { numRuns: 60 },
      )
  })

  it('parses the empty texts that a form hands over for questions left out', () => {
    const empty = Object.fromEntries(
      wizard.fields.filter((f) => f.type === 'string' && f.optional && f.default === undefined).map((f) => [f.name, '']),
    )
    for (const state of [EMPTY, SAMPLE]) survives(wizard, state, mergeAnswers(NEEDED[wizard.id], empty), true)
  })
})

it('uses every template of its folders', () => {
  const text = readdirSync(new URL('wizards/', root), { recursive: true, withFileTypes: true })
    .filter((f) => f.name.endsWith('.ts'))
    .map((f) => readFileSync(`${f.parentPath}/${f.name}`, 'utf8'))
    .join('\n')
  const built = new Set(
    ['local', 'kms', 'plain-text'].flatMap((a) => [`${a}-only`, `${a}-then-local`, `${a}-then-kms`, `${a}-then-plain-text`]),
  )
  for (const id of ['rbac-role', 'encryption-config', 'etcd-backup', 'network-policies', 'audit-policy', 'control-plane-flags']) {
    const folder = new URL(`templates/${id}/`, root)
    expect(existsSync(folder)).toBe(true)
    for (const file of readdirSync(folder)) {
      const name = file.replace('.yaml', '')
      expect(built.has(name) || text.includes(name), `${id}/${name}`).toBe(true)
    }
  }
})

function survives(wizard: Wizard, state: State, given: Record<string, unknown>, parses = false): void {
  const parsed = parseAnswers(wizard.questions, mergeAnswers(given, wizard.defaults(state, undefined, given)), wizard.when)
  if (parses) expect(parsed).not.toHaveProperty('problems')
  if ('problems' in parsed) {
    for (const p of parsed.problems) expect(p.message).not.toBe('')
    return
  }
  try {
    const changes = wizard.plan(state, parsed.answers)
    objectsOf(changes)
    for (const file of filesOf(changes)) fileText(file)
    for (const line of wizard.impact(state, parsed.answers)) expect(say(line.text, 'en', line.params)).not.toMatch(/\{\w+\}/)
  } catch (error) {
    if (!(error instanceof HardenError)) throw error
    expect([error.code, error.hint]).toEqual(['input', expect.stringMatching(/./)])
  }
}

const WORDS = [
  'shop',
  'ci',
  'ada',
  'secrets',
  'system:masters',
  'a b',
  '../x',
  'unix:///run/kms.sock',
  '10.0.0.0/8',
  '8080/TCP',
  '*',
  'User ada',
  'key1',
  '',
]

function valueFor(field: Field): fc.Arbitrary<unknown> {
  const text = fc.oneof(fc.constantFrom(...WORDS), fc.string(), fc.stringMatching(/^[a-z0-9-]{1,20}$/))
  switch (field.type) {
    case 'enum':
      return fc.constantFrom(...field.options)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.oneof(fc.integer({ min: field.minimum ?? 0, max: field.maximum ?? 100 }), fc.integer())
    case 'list':
      return fc.array(field.options === undefined ? text : fc.constantFrom(...field.options), { maxLength: 3 })
    case 'rows':
      return fc.array(fc.record(Object.fromEntries(field.columns.map((c) => [c.name, valueFor(c)]))), { maxLength: 3 })
    case 'string':
      return text
  }
}

/** Any answers; in the mean a third is left to the defaults. */
function answersFor(fields: readonly Field[], _state: State): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(fields.map((f) => [f.name, fc.option(valueFor(f), { nil: undefined, freq: 2 })])))
}

it('answers that are hidden are not needed', () => {
  expect(answersOf(WIZARDS.networkPolicies, SAMPLE, { mode: 'default-deny', ports: ['nonsense'] })).not.toHaveProperty('ports')
})

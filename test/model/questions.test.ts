import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { answersError, isAsked, mergeAnswers, parseAnswers, problemOf, toFields } from '#model/questions.ts'

const Q = z.strictObject({
  roleName: z
    .string()
    .min(1)
    .regex(/^[a-z-]+$/, 'lower case letters and dashes only'),
  scope: z.enum(['one', 'all']).default('one'),
  inNamespace: z.string().optional(),
  dns: z.boolean().default(true),
  keep: z.number().int().min(1).max(30).default(7),
  tags: z.array(z.string()).default([]),
  rules: z.array(z.strictObject({ verbs: z.string(), kind: z.enum(['a', 'b']) })).default([]),
})
const when = { inNamespace: { scope: ['one'] } }

describe('fields', () => {
  it('come from the schema, once', () => {
    expect(toFields(Q).map((f) => [f.name, f.type, f.optional])).toEqual([
      ['roleName', 'string', false],
      ['scope', 'enum', true],
      ['inNamespace', 'string', true],
      ['dns', 'boolean', true],
      ['keep', 'integer', true],
      ['tags', 'list', true],
      ['rules', 'rows', true],
    ])
  })
  it('carry defaults and bounds', () => expect(toFields(Q)[4]).toMatchObject({ default: 7, minimum: 1, maximum: 30 }))
  it.each([
    ['a nested object', z.strictObject({ a: z.strictObject({ b: z.string() }) })],
    ['a float', z.strictObject({ a: z.number() })],
    ['a union', z.strictObject({ a: z.union([z.string(), z.boolean()]) })],
    ['a name of a global flag', z.strictObject({ context: z.string() })],
    ['an object that is not strict', z.object({ a: z.string() }) as never],
    ['rows in rows', z.strictObject({ a: z.array(z.strictObject({ b: z.array(z.strictObject({ c: z.string() })) })) })],
  ])('refuse %s at registration', (_name, questions) => expect(() => toFields(questions)).toThrow())
})

describe('answers', () => {
  it('are parsed with defaults', () => {
    expect(parseAnswers(Q, { roleName: 'x' }, when)).toEqual({
      answers: { roleName: 'x', scope: 'one', dns: true, keep: 7, tags: [], rules: [] },
    })
  })
  it('drop what is not asked', () => {
    expect(parseAnswers(Q, { roleName: 'x', scope: 'all', inNamespace: 'NOT VALID' }, when)).toMatchObject({ answers: { scope: 'all' } })
    expect(isAsked('inNamespace', { scope: 'all' }, when)).toBe(false)
  })
  it('name the unknown field and the known ones', () => {
    const result = parseAnswers(Q, { roleName: 'x', roleNmae: 'y' }, when)
    expect('problems' in result && result.problems[0]).toMatchObject({
      path: ['roleNmae'],
      message: expect.stringContaining('unknown field; known are roleName'),
    })
  })
  it('say that an answer is needed', () => {
    expect(parseAnswers(Q, {}, when)).toEqual({ problems: [{ path: ['roleName'], message: 'an answer is needed' }] })
  })
  it('say what is wrong where it is given', () => expect(problemOf(Q, 'roleName', 'A b')).toBe('lower case letters and dashes only'))
  it('become one error with file, line and column', () => {
    const result = parseAnswers(Q, { roleName: 'x', rules: [{ verbs: 'get', kind: 'c' }] }, when)
    if (!('problems' in result)) throw new Error('should not parse')
    const error = answersError(result.problems, 'a.yaml', () => '3:9')
    expect(error.message).toMatch(/^a\.yaml:3:9: rules\.0\.kind: /)
    expect(error.exitCode).toBe(2)
  })
  it('merge flags over answers over defaults; undefined hides nothing', () => {
    expect(mergeAnswers({ a: 1, b: undefined }, { b: 2 }, { a: 3, c: 4 })).toEqual({ a: 1, b: 2, c: 4 })
  })
  it('never throw on junk', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (junk) => void parseAnswers(Q, junk, when)))
  })
})

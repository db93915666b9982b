import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from '../../src/evaluate/judge.ts'
import { reopened, seenIn } from '../../src/evaluate/reopen.ts'
import type { Check, Finding } from '../../src/model/check.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const check = { id: 'access/x' } as unknown as Check
const finding = (saw: string | undefined, name = 'ops', path?: string): Finding => ({
  status: 'fail',
  object: { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'shop', name },
  message: 'wide',
  ...(saw === undefined ? {} : { saw }),
  ...(path === undefined ? {} : { path }),
})
const risk = (seen?: Record<string, string>) => ({
  check: 'access/x',
  scope: {},
  owner: 'ann',
  reason: 'moving',
  created: '2026-11-01',
  expires: '2026-12-31',
  ...(seen === undefined ? {} : { seen }),
})
const judged = (now: Finding, then: readonly Finding[]) => judge(check, now, { accepted: [risk(seenIn(then))], attested: [] }, NOW)

describe('an accepted risk whose object changed', () => {
  it('is open again and says what it was', () => {
    expect(judged(finding('get secrets'), [finding('get secrets')])).toMatchObject({ status: 'accepted' })
    expect(judged(finding('* secrets'), [finding('get secrets')])).toMatchObject({
      status: 'fail',
      note: { by: 'ann', reason: 'accepted, and changed since (it was: wide: get secrets)' },
    })
  })

  it('what came later into its scope is accepted with it, as is what was accepted before anything was remembered', () => {
    expect(judged(finding('get secrets', 'new'), [finding('get secrets')])).toMatchObject({ status: 'accepted' })
    expect(judge(check, finding('x'), { accepted: [risk()], attested: [] }, NOW)).toMatchObject({ status: 'accepted' })
  })

  it('that it grows older is no change', () => {
    expect(judged(finding('9 days'), [finding('8 days')])).toMatchObject({ status: 'accepted' })
    expect(judged(finding('1 day'), [finding('8 days')])).toMatchObject({ status: 'accepted' })
  })

  it('another place of the same object is another finding', () => {
    expect(judged(finding('b', 'ops', 'spec.a'), [finding('a', 'ops', 'spec.a')])).toMatchObject({ status: 'fail' })
    expect(judged(finding('b', 'ops', 'spec.c'), [finding('a', 'ops', 'spec.a')])).toMatchObject({ status: 'accepted' })
  })

  it('what says the same stays accepted, whatever it says', () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), (saw) => {
        expect(reopened(risk(seenIn([finding(saw)])), finding(saw))).toBeUndefined()
      }),
    )
  })
})

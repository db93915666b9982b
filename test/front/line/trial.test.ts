import { describe, expect, test } from 'vitest'
import { printVerification } from '#front/line/result.ts'
import type { Ui } from '#front/line/ui.ts'
import { sayer } from '#front/line/words.ts'
import type { AcceptedRisk } from '#model/progress.ts'
import type { Ready } from '#session/types.ts'
import { drive } from './drive.ts'
import { createFakeSession } from './fakeSession.ts'

describe('suggestions follow the answers', () => {
  test('each question is asked with what the answers so far suggest', async () => {
    const session = createFakeSession({ connected: true, follows: true })
    const { text } = await drive(session, ['1', 'reader', '', '2', '', '', '', '', 'finish', 'quit'])
    expect(text).toContain('Note [for reader]')
    expect(text).toContain('Days [30]')
  })

  test('going back and answering otherwise changes what comes next; what was typed stays', async () => {
    const session = createFakeSession({ connected: true, follows: true })
    const { text } = await drive(session, [
      '1',
      'reader',
      '',
      '',
      '9',
      'b',
      'b',
      'b',
      'b',
      'writer',
      '',
      '',
      '',
      '',
      '',
      '',
      '3',
      '',
      '',
      'quit',
    ])
    expect(text.match(/Note \[for (reader|writer)\]/g)).toEqual([
      'Note [for reader]',
      'Note [for reader]',
      'Note [for writer]',
      'Note [for writer]',
    ])
    expect(text.match(/Days \[\d+\]/g)).toEqual(['Days [7]', 'Days [9]', 'Days [9]'])
    expect(session.given.answers).toEqual({
      roleName: 'writer',
      note: 'for writer',
      scope: 'one',
      days: 9,
      strict: true,
      verbs: ['get'],
      names: [],
    })
  })

  test('a suggestion that was emptied stays empty', async () => {
    const session = createFakeSession({ connected: true, follows: true })
    await drive(session, ['1', 'reader', '-', '', '', '', '', '', 'quit'])
    expect(session.given.answers).not.toHaveProperty('note')
  })
})

describe('withdrawing', () => {
  const risk = (scope: AcceptedRisk['scope']): AcceptedRisk => ({
    check: 'access/wildcards',
    scope,
    owner: 'olga',
    reason: 'known',
    created: '2026-11-01',
    expires: '2099-01-01',
  })
  const one = risk({ kind: 'Role', namespace: 'shop', name: 'role-2' })
  const TO_CHECK = ['areas', '1', '1', 'no'] as const

  test('a menu entry of the check; no is the default', async () => {
    const session = createFakeSession({ connected: true, accepted: [one] })
    const { text } = await drive(session, ['open an area', ...TO_CHECK.slice(1), 'withdraw', '', 'withdraw', 'yes', 'quit'])
    expect(text).toContain('Nothing withdrawn.')
    expect(text).toContain('Withdrawn: it counts as open again.')
    expect(session.calls.filter((c) => c === 'withdraw')).toHaveLength(1)
    expect(session.given.withdrawn).toEqual({ check: 'access/wildcards', scope: undefined })
  })

  test('of several, one can be chosen', async () => {
    const session = createFakeSession({ connected: true, accepted: [one, risk({})] })
    const { text } = await drive(session, ['open an area', ...TO_CHECK.slice(1), 'withdraw', '1', 'yes', 'quit'])
    expect(text).toContain('1. Role shop/role-2: accepted until 2099-01-01 by olga')
    expect(text).toContain('2. the whole check: accepted until 2099-01-01 by olga')
    expect(session.given.withdrawn).toEqual({ check: 'access/wildcards', scope: one.scope })
  })

  test('is not offered where nothing was decided', async () => {
    const { text } = await drive(createFakeSession({ connected: true }), ['open an area', ...TO_CHECK.slice(1), 'quit'])
    expect(text).not.toContain('Withdraw')
  })
})

test('the overview tells what changed since the start', async () => {
  const session = createFakeSession({ connected: true })
  const { text } = await drive(session, ['1', '', '', '', '', '', '', '', '1', 'yes', 'show the overview', 'quit'])
  expect(text).toContain('42 when you started, 71 now')
})

test('a check that has something to look at now, and fails, is said to be new', () => {
  const lines: string[] = []
  const say = (text: string) => lines.push(text)
  const out = { line: say, para: say } as unknown as Ui['out']
  const ui = { out, t: sayer('en'), lang: 'en' } as unknown as Ui
  const view = { assessment: { checks: [] } } as unknown as Ready
  const check = { check: 'backup/off-host-copy', before: 'not-applicable', after: 'fail', failsBefore: 0, failsAfter: 1 }
  printVerification(ui, { at: '', checks: [check], objects: [], ok: true }, view)
  expect(lines.join('\n')).toContain('1 check now has something to look at and fails')
})

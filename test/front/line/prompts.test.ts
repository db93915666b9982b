import { describe, expect, test } from 'vitest'
import { joinList, splitList } from '#front/line/fields.ts'
import { drive } from './drive.ts'
import { createFakeSession } from './fakeSession.ts'
import { ESC } from './fixtures.ts'

const connected = () => createFakeSession({ connected: true })

describe('numbered prompts', () => {
  test('wrong answers are asked again, with what is right', async () => {
    const { text } = await drive(connected(), ['99', 'nonsense', 'b', '', 'b', 'quit'])
    expect(text.match(/That is none of the options\. Type a number from 1 to 10/g)).toHaveLength(3)
    expect(text).toContain('Name of the role')
  })

  test('? says the help and the options again', async () => {
    const { text } = await drive(connected(), ['1', '?', 'b', '?', 'quit'])
    expect(text.match(/The role that is narrowed\./g)).toHaveLength(2)
    expect(text).toContain('a single - means: leave it empty')
    expect(text.match(/1\. Next best step/g)).toHaveLength(3)
  })

  test('back asks the question before again', async () => {
    const { text } = await drive(connected(), ['1', 'first', 'b', '', '', 'q'])
    expect(text).toContain('Name of the role [first]')
  })

  test('a text can be b, q or empty', async () => {
    const session = connected()
    await drive(session, ['1', '=b', '=q', '', '', '', '', '', ''])
    expect(session.given.answers).toMatchObject({ roleName: 'b', note: 'q' })
    const empty = await drive(connected(), ['1', '-', 'ok'])
    expect(empty.text).toContain('Not taken: name the role')
  })

  test('rows: added, changed, removed, finished, each column checked where it is given', async () => {
    const session = connected()
    const rows = ['1', 'apps', '', '1', '-', 'core', '2', '2', '1', 'batch', 'five', '5', '3', '2', '4']
    const { text } = await drive(session, ['1', '', '', 'all', '', '', '', '', ...rows])
    expect(session.given.answers).toMatchObject({ scope: 'all', rules: [{ group: 'batch', count: 5 }] })
    expect(text).toContain('Not taken: name the group')
    expect(text).toContain('Not taken: not a whole number')
    expect(text).toContain('2. group=core; count=2')
  })

  test('a list of options refuses none where one is needed', async () => {
    const session = connected()
    const { text } = await drive(session, ['1', '', '', '', '', '', 'none', '9', 'all', ''])
    expect(text).toContain('Not taken: choose at least one verb')
    expect(text).toContain('Not taken: one of these is no option')
    expect(session.given.answers).toMatchObject({ verbs: ['get', 'list', 'watch'] })
  })

  test('lists are read back as they are written', () => {
    expect(splitList(' a, "b, c" ,,d')).toEqual(['a', 'b, c', 'd'])
    expect(splitList(joinList(['a', 'b, c']))).toEqual(['a', 'b, c'])
  })

  test('colour only where it is asked for and the mode is not plain', async () => {
    expect((await drive(connected(), ['quit'], { color: true, plain: true })).text).not.toContain(ESC)
    expect((await drive(connected(), ['quit'], { color: false, plain: false })).text).not.toContain(ESC)
    expect((await drive(connected(), ['quit'], { color: true, plain: false })).text).toContain(`${ESC}[1m`)
  })
})

describe('recording', () => {
  test('accepting a risk asks who, why and until when, and records only after yes', async () => {
    const answers = ['7', '1', 'All objects', '', 'Olga', 'old app', '2026-02-30', '2026-11-22', '']
    const no = connected()
    const { text } = await drive(no, [...answers, ''])
    expect(text).toContain('Not taken: an answer is needed')
    expect(text).toContain('Not taken: not a day; write it as YYYY-MM-DD')
    expect(text).toContain('Not taken: the day must be after today (2026-11-22)')
    expect(no.calls).not.toContain('accept')
    const yes = connected()
    await drive(yes, [...answers, 'yes'])
    expect(yes.given.accepted).toEqual({ check: 'access/wildcards', scope: {}, owner: 'Olga', reason: 'old app', expires: '2027-02-20' })
  })

  test('attesting a manual item', async () => {
    const session = connected()
    await drive(session, ['7', '2', 'Olga', 'ticket 7', '2027-01-01', 'y'])
    expect(session.given.attested).toEqual({ check: 'backup/restore-tested', by: 'Olga', evidence: 'ticket 7', until: '2027-01-01' })
  })

  test('snapshot, refresh, overview, another cluster', async () => {
    const session = connected()
    const { text } = await drive(session, ['8', '', '6', '4', '9', '3', 'quit'])
    expect(text).toContain('Written: snapshot.json')
    expect(session.calls).toEqual(['start', 'saveSnapshot', 'refresh', 'leave', 'choose'])
  })
})

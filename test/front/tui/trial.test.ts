import { describe, expect, it } from 'vitest'
import { helpFor } from '#front/tui/form/help.ts'
import { isF1 } from '#front/tui/input.ts'
import { CHECKS, runOf } from './fakeData.ts'
import { FakeSession } from './fakeSession.ts'
import { KEY, onScreen, type Screen } from './terminal.ts'

const TO_FORM = [KEY.enter, KEY.enter, KEY.enter, 'w'] as const
const F1 = '\x1bOP'
const footer = (screen: Screen) => screen.text().trimEnd().split('\n').at(-1) ?? ''

describe('suggestions follow the answers', () => {
  it('once an answer is given; what was typed stays', async () => {
    const session = new FakeSession({ follows: true })
    await onScreen(session, {}, async (screen) => {
      expect(await screen.press(...TO_FORM)).toContain('app=ci-deployer')
      await screen.press('\x15', ...'reader')
      expect(screen.text()).toContain('app=ci-deployer')
      expect(await screen.press(KEY.tab)).toContain('app=reader')
      // An option counts at once.
      expect(await screen.press(KEY.right)).toMatch(/Valid for \(days\) +7/)
      await screen.press(KEY.tab, KEY.tab, '\x15', ...'14', KEY.shiftTab, KEY.shiftTab, KEY.left)
      expect(screen.text()).toMatch(/Valid for \(days\) +14/)
      await screen.press(KEY.shiftTab, '\x15', ...'writer', KEY.ctrlS)
      expect(session.given).toEqual({ name: 'writer', preset: 'viewer', scope: ['ci'], days: 14, audit: false, labels: ['app=writer'] })
    })
  })

  it('puts the cursor behind a new suggestion', async () => {
    const session = new FakeSession({ follows: true })
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, ...'-longer', ...Array.from({ length: 5 }, () => KEY.tab), 'x')
      await screen.press(KEY.ctrlS)
      expect(session.given).toMatchObject({ labels: ['app=ci-deployer-longerx'] })
    })
  })
})

describe('withdrawing', () => {
  it('takes back an accepted risk of one object, asked with the focus on Cancel', async () => {
    const session = new FakeSession({ decided: true })
    await onScreen(session, {}, async (screen) => {
      await screen.press(KEY.enter, KEY.enter)
      expect(screen.selected()).toContain('build')
      expect(footer(screen)).not.toContain('x withdraw')
      await screen.press('G', 'k')
      expect(screen.selected()).toContain('accepted')
      expect(footer(screen)).toContain('x withdraw')
      await screen.press('x')
      expect(screen.text()).toMatch(/ {3}ClusterRoleBinding ci-deployer\n {5}accepted until 2099-01-01 by ann/)
      await screen.press(KEY.enter)
      expect(session.calls.some((c) => c.startsWith('withdraw'))).toBe(false)
      await screen.press(KEY.enter, 'x', KEY.tab, KEY.enter)
      expect(session.calls.at(-1)).toBe('withdraw access/cluster-admin {"kind":"ClusterRoleBinding","name":"ci-deployer"}')
      expect(screen.text()).toContain('Withdrawn')
    })
  })

  it('takes back an attestation from the checklist', async () => {
    const session = new FakeSession({ decided: true })
    await onScreen(session, {}, async (screen) => {
      await screen.press(KEY.enter, '/', ...'sign in', KEY.enter)
      expect(footer(screen)).toContain('x withdraw')
      expect(await screen.press('x')).toContain('Withdraw what was attested?')
      await screen.press(KEY.tab, KEY.enter)
      expect(session.calls.at(-1)).toBe('withdraw access/sign-in')
    })
  })
})

describe('the overview', () => {
  const applied = [...TO_FORM, KEY.ctrlS, 'a', KEY.tab, KEY.enter]

  it('tells what changed since the start, also at a first look', () =>
    onScreen(new FakeSession({ firstLook: true }), {}, async (screen) => {
      expect(screen.text()).toContain('First look at this cluster.')
      await screen.press(...applied)
      await screen.until('Proven')
      await screen.press(KEY.enter, ':', ...'overview', KEY.enter)
      expect(screen.text()).toContain('48 → 71 since you started')
      expect(screen.text()).not.toContain('First look')
    }))

  it('tells both, and never rounds up', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      const now = session.ready(false)
      const to = (score: number) =>
        session.show({ ...now, assessment: { ...now.assessment, overall: { ...now.assessment.overall, score } } })
      to(99.9)
      expect(await screen.until('48 → 99 since you started')).toContain('41 → 99 (+58)')
      expect(screen.text()).not.toMatch(/\b100\b(?!%)/)
      expect(screen.text().split('\n')[3]).toContain('░')
      to(48.3)
      await screen.until('48 → 48.3 since you started')
    })
  })
})

describe('keys that would do nothing', () => {
  it('w stands only where a wizard fixes the check; the row says "by hand"', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(KEY.enter)
      expect(footer(screen)).toContain('w fix')
      await screen.press('j')
      expect(screen.selected()).toContain('by hand (1)')
      expect(footer(screen)).not.toContain('w fix')
      expect(await screen.press('w')).toContain('No wizard fixes this check yet')
      expect(await screen.press(KEY.enter)).toContain('Fixed by hand')
    }))

  it('u stands only where a run can be undone', () => {
    const undone = runOf('run-1')
    const entries = undone.entries.map((e) => ({ ...e, state: 'undone' as const }))
    return onScreen(new FakeSession({ runs: [{ ...undone, entries }, runOf('run-2')] }), {}, async (screen) => {
      await screen.press('J')
      expect(footer(screen)).toContain('u undo')
      await screen.press('j')
      expect(footer(screen)).not.toContain('u undo')
      expect(await screen.press('u')).toContain('Nothing of this run is left to undo.')
    })
  })
})

describe('help', () => {
  it('of the chosen option stands first', () => {
    const help = 'a: one thing. b-a: another; with more. c: a third. In all cases it stays.'
    expect(helpFor(help, ['a', 'b-a', 'c'], 'b-a')).toEqual({
      first: 'b-a: another; with more.',
      rest: 'a: one thing. c: a third. In all cases it stays.',
    })
    expect(helpFor(help, ['a', 'b-a', 'c'], 'a').first).toBe('a: one thing.')
    expect(helpFor('none: nothing. x: reads; y: writes.', ['none', 'x', 'y'], 'x').first).toBe('x: reads.')
    expect(helpFor('What it is for.', ['a'], 'a')).toEqual({ first: '', rest: 'What it is for.' })
  })

  it('of the chosen option is whole at 80x24, however long the help is', async () => {
    const session = new FakeSession()
    const [role, ...others] = session.wizards
    if (role === undefined) throw new Error('no wizard')
    const other = 'viewer: reads everything but Secrets, in all namespaces that are named below, today and later. '.repeat(3)
    const editor = 'editor: also changes what is there, but neither roles nor what stands on nodes; ask who reviews such changes.'
    const texts = { ...role.texts, preset: { label: { en: 'May do' }, help: { en: `${other}${editor} own rules: row by row.` } } }
    session.wizards.splice(0, session.wizards.length, { ...role, texts }, ...others)
    session.open = () => ({ wizard: { ...role, texts }, answers: { preset: 'editor', name: 'x', scope: ['ci'] } })
    await onScreen(session, {}, async (screen) => {
      expect((await screen.press(...TO_FORM, KEY.tab)).replaceAll(/\s+/g, ' ')).toContain(editor)
      expect((await screen.press(KEY.right)).replaceAll(/\s+/g, ' ')).toContain('own rules: row by row.')
    })
  })

  it('opens with F1, also in a form, whose answers stay', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(...TO_FORM, 'x')
      expect(footer(screen)).toContain('F1 help')
      expect(await screen.press(F1)).toContain('On this screen: A role with only what is needed')
      expect(await screen.press(F1, KEY.esc)).toContain('ci-deployerx')
      await screen.press(KEY.esc, KEY.tab, KEY.enter, '/', 'x')
      expect(await screen.press(F1)).toContain('Everywhere')
    }))

  it('knows F1 of each terminal, and no other key', () => {
    expect(['\x1bOP', '\x1b[11~', '\x1b[[A', '\x1b[P'].map(isF1)).not.toContain(false)
    expect(['\x1bOQ', 'P', '\x1b[A', '?'].map(isF1)).not.toContain(true)
  })
})

describe('the palette', () => {
  it('begins at the overview again', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(KEY.enter, KEY.enter, ':', ...'network/egress', KEY.enter)
      expect(screen.text().split('\n')[1]).toMatch(/^Overview › Pods reach the internet only where they must/)
      expect(await screen.press(':', ...'rbac-role', KEY.enter)).toMatch(/\nOverview › A role with only what is needed/)
    }))

  it('asks before the answers of a form below are lost', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(...TO_FORM, 'x', KEY.ctrlS, ':', ...'journal', KEY.enter)
      expect(screen.text()).toContain('Leave the form?')
      expect(await screen.press(KEY.enter)).toContain('Preview')
    }))
})

describe('a result', () => {
  it('says which checks came to life and fail', () =>
    onScreen(new FakeSession({ awakens: true }), {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS, 'a', KEY.tab, KEY.enter)
      const title = CHECKS.find((c) => c.id === 'network/egress')?.text.title.en
      expect((await screen.until('Proven')).replaceAll(/\s+/g, ' ')).toContain(`! 1 check now has something to look at and fails: ${title}`)
    }))
})

describe('labels', () => {
  it('never touch the answer, and take the room there is', async () => {
    const session = new FakeSession()
    const [role, ...others] = session.wizards
    if (role === undefined) throw new Error('no wizard')
    const label = { en: 'Where the new role of the deployer applies' }
    const long = { ...role, texts: { ...role.texts, name: { label, help: { en: 'Help.' } } } }
    session.wizards.splice(0, session.wizards.length, long, ...others)
    session.open = () => ({ wizard: long, answers: { name: 'ci-deployer', preset: 'viewer', scope: ['ci'] } })
    await onScreen(session, { columns: 60, rows: 24 }, async (screen) => {
      expect(await screen.press(...TO_FORM)).toMatch(/Where the new role of the … ci-deployer/)
      screen.resize(100, 24)
      expect(await screen.until(label.en)).toContain(`${label.en}  ci-deployer`)
    })
  })
})

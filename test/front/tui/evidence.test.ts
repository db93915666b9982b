import { expect, it } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { FakeSession } from './fakeSession.ts'
import { KEY, onScreen } from './terminal.ts'

it('an area and a check in which evidence is missing say how it is taken, and i imports it', async () => {
  const session = new FakeSession({ waits: true })
  await onScreen(session, { columns: 120 }, async (screen) => {
    const area = await screen.press(KEY.enter)
    expect(area.replace(/\s+/g, ' ')).toContain(
      '1 check waits for evidence of files on nodes: kubeharden evidence script | ssh NODE sudo sh',
    )
    expect(area).toContain('i import')
    expect(await screen.press('i')).toContain('Which file holds the evidence of a node?')
    expect(await screen.press(...'n.json', KEY.enter)).toContain('Kept: node node-1, taken at 2026-11-20T09:00:00Z.')
    await screen.press(':', ...'access/tokens', KEY.enter)
    expect(screen.text()).toContain('1 check waits for evidence')
    expect(await screen.press('i', ...'old.json', KEY.enter)).toContain('Newer evidence of node node-1 is there.')
    expect(session.calls.filter((call) => call.startsWith('evidence'))).toEqual(['evidence n.json', 'evidence old.json'])
  })
})

it('what is wrong with a file is told, with what to do', async () => {
  const session = new FakeSession({ waits: true })
  await onScreen(session, {}, async (screen) => {
    session.failNext = new HardenError('input', 'x.json cannot be read (ENOENT).', 'Check the path and its permissions.')
    await screen.press(':', ...'evidence', KEY.enter)
    const text = await screen.press(...'x.json', KEY.enter)
    expect(text).toContain('x.json cannot be read (ENOENT).')
    expect(text).toContain('Check the path and its permissions.')
  })
})

it.each([
  ['nothing waits', {}],
  ['the cluster is for practice', { waits: true, practice: true }],
])('where %s nothing is offered', async (_, options) => {
  await onScreen(new FakeSession(options), { columns: 120 }, async (screen) => {
    const area = await screen.press(KEY.enter)
    expect(area).not.toContain('i import')
    expect(area).not.toContain('evidence script')
  })
})

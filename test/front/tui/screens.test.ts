import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { goldensIn } from '../../golden.ts'
import { runOf } from './fakeData.ts'
import { CONTEXTS, FakeSession } from './fakeSession.ts'
import { KEY, onScreen } from './terminal.ts'

const { expectGolden, expectNoExtraGoldens } = goldensIn(join(import.meta.dirname, 'goldens'))

const TO_FORM = [KEY.enter, KEY.enter, KEY.enter, 'w'] as const

/** Each screen at 80x24 as text, so that a change of its looks is seen in review. */
describe('every screen at 80x24', () => {
  it('contexts, with the reason why none is open', () =>
    onScreen(new FakeSession({ phase: 'choosing' }), {}, async (screen) => {
      expectGolden('contexts', await screen.until('Practice cluster'))
    }))

  it('contexts after a connection failed', async () => {
    const session = new FakeSession({ phase: 'connecting' })
    await onScreen(session, {}, async (screen) => {
      const error = new HardenError('unreachable', 'No answer from https://10.0.0.1:6443.', 'Is the VPN up? Try kubectl version.')
      session.show({ phase: 'failed', target: { kind: 'context', context: 'prod-eu' }, error, contexts: CONTEXTS })
      expectGolden('contexts-failed', await screen.until('Is the VPN up?'))
    })
  })

  it('connecting, with progress', async () => {
    const session = new FakeSession({ phase: 'connecting' })
    await onScreen(session, {}, async (screen) => {
      expectGolden('connecting', await screen.until('Waiting for the API server'))
      session.show({ phase: 'connecting', target: { kind: 'practice' }, progress: { kind: 'pods', done: 7, total: 28, objects: 412 } })
      expectGolden('connecting-progress', await screen.until('412 objects'))
    })
  })

  it('from the overview to the result, and back to the list', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      expectGolden('overview', await screen.until('Access (RBAC)'))
      expectGolden('area', await screen.press(KEY.enter))
      expectGolden('check', await screen.press(KEY.enter))
      expectGolden('finding', await screen.press(KEY.enter))
      expectGolden('form', await screen.press('w'))
      expectGolden('preview', await screen.press(KEY.ctrlS))
      expectGolden('preview-end', await screen.press('G'))
      expectGolden('confirm', await screen.press('a'))
      expectGolden('result', await screen.press(KEY.tab, KEY.enter))
      expectGolden('undo-preview', await screen.press('u'))
      expectGolden('undo-result', await screen.press('a', KEY.tab, KEY.enter))
      expect(await screen.press(KEY.enter)).toContain('Objects (3)')
    }))

  it('an area whose check could not see everything, and the missing right', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(KEY.enter, 'j', 'j', KEY.enter)
      expectGolden('check-gap', await screen.settled())
      expectGolden('gap', await screen.press(KEY.enter))
      expect(screen.text()).toContain('list secrets in namespace shop')
    }))

  it('a practice cluster says so, and read-only too', () =>
    onScreen(new FakeSession({ practice: true, readOnly: 'started with --read-only' }), {}, async (screen) => {
      const seen = await screen.press(KEY.enter)
      expectGolden('practice-read-only', seen)
      expect(seen).toContain('PRACTICE CLUSTER — nothing here is real')
      expect(seen).toContain('READ-ONLY')
    }))

  it('apply, live', () =>
    onScreen(new FakeSession({ slow: 300 }), {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS, 'a', KEY.tab)
      screen.input.type(KEY.enter)
      expectGolden('apply', await screen.until('… sent      create'))
      await screen.until('Proven')
    }))

  it('a cluster-wide change asks for the name', () =>
    onScreen(new FakeSession({ clusterWide: true }), {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS)
      expectGolden('confirm-cluster-wide', await screen.press('a', ...'prod'))
    }))

  it('a guide: folder, the way back, steps', () =>
    onScreen(new FakeSession({ guide: true }), {}, async (screen) => {
      expectGolden('guide-preview', await screen.press(...TO_FORM, KEY.ctrlS))
      expectGolden('guide-folder', await screen.press('a'))
      await screen.press(KEY.enter, KEY.tab, KEY.enter)
      expectGolden('guide-result', await screen.until('now follow the steps'))
    }))

  it('a change on a node: what the guard may touch, a folder for the key, what it says, the outcome', () =>
    onScreen(new FakeSession({ node: 'forth', slow: 300 }), {}, async (screen) => {
      expectGolden('node-preview', await screen.press(...TO_FORM, KEY.ctrlS))
      expectGolden('node-folder', await screen.press('a'))
      expectGolden('node-confirm', await screen.press(KEY.enter))
      await screen.press(...'prod-eu', KEY.tab)
      screen.input.type(KEY.enter)
      expectGolden('node-apply', await screen.until('the API is away'))
      expectGolden('node-result', await screen.until('Proven'))
      expectGolden('node-journal', await screen.press('J'))
      expectGolden('node-run', await screen.press(KEY.enter))
    }))

  it('a change on a node that went back by itself', () =>
    onScreen(new FakeSession({ node: 'back' }), {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS, 'a', KEY.enter, ...'prod-eu', KEY.tab, KEY.enter)
      expectGolden('node-back', await screen.until('went back by itself'))
    }))

  it('journal and a run', () =>
    onScreen(
      new FakeSession({ runs: [runOf('run-1'), runOf('run-2', { endedAt: undefined, verification: undefined })] }),
      {},
      async (screen) => {
        expectGolden('journal', await screen.press('J'))
        expectGolden('run', await screen.press('j', KEY.enter))
      },
    ))

  it('help, filter, palette, a form with a table and with problems', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      expectGolden('palette', await screen.press(':', ...'net'))
      await screen.press(KEY.esc)
      expectGolden('help', await screen.press(KEY.enter, '?'))
      expectGolden('filter', await screen.press(KEY.esc, '/', ...'secr'))
      await screen.press(KEY.esc, ...TO_FORM.slice(1), KEY.tab, KEY.left)
      expectGolden('form-rows', await screen.press(KEY.tab))
      expectGolden('form-row', await screen.press(KEY.enter, ...'pods'))
      expectGolden('form-problem', await screen.press(KEY.ctrlS))
      expectGolden('form-leave', await screen.press(KEY.esc, KEY.esc))
    }))

  it('has no goldens that nothing draws', expectNoExtraGoldens)
})

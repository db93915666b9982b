import { EventEmitter } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { runLine } from '#front/line/runLine.ts'
import type { Session } from '#session/types.ts'
import { createFakeSession } from './fakeSession.ts'
import { ESC } from './fixtures.ts'

const ENTER = '\r'
const DOWN = `${ESC}[B`
const END = Symbol('end')
type Step = readonly [wait: string, keys: string | typeof END]

/** Presses keys when the words they answer appear, as a person at a terminal does. */
async function keyed(session: Session, steps: readonly Step[], signals = new EventEmitter(), color = false) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  let raw = ''
  let seen = 0
  let step = 0
  let busy = false
  const advance = () => {
    const next = steps[step]
    if (next === undefined || busy || !stripVTControlCharacters(raw.slice(seen)).includes(next[0])) return
    busy = true
    setTimeout(() => {
      busy = false
      step += 1
      seen = raw.length
      if (next[1] === END) input.end()
      else input.write(next[1])
      advance()
    }, 30)
  }
  const output = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        raw += String(chunk)
        advance()
        done()
      },
    }),
    { isTTY: true, columns: 100 },
  )
  const code = await runLine(session, { lang: 'en', color, plain: false, input, output, version: '0.1.0', signals })
  return { code, raw, text: stripVTControlCharacters(raw), steps: step }
}

const TO_DECISION: readonly Step[] = [
  ['what next?', ENTER],
  ['Name of the role (evil)', ENTER],
  ['Note', ENTER],
  ['Scope', ENTER],
  ['Days', `0${ENTER}`],
  ['at least 1 day', `\u007f9${ENTER}`],
  ['Strict', ENTER],
  ['Verbs', `${DOWN} ${ENTER}`],
  ['Names', ENTER],
]

describe('arrow keys', () => {
  test('choose a cluster, the wizard, apply after yes', async () => {
    const session = createFakeSession()
    const steps: readonly Step[] = [
      ['Which cluster?', ENTER],
      ...TO_DECISION,
      ['1 to change', `${ESC}[A${ESC}[A${ESC}[A${ENTER}`],
      ['Apply this now?', `y${ENTER}`],
      ['what next?', '\u0004'],
    ]
    const { code, text } = await keyed(session, steps)
    expect(code).toBe(0)
    expect(session.given.answers).toMatchObject({ roleName: 'evil', days: 9, verbs: ['get', 'list'] })
    expect(session.calls).toContain('apply')
    expect(text).toContain('To undo: kubeharden undo run-1')
    expect(text).toContain('No wildcards in roles: before FAIL, after PASS')
    expect(text).toContain('Goodbye.')
  })

  test('Enter at the decision cancels, Esc goes back, Ctrl-C ends with 130', async () => {
    const session = createFakeSession({ connected: true })
    const steps: readonly Step[] = [
      ...TO_DECISION,
      ['1 to change', ENTER],
      ['what next?', DOWN + ENTER],
      ['which area?', ESC],
      ['what next?', '\u0003'],
    ]
    const { code } = await keyed(session, steps)
    expect(code).toBe(130)
    expect(session.calls).not.toContain('apply')
  })

  test('the end of the input ends calmly', async () => {
    const { code, text } = await keyed(createFakeSession({ connected: true }), [['what next?', END]])
    expect(code).toBe(0)
    expect(text).toContain('Goodbye.')
  })

  test('a name of a stranger cannot clear the screen, and without colour nothing is coloured', async () => {
    const steps: readonly Step[] = [
      ['what next?', DOWN + ENTER],
      ['which area?', ENTER],
      ['Which check?', ENTER],
      ['Show more?', ENTER],
      ['No wildcards in roles', ENTER],
      ['Start from which object?', '\u0003'],
    ]
    const { raw, text } = await keyed(createFakeSession({ connected: true }), steps)
    expect(text).toContain('Role shop/evil\\x1b[2J')
    expect(raw).not.toContain(`${ESC}[2J`)
    expect(raw.match(new RegExp(`${ESC}\\[(1|2|3\\d|9\\d)m`, 'g')) ?? []).toEqual([])
  })
})

import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drive } from './drive.ts'
import { createFakeSession } from './fakeSession.ts'
import { ESC, preview } from './fixtures.ts'

const TO_DECISION = ['1', '', '', '', '', '', '', '']
const FULL = [...TO_DECISION, '1', 'yes', '4', '1', '1', 'yes', 'b', 'b', 'quit']

describe('the end of the input', () => {
  test('ends calmly at every prompt of the whole way, and applies nothing before yes', async () => {
    for (let n = 0; n < FULL.length; n++) {
      const session = createFakeSession({ connected: true })
      const { code, text } = await drive(session, FULL.slice(0, n))
      expect(code, `after ${n} lines`).toBe(0)
      expect(text.endsWith('Goodbye.\n')).toBe(true)
      expect(session.calls.includes('apply')).toBe(n > FULL.indexOf('yes'))
    }
  })
})

describe('Ctrl-C', () => {
  test('at a prompt ends with 130', async () => {
    const signals = new EventEmitter()
    const session = createFakeSession({ connected: true })
    const driven = drive(session, [], {
      signals,
      open: true,
      onText: (text) => text.endsWith(']: ') && setImmediate(() => signals.emit('SIGINT')),
    })
    expect(await driven).toMatchObject({ code: 130, text: expect.stringMatching(/Interrupted\.\n$/) })
  })

  test.each([false, true])(
    'during an apply waits for the outcome and says what was done and how to undo it (rejects: %s)',
    async (rejectOnAbort) => {
      const signals = new EventEmitter()
      const pause = async (signal: AbortSignal | undefined) => {
        signals.emit('SIGINT')
        signals.emit('SIGINT')
        expect(signal?.aborted).toBe(true)
        await new Promise((done) => setTimeout(done, 5))
      }
      const session = createFakeSession({ connected: true, pause, rejectOnAbort })
      const { code, text } = await drive(session, [...TO_DECISION, '1', 'yes', 'quit'], { signals })
      expect(code).toBe(130)
      expect(text).toContain('Stopping: no further change is started. Waiting for the one under way ...')
      expect(text).toContain('Still waiting for the change under way ...')
      expect(text).toContain('  done: change Role shop/reader\n  not done: change Role shop/writer')
      expect(text.indexOf('To undo: kubeharden undo run-1 --context prod')).toBeGreaterThan(text.indexOf('not done: change'))
      expect(signals.listenerCount('SIGINT')).toBe(0)
    },
  )

  test('while connecting ends at once', async () => {
    const signals = new EventEmitter()
    const session = createFakeSession()
    const stuck = { ...session, start: () => new Promise<void>(() => setImmediate(() => signals.emit('SIGINT'))) }
    expect((await drive(stuck, [], { signals, open: true })).code).toBe(130)
  })
})

describe('junk', () => {
  const previews = [preview(), preview({ clusterWide: true }), preview({ guide: true }), preview({ ok: false })]
  const token = fc.constantFrom(
    '',
    'b',
    '?',
    'm',
    '-',
    '=',
    'all',
    'none',
    'no',
    'apply',
    'undo',
    'x',
    ESC,
    ...Array.from({ length: 11 }, (_, i) => String(i)),
  )
  const junk = fc.array(fc.oneof({ weight: 4, arbitrary: token }, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 60 })
  const allowed = (line: string) => !['y', 'yes', 'prod'].includes(line.trim().toLowerCase().replace(/^=/, ''))

  test('never crashes the dialogue, never writes an escape, never applies without a yes', async () => {
    await fc.assert(
      fc.asyncProperty(junk, fc.constantFrom(...previews), fc.boolean(), async (lines, shown, fromDecision) => {
        const session = createFakeSession({ connected: true, preview: shown })
        const safeLines = lines.flatMap((l) => l.split(/[\n\r\u2028\u2029]/)).filter(allowed)
        const { code, text } = await drive(session, [...(fromDecision ? TO_DECISION : []), ...safeLines])
        expect(code).toBe(0)
        expect(text).not.toContain(ESC)
        expect(session.calls).not.toContain('apply')
        expect(session.calls).not.toContain('undo')
        expect(session.calls).not.toContain('accept')
      }),
      { numRuns: 150 },
    )
  })

  test('what was applied was asked for: each apply follows a yes to its question', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(token, fc.constantFrom('yes', 'y', 'prod', '1')), { maxLength: 40 }), async (lines) => {
        const session = createFakeSession({ connected: true })
        const { text } = await drive(session, [...TO_DECISION, ...lines])
        const yes = text.match(/(Apply|Undo) this now\? yes or no \[no\]: y(es)?\n/g) ?? []
        expect(session.calls.filter((c) => c === 'apply' || c === 'undo')).toHaveLength(yes.length)
      }),
      { numRuns: 100 },
    )
  })
})

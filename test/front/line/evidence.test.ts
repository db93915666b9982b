import { expect, test } from 'vitest'
import { drive } from './drive.ts'
import { createFakeSession } from './fakeSession.ts'

const waiting = () => createFakeSession({ connected: true, waits: true })
/** To the check of the backup area that waits, and its first action after the evidence. */
const TO_CHECK = ['2', '2', '1']

test('a list in which checks wait says how evidence is taken, and the check takes the file', async () => {
  const session = waiting()
  const { text } = await drive(session, [...TO_CHECK, 'import', '', 'node-1.json', 'b', 'b', 'b', 'quit'])
  expect(text.replace(/\s+/g, ' ')).toContain(
    'Without evidence of files on nodes, 1 of these checks cannot be decided. Take it with: kubeharden evidence script | ssh NODE sudo sh > NODE.json',
  )
  expect(text).toContain('Import evidence of a node')
  expect(text).toContain('Not taken: a file name is needed')
  expect(text).toContain('Kept: node node-1, taken at 2026-11-20T09:00:00Z')
  expect(session.given.evidence).toBe('node-1.json')
})

test('what is wrong with a file is said, and the dialogue goes on', async () => {
  const { code, text } = await drive(waiting(), [...TO_CHECK, 'import', 'bad.json', 'import', 'old.json', 'b', 'b', 'b', 'quit'])
  expect(code).toBe(0)
  expect(text).toContain('Problem: bad.json: is not one JSON document; it may have been cut off.')
  expect(text).toContain('Left out: newer evidence of node node-1 is there.')
})

test('nothing is offered where nothing waits, and on the practice cluster', async () => {
  for (const options of [{ connected: true }, { connected: true, waits: true, source: 'practice' as const }]) {
    const { text } = await drive(createFakeSession(options), [...TO_CHECK, 'b', 'b', 'b', 'quit'])
    expect(text).not.toMatch(/evidence of a node|evidence script/)
  }
})

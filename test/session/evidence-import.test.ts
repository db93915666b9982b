import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checks } from '#checks/index.ts'
import { connectFrom } from '#cluster/objects/from.ts'
import type { NodeEvidence } from '#model/objects/evidence.ts'
import { errorOf, NOW, readyOf, statusOf, World } from './support.ts'

const CHECK = 'nodes/file-kubelet-config-mode'
const dir = mkdtempSync(join(tmpdir(), 'evidence-import-'))
afterAll(() => rmSync(dir, { recursive: true }))

const put = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const cluster = put('cluster.yaml', 'apiVersion: v1\nkind: Node\nmetadata: { name: n1 }\n')
const document = (name: string, mode: string, takenAt = '2026-11-21T08:00:00Z') =>
  JSON.stringify({
    schemaVersion: 1,
    metadata: { name },
    hostname: name,
    takenAt,
    asRoot: true,
    kubelet: true,
    files: [{ what: 'kubelet-config', path: '/c', type: 'file', mode, uid: 0, gid: 0, owner: 'root', group: 'root' }],
    unreadable: [],
    sha256: {},
  })

/** A session on a folder with one node, and what it keeps of it. */
async function opened(more: { readonly readOnly?: boolean; readonly practice?: boolean } = {}) {
  const world = new World()
  let kept: readonly NodeEvidence[] = []
  const evidence = {
    list: async () => kept,
    save: async (all: readonly NodeEvidence[]) => {
      kept = all
    },
  }
  const session = await world.ready({
    checks: checks.filter(({ id }) => id === CHECK),
    connect: async () => connectFrom(cluster),
    openStores: async () => ({
      progress: world.progress,
      journal: world.journal,
      ...(more.practice === true ? {} : { evidence }),
      release: async () => {},
    }),
    ...(more.readOnly === true ? { readOnly: true } : {}),
  })
  return { session, kept: () => kept }
}

test('what is imported decides at once, is kept, and a newer one takes its place', async () => {
  const { session, kept } = await opened()
  expect(statusOf(session, CHECK)).toBe('unknown')
  const first = await session.importEvidence(put('wide.json', document('n1', '644')))
  expect(first).toMatchObject({ taken: [{ metadata: { name: 'n1' } }], older: [] })
  expect(statusOf(session, CHECK)).toBe('fail')
  await session.importEvidence(put('narrow.json', document('n1', '600', '2026-11-21T09:00:00Z')))
  expect(statusOf(session, CHECK)).toBe('pass')
  expect(await session.importEvidence(join(dir, 'wide.json'))).toMatchObject({ taken: [], older: [{ takenAt: '2026-11-21T08:00:00Z' }] })
  expect(statusOf(session, CHECK)).toBe('pass')
  expect(kept().map(({ takenAt }) => takenAt)).toEqual(['2026-11-21T09:00:00Z'])
  await session.refresh()
  expect(statusOf(session, CHECK)).toBe('pass')
  expect(Date.parse(readyOf(session).assessment.at)).toBe(NOW.getTime())
})

test.each([
  ['a file that is not there', join(dir, 'none.json'), 'input'],
  ['a file that was cut off', put('cut.json', document('n1', '600').slice(0, 80)), 'input'],
  ['another node', put('other.json', document('n2', '600')), 'input'],
])('%s is refused, and nothing changes', async (_, file, code) => {
  const { session, kept } = await opened()
  expect(await errorOf(session.importEvidence(file))).toMatchObject({ code })
  expect(statusOf(session, CHECK)).toBe('unknown')
  expect(kept()).toEqual([])
})

test('nothing is kept without the lock, or where a cluster keeps none', async () => {
  const file = put('fine.json', document('n1', '600'))
  const readOnly = await opened({ readOnly: true })
  expect(await errorOf(readOnly.session.importEvidence(file))).toMatchObject({ code: 'read-only' })
  const practice = await opened({ practice: true })
  expect(await errorOf(practice.session.importEvidence(file))).toMatchObject({ code: 'input' })
})

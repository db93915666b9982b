import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JournalRun } from '#model/journal.ts'
import type { ClusterInfo } from '#model/state.ts'
import { openStores } from '../../src/stores.ts'
import { errorOf } from './support.ts'

const LIVE = { kind: 'context' } as const
const cluster = (more: Partial<ClusterInfo> = {}): ClusterInfo => ({ name: 'c', distribution: 'unknown', uid: 'uid-1', ...more })
const RUN: JournalRun = {
  schemaVersion: 1,
  id: '20260101T000000000Z-aaaaaa',
  kind: 'apply',
  cluster: { name: 'c' },
  who: 'ada',
  startedAt: '2026-01-01T00:00:00Z',
  entries: [],
}
let home = ''
const clusters = () => join(home, 'kubeharden', 'clusters')
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kh-stores-'))
  vi.stubEnv('XDG_STATE_HOME', home)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('what is remembered of a cluster', () => {
  it('is held by one session at a time', async () => {
    const first = await openStores(LIVE, cluster(), { locked: true })
    expect(await errorOf(openStores(LIVE, cluster(), { locked: true }))).toMatchObject({ code: 'locked', exitCode: 2 })
    const other = await openStores(LIVE, cluster({ uid: 'uid-2' }), { locked: true })
    await first.release()
    await (await openStores(LIVE, cluster(), { locked: true })).release()
    await other.release()
  })

  it('can be read beside a session, never written', async () => {
    const session = await openStores(LIVE, cluster(), { locked: true })
    await session.journal.save(RUN)
    const progress = await session.progress.load()
    const reader = await openStores(LIVE, cluster(), { locked: false })
    expect(await reader.journal.list()).toEqual([RUN])
    expect((await errorOf(reader.journal.save({ ...RUN, who: 'eve' }))).code).toBe('internal')
    await reader.progress.save({ ...progress, updatedAt: 'x' })
    await reader.release()
    expect((await session.journal.get(RUN.id))?.who).toBe('ada')
    expect((await session.progress.load()).updatedAt).not.toBe('x')
    await session.release()
  })

  it('makes nothing on disk where it is only read', async () => {
    const reader = await openStores(LIVE, cluster(), { locked: false })
    expect([await reader.journal.list(), (await reader.progress.load()).history]).toEqual([[], []])
    await reader.release()
    expect(readdirSync(home)).toEqual([])
  })

  it('is kept apart by uid, by server where there is none, and by path for files', async () => {
    const opened = [
      await openStores(LIVE, cluster(), { locked: true }),
      await openStores(LIVE, cluster({ uid: undefined, server: 'https://a' }), { locked: true }),
      await openStores(LIVE, cluster({ uid: undefined, server: 'https://b' }), { locked: true }),
      await openStores({ kind: 'from', path: '/x/../y' }, cluster({ uid: undefined }), { locked: true }),
    ]
    expect(
      readdirSync(clusters())
        .map((name) => name.replace(/-[0-9a-f]{16}$/, ''))
        .sort(),
    ).toEqual(['files', 'server', 'server', 'uid-1'])
    expect((await errorOf(openStores({ kind: 'from', path: '/y' }, cluster({ uid: undefined }), { locked: true }))).code).toBe('locked')
    for (const stores of opened) await stores.release()
  })

  it.each(['../../etc', '..', 'a/b', '', 'a\u0000b', '\u001b[2J'])('takes no uid %j from a file', async (uid) => {
    expect((await errorOf(openStores({ kind: 'from', path: '/x' }, cluster({ uid }), { locked: true }))).code).toBe('input')
    expect(readdirSync(home)).toEqual([])
  })

  it('of the practice cluster is gone with the session', async () => {
    const first = await openStores({ kind: 'practice' }, cluster(), { locked: true })
    await first.journal.save(RUN)
    const got = await first.journal.get(RUN.id)
    expect(got).toEqual(RUN)
    expect(await (await openStores({ kind: 'practice' }, cluster(), { locked: true })).journal.list()).toEqual([])
    expect(readdirSync(home)).toEqual([])
  })
})

describe('files that somebody changed', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const base = { schemaVersion: 1, cluster: { uid: 'u', name: 'c' }, updatedAt: 'x', checks: {}, history: [], accepted: [], attested: [] }
  it.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['nested too deeply', `{"schemaVersion":1,"checks":${deep}}`],
    ['a status nobody knows', JSON.stringify({ ...base, checks: { 'a/b': { status: 'perfect', since: 'x' } } })],
    [
      'an expiry for ever',
      JSON.stringify({
        ...base,
        accepted: [{ check: 'a/b', scope: {}, owner: 'o', reason: 'r', created: '2026-01-01', expires: 'never' }],
      }),
    ],
    ['another version', JSON.stringify({ ...base, schemaVersion: 2 })],
  ])('a progress with %s names the file', async (_, text) => {
    const file = join(clusters(), 'uid-1', 'progress.json')
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text)
    const stores = await openStores(LIVE, cluster(), { locked: true })
    const error = await errorOf(stores.progress.load())
    expect(error.code).toBe('input')
    expect(error.message).toContain(file)
    expect(readFileSync(file, 'utf8')).toBe(text)
    await stores.release()
  })

  it.each([
    ['a value of the wrong type', JSON.stringify({ ...RUN, entries: {} })],
    ['nested too deeply', JSON.stringify(RUN).replace('"entries":[]', `"entries":[{"removed":${deep},"managedFieldsBefore":${deep}}]`)],
    ['the content of another run', JSON.stringify({ ...RUN, id: 'other' })],
    ['an empty file', ''],
  ])('a journal with %s names the file', async (_, text) => {
    const file = join(clusters(), 'uid-1', 'journal', `${RUN.id}.json`)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text)
    const stores = await openStores(LIVE, cluster(), { locked: true })
    const error = await errorOf(stores.journal.list())
    expect(error.code).toBe('input')
    expect(error.message).toContain(file)
    await stores.release()
  })

  it('knows no prototype', async () => {
    const file = join(clusters(), 'uid-1', 'progress.json')
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(
      file,
      JSON.stringify(base).replace(
        '"checks":{}',
        '"checks":{"__proto__":{"status":"pass","since":"x"},"constructor":{"status":"pass","since":"x"}}',
      ),
    )
    const stores = await openStores(LIVE, cluster(), { locked: true })
    const { checks } = await stores.progress.load()
    expect(Object.getPrototypeOf(checks)).toBe(Object.prototype)
    expect(checks['access/x']).toBeUndefined()
    expect(({} as Record<string, unknown>).status).toBeUndefined()
    await stores.release()
  })
})

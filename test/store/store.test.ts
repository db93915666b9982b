import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JournalRun } from '#model/journal.ts'
import { writeAtomic } from '#store/atomic.ts'
import { acquireLock, clusterDir, configHome, openJournal, openProgress, stateHome } from '#store/index.ts'
import { ownFolder } from '#store/paths.ts'

const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'kh-store-'))
const folder = (): string => path.join(temporary(), 'kubeharden', 'clusters', 'u-1')
const run = (id: string): JournalRun => ({
  schemaVersion: 1,
  id,
  kind: 'apply',
  cluster: { name: 'c' },
  who: 'me',
  startedAt: '2026-01-01T00:00:00Z',
  entries: [],
})

describe('paths', () => {
  it('follow the XDG specification', () => {
    expect(stateHome({ XDG_STATE_HOME: '/s', HOME: '/h' })).toBe('/s/kubeharden')
    expect(stateHome({ XDG_STATE_HOME: 'relative', HOME: '/h' })).toBe('/h/.local/state/kubeharden')
    expect(configHome({ HOME: '/h' })).toBe('/h/.config/kubeharden')
    expect(configHome({ XDG_CONFIG_HOME: '/c' })).toBe('/c/kubeharden')
    expect(clusterDir('practice', { HOME: '/h' })).toBe('/h/.local/state/kubeharden/clusters/practice')
    for (const uid of ['', '..', '../x', 'a/b', '.hidden', 'a\0b']) expect(() => clusterDir(uid, {}), uid).toThrow(/not a cluster's uid/)
  })

  it('are for their owner only, and refused where others could write or lead elsewhere', async () => {
    const dir = folder()
    await ownFolder(dir)
    for (let at = dir; path.basename(at) !== path.basename(path.dirname(dir)); at = path.dirname(at))
      expect(statSync(at).mode & 0o777).toBe(0o700)
    chmodSync(dir, 0o777)
    await expect(ownFolder(dir)).rejects.toMatchObject({ code: 'input', message: expect.stringContaining('everybody may write') })
    const root = temporary()
    mkdirSync(path.join(root, 'elsewhere'))
    symlinkSync(path.join(root, 'elsewhere'), path.join(root, 'kubeharden'))
    await expect(openJournal(path.join(root, 'kubeharden', 'clusters', 'x')).save(run('1'))).rejects.toThrow(/link to another place/)
    writeFileSync(path.join(root, 'file'), '')
    await expect(ownFolder(path.join(root, 'file', 'kubeharden'))).rejects.toMatchObject({ code: 'input' })
  })
})

describe('the journal', () => {
  it('gives back what was saved, oldest first', async () => {
    const journal = openJournal(folder())
    expect(await journal.list()).toEqual([])
    expect(await journal.get('20260101T000000000Z-aa')).toBeUndefined()
    for (const id of ['20260102T000000000Z-aa', '20260101T000000000Z-bb', '20260101T000000000Z-aa']) await journal.save(run(id))
    await journal.save({ ...run('20260101T000000000Z-aa'), who: 'you' })
    expect((await journal.list()).map((r) => `${r.id} ${r.who}`)).toEqual([
      '20260101T000000000Z-aa you',
      '20260101T000000000Z-bb me',
      '20260102T000000000Z-aa me',
    ])
    await expect(journal.get('../../etc/passwd')).rejects.toThrow(/not the id of a run/)
  })

  it('writes files for their owner only and leaves no others', async () => {
    const dir = folder()
    await openJournal(dir).save(run('a'))
    expect(readdirSync(path.join(dir, 'journal'))).toEqual(['a.json'])
    expect(statSync(path.join(dir, 'journal', 'a.json')).mode & 0o777).toBe(0o600)
  })

  it.each<[string, string, RegExp]>([
    ['20260101-aa.json', '{"schemaVersion": 1', /20260101-aa\.json is not JSON/],
    ['20260101-aa.json', '{\n "schemaVersion": 2\n}', /20260101-aa\.json:2: schemaVersion/],
    ['20260101-aa.json', JSON.stringify(run('other')), /holds another run/],
    ['notes.txt', 'x', /notes\.txt does not belong there/],
    ['.hidden', 'x', /\.hidden does not belong there/],
  ])('names the file %s that it cannot read', async (name, text, words) => {
    const dir = folder()
    const journal = openJournal(dir)
    await journal.save(run('20250101-aa'))
    writeFileSync(path.join(dir, 'journal', name), text)
    await expect(journal.list()).rejects.toMatchObject({ code: 'input', message: expect.stringMatching(words) })
  })

  it('passes over what a crash left half written', async () => {
    const dir = folder()
    const journal = openJournal(dir)
    await journal.save(run('20250101-aa'))
    writeFileSync(path.join(dir, 'journal', '.20250101-aa.json.0123456789ab.tmp'), '{"schema')
    expect(await journal.list()).toHaveLength(1)
  })
})

it('leaves the old file where the new one cannot be written', async () => {
  const dir = temporary()
  const file = path.join(dir, 'x.json')
  await writeAtomic(file, 'old')
  await expect(writeAtomic(path.join(dir, 'no', 'x.json'), 'new')).rejects.toMatchObject({ code: 'input' })
  mkdirSync(path.join(dir, 'busy', 'full'), { recursive: true })
  await expect(writeAtomic(path.join(dir, 'busy'), 'new')).rejects.toThrow(/busy could not be written/)
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(dir)).toEqual(['busy', 'x.json'])
})

describe('progress', () => {
  const cluster = { uid: 'u', name: 'c' }

  it('is empty for a new cluster, and comes back as saved', async () => {
    const dir = folder()
    const store = openProgress(dir, cluster, () => new Date('2026-01-01'))
    const empty = await store.load()
    expect(empty).toMatchObject({ cluster, updatedAt: '2026-01-01T00:00:00.000Z', accepted: [], checks: {} })
    const full = { ...empty, checks: { 'access/x': { status: 'pass' as const, since: '2026-01-01' } } }
    await store.save(full)
    expect(await openProgress(dir, cluster).load()).toEqual(full)
    await expect(
      store.save({ ...full, accepted: [{ check: 'x', scope: {}, owner: 'me', reason: 'r', created: '2026-01-01', expires: 'never' }] }),
    ).rejects.toThrow(/date/)
    expect(await openProgress(dir, cluster).load()).toEqual(full)
  })

  it('never takes a date that cannot be read for ever', async () => {
    const dir = folder()
    await ownFolder(dir)
    const accepted = { check: 'x', scope: {}, owner: 'me', reason: 'r', created: '2026-01-01', expires: '31.12.2026x' }
    const value = { schemaVersion: 1, cluster, updatedAt: 'x', checks: {}, history: [], accepted: [accepted], attested: [] }
    writeFileSync(path.join(dir, 'progress.json'), JSON.stringify(value, null, 2))
    await expect(openProgress(dir, cluster).load()).rejects.toMatchObject({
      code: 'input',
      message: expect.stringMatching(/progress\.json:\d+: accepted\.0\.expires: not a date/),
    })
  })
})

describe('the lock', () => {
  it('is for one session, and says whose', async () => {
    const dir = folder()
    const lock = await acquireLock(dir, new Date('2026-01-01'))
    await expect(acquireLock(dir)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid}, since 2026-01-01T00:00:00.000Z`),
    })
    await lock.release()
    await lock.release()
    const second = await acquireLock(dir)
    await lock.release()
    await expect(acquireLock(dir)).rejects.toMatchObject({ code: 'locked' })
    await second.release()
    expect(readdirSync(dir)).toEqual([])
  })

  it.each([
    ['a process that was killed', ['lock']],
    ['one that was killed while it took over from one that was killed', ['lock', 'lock.dead']],
  ])('is taken over from %s, by one of many', async (_, left) => {
    const child = spawn(process.execPath, ['-e', '']).on('error', () => undefined)
    await new Promise((resolve) => child.on('close', resolve))
    for (let round = 0; round < (process.env.KUBEHARDEN_LONG ? 500 : 20); round += 1) {
      const dir = folder()
      await ownFolder(dir)
      const dead = { pid: child.pid, host: os.hostname(), since: '2026-01-01', token: 'dead' }
      for (const name of left) writeFileSync(path.join(dir, name), JSON.stringify(dead))
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(dir)))
      expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
      expect(results.flatMap((r) => (r.status === 'rejected' ? [(r.reason as { code: string }).code] : []))).toEqual(
        Array(7).fill('locked'),
      )
      expect(readdirSync(dir)).toEqual(['lock'])
    }
  })

  it('is taken over where the number of the process is used again', async () => {
    const dir = folder()
    await ownFolder(dir)
    const other = { pid: process.pid, host: os.hostname(), start: 'earlier', since: '2026-01-01', token: 'x' }
    writeFileSync(path.join(dir, 'lock'), JSON.stringify(other))
    if (process.platform === 'linux') await (await acquireLock(dir)).release()
  })

  it('of another machine, or one that cannot be read, is left alone', async () => {
    const dir = folder()
    await ownFolder(dir)
    writeFileSync(path.join(dir, 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere.example', since: '2026-01-01', token: 'x' }))
    await expect(acquireLock(dir)).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining('elsewhere.example') })
    writeFileSync(path.join(dir, 'lock'), 'what')
    await expect(acquireLock(dir)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('not a lock that can be read'),
    })
  })
})

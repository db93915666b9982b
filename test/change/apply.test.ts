import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import type { Change } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { type JournalRun, journalRun } from '#model/journal.ts'
import { apply, cluster, config, dataOf, edit, journal, live, options, preview, states, undo } from './scene.ts'
import { temporaryFolder } from './support.ts'

describe('apply', () => {
  it('has the journal on disk before each request', async () => {
    cluster.put(live('b'))
    const seen: string[] = []
    cluster.fault = ({ verb, ref: at, dryRun, at: when }) => {
      if (!dryRun && when === 'before') seen.push(`${verb} ${at.name}: ${states(journal.saved.at(-1)).join(' ')}`)
    }
    const steps: string[] = []
    const shown = await preview(config('a'), edit('b', '2'))
    const run = await applyPreview(shown, {
      ...options(),
      onProgress: ({ index, total, entry }) => steps.push(`${index}/${total} ${entry.state}`),
    })
    expect(seen).toEqual(['apply a: sent planned', 'replace b: done sent'])
    expect(steps).toEqual(['0/2 sent', '0/2 done', '1/2 sent', '1/2 done'])
    expect(journalRun.parse(JSON.parse(JSON.stringify(run)))).toMatchObject({
      kind: 'apply',
      who: 'me',
      cluster: { uid: 'u' },
      entries: [
        { action: 'create', fieldManager: 'kubeharden:w', fields: [], uidAfter: expect.any(String) },
        { action: 'update', fields: [{ path: ['data', 'a'], before: '1', after: '2' }], managedFieldsBefore: expect.any(Array) },
      ],
    })
    expect(states(journal.saved[0])).toEqual(['planned', 'planned'])
  })

  it('stops at an error, says what was done and how to take it back', async () => {
    cluster.fault = ({ ref: at, dryRun }) => {
      if (at.name === 'b' && !dryRun) throw new HardenError('rejected', 'quota is full', 'Raise it.')
    }
    const failure = await apply(config('a'), config('b'), config('c')).catch((e: unknown) => e as HardenError)
    const run = (await journal.list())[0] as JournalRun
    expect(states(run)).toEqual(['done', 'failed', 'not-done'])
    expect(failure).toMatchObject({
      code: 'change-failed',
      message: expect.stringMatching(/ConfigMap shop\/b: quota is full.*1 of 3.*shop\/a/),
      hint: expect.stringContaining(run.id),
    })
    await undo(run)
    expect(cluster.objects.size).toBe(0)
  })

  it('lets the request in flight finish on Ctrl-C', async () => {
    const stop = new AbortController()
    const shown = await preview(config('a'), config('b'))
    cluster.fault = () => stop.abort()
    await expect(applyPreview(shown, { ...options(), signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
      exitCode: 130,
      hint: expect.stringContaining('undo'),
    })
    expect(states((await journal.list())[0])).toEqual(['done', 'not-done'])
    await expect(applyPreview(shown, { ...options(), signal: stop.signal })).rejects.toThrow('Nothing was written')
  })

  it('writes nothing when the cluster has moved on, but status may', async () => {
    const was = cluster.put(live('x'))
    const shown = await preview(edit('x', '2'))
    cluster.put({ ...was, status: { seen: 1 } }, 'controller')
    expect(states(await applyPreview(shown, options()))).toEqual(['done'])
    const again = await preview(edit('x', '3'), config('new'))
    cluster.put(live('new'))
    await expect(applyPreview(again, options())).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('shop/new') })
    expect(await dataOf('x')).toEqual({ a: '2' })
  })

  it('does not take an object for its own that somebody made at the same moment', async () => {
    const shown = await preview(config('x'))
    cluster.fault = ({ verb, at, dryRun }) => {
      if (verb === 'apply' && at === 'before' && !dryRun) cluster.put(live('x', { z: '1' }), 'colleague')
    }
    await expect(applyPreview(shown, options())).rejects.toMatchObject({
      code: 'change-failed',
      message: expect.stringContaining('colleague'),
    })
    expect(states((await journal.list())[0])).toEqual(['failed'])
  })
})

describe('guides', () => {
  const guide: Change = {
    kind: 'guide',
    title: { en: 'Encrypt' },
    files: [
      {
        path: 'encryption.yaml',
        mode: 0o644,
        content: { kind: 'template', template: 't/encryption', values: {}, keys: { key: { from: 'random', id: 'k', bytes: 32 } } },
      },
      { path: 'README.md', mode: 0o644, content: { kind: 'text', text: 'steps' } },
    ],
    steps: [],
    rollback: [],
    proof: { kind: 'check', check: 'x' },
  }

  it('write their files with keys that nobody else sees', async () => {
    const shown = await preview(guide)
    expect(JSON.stringify(shown)).toContain('‹32 random bytes, made when the file is written›')
    const dir = path.join(temporaryFolder(), 'out')
    await expect(applyPreview(shown, options())).rejects.toMatchObject({ code: 'input' })
    const run = await applyPreview(shown, { ...options(), outDir: dir })
    const text = readFileSync(path.join(dir, 'encryption.yaml'), 'utf8')
    const key = /secret: "?([A-Za-z0-9+/=]+)/.exec(text)?.[1] ?? ''
    expect(Buffer.from(key, 'base64')).toHaveLength(32)
    expect(statSync(path.join(dir, 'encryption.yaml')).mode & 0o777).toBe(0o600)
    expect(statSync(path.join(dir, 'README.md')).mode & 0o777).toBe(0o644)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(JSON.stringify([run, journal.saved, shown])).not.toContain(key)
    expect(run.entries).toMatchObject([
      { action: 'files', state: 'done', files: [path.join(dir, 'encryption.yaml'), path.join(dir, 'README.md')] },
    ])
    await expect(applyPreview(shown, { ...options(), outDir: dir })).rejects.toThrow(/not empty/)
    await expect(undo(run)).rejects.toMatchObject({ hint: expect.stringContaining('README.md') })
    expect(existsSync(dir) && readdirSync(dir)).toHaveLength(2)
  })
})

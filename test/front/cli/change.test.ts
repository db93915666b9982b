import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JournalRun } from '#model/journal.ts'
import { cliBench } from './bench.ts'
import { DENY, files, folder, status } from './files.ts'

describe('apply, journal, undo', () => {
  it('--dry-run: 1 and the diff where it would change something, 0 where not; nothing is written or locked', async () => {
    const bench = cliBench()
    const first = await bench.run(['apply', ...DENY, '--dry-run'])
    expect(first.code).toBe(1)
    expect(first.out).toContain('create: NetworkPolicy shop/default-deny-ingress')
    expect((await bench.run(['apply', ...DENY, '--dry-run'])).code).toBe(1)
    expect(bench.runs()).toEqual([])
    expect(bench.locks).toEqual([false, false])
    expect((await bench.run(['apply', ...DENY, '--yes'])).code).toBe(0)
    const done = await bench.run(['apply', ...DENY, '--dry-run'])
    expect(done.code).toBe(0)
    expect(done.out).toContain('leave as it is')
  })

  it('--yes applies, proves and journals; undo takes it back; then there is nothing to undo', async () => {
    const bench = cliBench()
    const before = await status(bench, 'network/default-deny')
    expect(before.fails).toContain('shop')
    const applied = await bench.run(['apply', ...DENY, '--yes'])
    expect(applied.code, applied.err).toBe(0)
    expect(applied.err).toMatch(/\[1\/\d\] create NetworkPolicy shop\/default-deny-ingress: done/)
    expect((await status(bench, 'network/default-deny')).fails).toEqual(before.fails.filter((n) => n !== 'shop'))
    const again = await bench.run(['apply', ...DENY, '--yes'])
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('nothing to apply') })
    expect(bench.runs()).toHaveLength(1)

    const [run] = JSON.parse((await bench.run(['journal', '-o', 'json', '--practice'])).out) as JournalRun[]
    expect(run).toMatchObject({ kind: 'apply', who: 'tester', verification: { ok: true } })
    expect((await bench.run(['journal', run?.id ?? '', '--practice'])).out).toContain(`${run?.id}`)
    expect(applied.out).toContain(`kubeharden undo ${run?.id}`)
    const undone = await bench.run(['undo', '--yes', '--practice'])
    expect(undone.code, undone.err).toBe(0)
    expect(await status(bench, 'network/default-deny')).toEqual(before)
    expect((await bench.run(['journal', '--practice'])).out).toContain(`undo of ${run?.id}`)
    expect(await bench.run(['undo', '--yes', '--practice'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('There is nothing to undo'),
    })
    expect(await bench.run(['undo', 'nobody', '--yes', '--practice'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no entry nobody'),
    })
  })

  it('an apply that died after its first request: undo finds out what became of it, and takes it back', async () => {
    const bench = cliBench()
    const before = await status(bench, 'network/default-deny')
    await bench.run(['apply', ...DENY, '--yes'])
    // As a kill right after the answer leaves it: sent is on disk, done is not.
    const run = bench.runs()[0] as { entries: JournalRun['entries']; endedAt?: string; verification?: unknown }
    for (const entry of run.entries) entry.state = 'sent'
    delete run.endedAt
    delete run.verification
    const undone = await bench.run(['undo', '--yes', '--practice'])
    expect(undone.code, undone.out + undone.err).toBe(0)
    expect(await status(bench, 'network/default-deny')).toEqual(before)
    expect(bench.runs()[0]?.entries.map((e) => e.state)).toEqual(run.entries.map(() => 'undone'))
  })

  it('without a terminal and without --yes nothing is applied', async () => {
    const bench = cliBench()
    const { code, err } = await bench.run(['apply', ...DENY])
    expect(code).toBe(2)
    expect(err).toContain('--yes')
    expect(bench.runs()).toEqual([])
  })

  it.each([
    ['yes\n', 1],
    ['y\n', 0],
    ['\n', 0],
    ['', 0],
  ])('at a terminal only the word yes applies: %j', async (stdin, runs) => {
    const bench = cliBench()
    const { code, err } = await bench.run(['apply', ...DENY], { stdin, interactive: true })
    expect(code).toBe(0)
    expect(err).toContain('Apply this to cluster practice?')
    expect(bench.runs()).toHaveLength(runs)
  })

  it('a guided change goes to --out with rollback and steps; without it nothing is written', async () => {
    const bench = cliBench()
    const out = folder()
    expect((await bench.run(['apply', 'encryption-config', '--yes', '--practice'])).code).toBe(2)
    expect(bench.runs()).toEqual([])
    const ran = await bench.run(['apply', 'encryption-config', '--yes', '--practice', '--out', out])
    expect(ran.code, ran.err).toBe(0)
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toMatch(/Way back/)
    const keys = files(out).flatMap((f) =>
      [...readFileSync(f, 'utf8').matchAll(/secret: "?([A-Za-z0-9+/]{40,}={0,2})/g)].map((m) => m[1] ?? ''),
    )
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) expect(JSON.stringify(bench.runs()) + ran.out + ran.err).not.toContain(key)
  })

  it('a snapshot cannot be written to: apply says so, undo too', async () => {
    const bench = cliBench()
    const file = folder('state.json')
    await bench.run(['snapshot', '--out', file, '--practice'])
    const { code, err } = await bench.run(['apply', 'network-policies', '--in-namespaces', 'shop', '--yes', '--from', file])
    expect(code).toBe(2)
    expect(err).toMatch(/snapshot|written/i)
    expect((await bench.run(['undo', '--yes', '--from', file])).code).toBe(2)
  })

  it('colours only repeat what the signs say', async () => {
    const bench = cliBench()
    const plain = await bench.run(['apply', ...DENY, '--dry-run'])
    const coloured = await bench.run(['apply', ...DENY, '--dry-run'], { color: true })
    expect(coloured.out).toContain('\u001b[')
    expect(coloured.out.replace(/\u001b\[\d+m/g, '')).toBe(plain.out)
  })
})

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliBench } from './bench.ts'
import { status } from './files.ts'

describe('accept, attest, progress', () => {
  const ACCEPT = ['accept', 'network/default-deny', '--owner', 'ann', '--reason', 'moving', '--practice']

  it('an accepted risk of one namespace leaves the others failing; progress shows it', async () => {
    const bench = cliBench()
    const before = await status(bench, 'network/default-deny')
    expect(before.fails.length).toBeGreaterThan(1)
    const ran = await bench.run([...ACCEPT, '--expires', '2999-01-31', '--kind', 'Namespace', '--name', 'shop'])
    expect(ran, ran.err).toMatchObject({ code: 0 })
    expect((await status(bench, 'network/default-deny')).fails).toEqual(before.fails.filter((n) => n !== 'shop'))
    const { out } = await bench.run(['progress', '--practice'])
    expect(out).toContain('accepted until 2999-01-31: network/default-deny (ann: moving)')
    const json = JSON.parse((await bench.run(['progress', '-o', 'json', '--practice'])).out) as { accepted: unknown[] }
    expect(json.accepted).toMatchObject([{ check: 'network/default-deny', scope: { kind: 'Namespace', name: 'shop' }, owner: 'ann' }])
    await bench.run([...ACCEPT, '--expires', '2999-01-31'])
    expect(await status(bench, 'network/default-deny')).toEqual({ status: 'accepted', fails: [] })
  })

  it.each(['tomorrow', '2020-01-01', '2999-13-01', '2999-02-31', '31.01.2999', ''])(
    'an expiry that is none is refused: %j',
    async (expires) => {
      const bench = cliBench()
      const { code, err } = await bench.run([...ACCEPT, '--expires', expires])
      expect(code).toBe(2)
      expect(err).toMatch(/is not a date|in the past/)
      expect(bench.progress()?.accepted ?? []).toEqual([])
    },
  )

  it('what was accepted can be withdrawn; what was not is said', async () => {
    const bench = cliBench()
    await bench.run([...ACCEPT, '--expires', '2999-01-31'])
    expect((await status(bench, 'network/default-deny')).status).toBe('accepted')
    const ran = await bench.run(['accept', 'network/default-deny', '--withdraw', '--practice'])
    expect(ran, ran.err).toMatchObject({ code: 0, err: 'Withdrawn: network/default-deny.\n' })
    expect((await status(bench, 'network/default-deny')).status).toBe('fail')
    expect(await bench.run(['accept', 'network/default-deny', '--withdraw', '--practice'])).toMatchObject({ code: 2 })
  })

  it('what was decided can be handed on: another bench that is given it judges the same, and stores nothing of it', async () => {
    const [one, other] = [cliBench(), cliBench()]
    await one.run([...ACCEPT, '--expires', '2999-01-31', '--kind', 'Namespace', '--name', 'shop'])
    const file = join(mkdtempSync(join(tmpdir(), 'kubeharden-handed-')), 'decisions.yaml')
    const printed = await one.run(['progress', '-o', 'decisions', '--practice'])
    writeFileSync(file, printed.out)
    const report = JSON.parse((await other.run(['audit', '--practice', '-o', 'json', '--decisions', file])).out) as {
      checks: { id: string; findings: { object: { name: string }; status: string }[] }[]
    }
    const findings = report.checks.find((c) => c.id === 'network/default-deny')?.findings ?? []
    expect(findings.filter((f) => f.status === 'accepted').map((f) => f.object.name)).toEqual(['shop'])
    expect(other.progress()?.accepted ?? []).toEqual([])
    writeFileSync(file, printed.out.replace('network/default-deny', 'network/none'))
    const wrong = await other.run(['audit', '--practice', '--decisions', file])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('names a check that there is not: network/none') })
  })

  it('an attested manual item counts', async () => {
    const bench = cliBench()
    const report = JSON.parse((await bench.run(['audit', '-o', 'json', '--practice'])).out) as { checks: { id: string; status: string }[] }
    const manual = report.checks.find((c) => c.status === 'manual')?.id ?? ''
    expect(manual).not.toBe('')
    const ran = await bench.run(['attest', manual, '--by', 'bob', '--evidence', 'minutes of May', '--until', '2999-01-01', '--practice'])
    expect(ran.code, ran.err).toBe(0)
    expect((await status(bench, manual)).status).toBe('attested')
    expect((await bench.run(['progress', '--practice'])).out).toContain(`attested until 2999-01-01: ${manual} (bob: minutes of May)`)
  })

  it.each([
    [['accept', 'network/nothing', '--owner', 'a', '--reason', 'b', '--expires', '2999-01-01', '--practice'], /no check network\/nothing/],
    [['accept', 'network/default-deny', '--owner', '', '--reason', 'b', '--expires', '2999-01-01', '--practice'], /--owner/],
    [['accept', 'network/default-deny', '--owner', 'a', '--reason', ' ', '--expires', '2999-01-01', '--practice'], /--reason/],
    [['accept', 'network/default-deny', '--practice'], /--owner/],
    [['attest', 'network/default-deny', '--by', 'a', '--practice'], /--evidence/],
    [['attest', 'network/default-deny', '--by', 'a', '--evidence', '', '--until', '2999-01-01', '--practice'], /--evidence/],
  ])('%j is refused', async (argv, words) => {
    const bench = cliBench()
    const { code, err } = await bench.run(argv)
    expect(code).toBe(2)
    expect(err).toMatch(words)
    expect(bench.progress()?.accepted ?? []).toEqual([])
    expect(bench.progress()?.attested ?? []).toEqual([])
  })
})

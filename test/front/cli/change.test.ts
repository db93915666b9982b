import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import type { JournalRun } from '#model/journal.ts'
import { type Bench, cliBench } from './bench.ts'

const folder = (name = 'out') => join(mkdtempSync(join(tmpdir(), 'kubeharden-cli-')), name)
const DENY = ['network-policies', '--in-namespaces', 'shop', '--practice']
const files = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))

async function status(bench: Bench, check: string): Promise<{ status: string; fails: string[] }> {
  const { out } = await bench.run(['audit', '-o', 'json', '--check', check, '--practice'])
  const report = JSON.parse(out) as { checks: { status: string; findings: { status: string; object: { name: string } }[] }[] }
  const [one] = report.checks
  return { status: one?.status ?? '', fails: (one?.findings ?? []).filter((f) => f.status === 'fail').map((f) => f.object.name) }
}

describe('generate', () => {
  it('prints YAML that reads back as the objects asked for', async () => {
    const { code, out, err } = await cliBench().run(['generate', ...DENY, '--direction', 'both'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const documents = parseAllDocuments(out)
    expect(documents.flatMap((d) => d.errors)).toEqual([])
    const objects = documents.map((d) => d.toJS() as { kind: string; metadata: { name: string; namespace: string } })
    expect(new Set(objects.map((o) => `${o.kind} ${o.metadata.namespace}`))).toEqual(new Set(['NetworkPolicy shop']))
    expect(objects.map((o) => o.metadata.name)).toEqual(expect.arrayContaining(['default-deny-ingress', 'default-deny-egress']))
  })

  it('--out: a kustomization that names every object file; a folder that holds something is left alone', async () => {
    const bench = cliBench()
    const out = folder()
    const ran = await bench.run(['generate', ...DENY, '--out', out])
    expect(ran).toMatchObject({ code: 0, out: '' })
    const { resources } = parse(readFileSync(join(out, 'kustomization.yaml'), 'utf8')) as { resources: string[] }
    expect(resources.length).toBeGreaterThan(0)
    for (const resource of resources) expect(parse(readFileSync(join(out, resource), 'utf8'))).toMatchObject({ kind: 'NetworkPolicy' })
    for (const file of files(out)) expect(ran.err).toContain(file.slice(out.length + 1))
    const before = files(out).map((f) => readFileSync(f, 'utf8'))
    const again = await bench.run(['generate', ...DENY, '--out', out])
    expect(again.code).toBe(2)
    expect(files(out).map((f) => readFileSync(f, 'utf8'))).toEqual(before)
  })

  it('keys are never printed: encryption-config wants --out, and there only its owner reads them', async () => {
    const bench = cliBench()
    const printed = await bench.run(['generate', 'encryption-config', '--practice'])
    expect(printed).toMatchObject({ code: 2, out: '' })
    expect(printed.err).toContain('keys are never printed')
    const out = folder()
    const written = await bench.run(['generate', 'encryption-config', '--practice', '--out', out])
    expect(written.code, written.err).toBe(0)
    const secrets = (file: string) =>
      [...readFileSync(file, 'utf8').matchAll(/secret: "?([A-Za-z0-9+/]{40,}={0,2})/g)].map((m) => m[1] ?? '')
    const withKeys = files(out).filter((f) => secrets(f).length > 0)
    expect(withKeys.length).toBeGreaterThan(0)
    for (const file of withKeys) expect(statSync(file).mode & 0o777).toBe(0o600)
    for (const key of withKeys.flatMap(secrets)) expect(written.out + written.err).not.toContain(key)
    // Two runs, two keys.
    const second = folder()
    await bench.run(['generate', 'encryption-config', '--practice', '--out', second])
    expect(files(second).flatMap(secrets)).not.toEqual(expect.arrayContaining(withKeys.flatMap(secrets)))
  })

  it('without any kubeconfig it generates without a cluster, and says so', async () => {
    const { code, out, err } = await cliBench().run(['generate', 'network-policies', '--in-namespaces', 'anything'])
    expect(code, err).toBe(0)
    expect(err).toContain('No kubeconfig')
    expect(out).toContain('namespace: anything')
  })

  it('flags win over the answers file, which wins over the cluster; standard input works', async () => {
    const file = folder('answers.yaml')
    writeFileSync(file, 'inNamespaces: [shop]\ndirection: egress\ndns: false\nallowApiServer: false\n')
    const names = (text: string) => parseAllDocuments(text).map((d) => (d.toJS() as { metadata: { name: string } }).metadata.name)
    const bench = cliBench()
    const fromFile = await bench.run(['generate', 'network-policies', '--practice', '--answers', file])
    expect(names(fromFile.out)).toEqual(['default-deny-egress'])
    const over = await bench.run(['generate', 'network-policies', '--practice', '--answers', file, '--direction', 'ingress'])
    expect(names(over.out)).toEqual(['default-deny-ingress'])
    const piped = await bench.run(['generate', 'network-policies', '--practice', '--answers', '-'], { stdin: readFileSync(file, 'utf8') })
    expect(piped.out).toBe(fromFile.out)
  })

  it.each([
    ['inNamespaces: [shop]\nmode: nothing\n', /answers\.yaml:2:7: mode: /],
    ['inNamespaces: [shop]\ncolour: red\n', /answers\.yaml:2:9: colour: unknown field; known are mode/],
    ['inNamespaces: [shop\n', /answers\.yaml:\d+:\d+: /],
    ['- a\n- b\n', /answers\.yaml:1:1: answers are a map/],
    ['inNamespaces: [Not_A_Name]\n', /answers\.yaml:1:\d+: inNamespaces/],
  ])('a wrong answers file is 2 with file, line and column: %j', async (text, words) => {
    const file = folder('answers.yaml')
    writeFileSync(file, text)
    const { code, out, err } = await cliBench().run(['generate', 'network-policies', '--practice', '--answers', file])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(words)
  })
})

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
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toMatch(/[Rr]oll/)
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
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what this is about
    expect(coloured.out.replace(/\u001b\[\d+m/g, '')).toBe(plain.out)
  })
})

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

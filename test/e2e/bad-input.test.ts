import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { command, emptyHome } from './command.ts'
import { KEY, open } from './terminal.ts'

let cluster: TestCluster
let admin: string
const dir = mkdtempSync(join(tmpdir(), 'kubeharden-bad-'))
const file = (name: string, text: string) => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

beforeAll(async () => {
  cluster = await startCluster({ name: 'bad-input' })
  admin = cluster.adminKubeconfig
  for (let i = 0; i < 30; i += 1) await cluster.createNamespace(`team-${String(i).padStart(2, '0')}`)
})
afterAll(() => cluster?.stop())

/** A kubeconfig of the real cluster with one thing changed. */
const changed = (name: string, change: (text: string) => string) => file(name, change(readFileSync(admin, 'utf8')))

describe('kubeconfig', () => {
  it.each([
    [
      'an unreachable server',
      () => changed('unreachable', (t) => t.replace(/server: .*/, 'server: https://127.0.0.1:1')),
      ['audit'],
      3,
      /127\.0\.0\.1:1/,
    ],
    ['a wrong context name', () => admin, ['audit', '--context', 'reall'], 2, /real/],
    ['an empty kubeconfig', () => file('empty', ''), ['audit'], 2, /empty/],
    ['a broken kubeconfig', () => file('broken', 'apiVersion: v1\nclusters: [\n'), ['audit'], 2, /broken/],
    ['a kubeconfig that is not there', () => join(dir, 'nowhere'), ['audit'], 2, /nowhere/],
    [
      'an exec plugin that fails',
      () =>
        changed('exec', (t) =>
          t.replace(
            /client-certificate-data: .*\n\s*client-key-data: .*/,
            'exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "echo the vault is sealed >&2; exit 3"], interactiveMode: Never}',
          ),
        ),
      ['audit'],
      3,
      /the vault is sealed/,
    ],
  ])('%s: what happened, what to do next, exit code', async (_name, kubeconfig, args, code, wanted) => {
    const ran = await command([...args, '--kubeconfig', kubeconfig(), '--request-timeout', '5s'], emptyHome())
    expect(ran.err).toMatch(wanted)
    expect(ran.err.trim().split('\n').length).toBeGreaterThanOrEqual(2)
    expect(ran.err).not.toMatch(/defect in kubeharden|at .*\.js:\d+/)
    expect(ran.code).toBe(code)
    expect(ran.out).toBe('')
  })

  it('an expired certificate: says when it ended', async () => {
    const expired = await cluster.kubeconfigFor('late', [], { expired: true })
    const ran = await command(['audit', '--kubeconfig', expired], emptyHome())
    expect(ran.err).toMatch(/expired/i)
    expect(ran.code).toBe(3)
  })

  it('a server that accepts and never answers: ends at the request timeout', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready))
    const { port } = silent.address() as { port: number }
    try {
      const kubeconfig = changed('silent', (t) => t.replace(/server: .*/, `server: https://127.0.0.1:${port}`))
      const start = Date.now()
      const ran = await command(['audit', '--kubeconfig', kubeconfig, '--request-timeout', '1s'], emptyHome())
      expect(ran.code).toBe(3)
      // Far from the ten seconds of a connection's own limit.
      expect(Date.now() - start).toBeLessThan(8000)
    } finally {
      silent.close()
    }
  })
})

describe('rights', () => {
  it('403 on half of the kinds: unknown with the missing right, no false pass, exit 0', async () => {
    await cluster.kubectl([
      'create',
      'clusterrole',
      'half',
      '--verb=list,get',
      '--resource=namespaces,pods,services,networkpolicies.networking.k8s.io,deployments.apps,statefulsets.apps,daemonsets.apps',
    ])
    await cluster.kubectl(['create', 'clusterrolebinding', 'half', '--clusterrole=half', '--user=half'])
    const ran = await command(['audit', '-o', 'json', '--kubeconfig', await cluster.kubeconfigFor('half')], emptyHome())
    expect(ran.code).toBe(0)
    const report = JSON.parse(ran.out)
    const blind = report.checks.filter((c: { gaps: unknown[] }) => c.gaps.length > 0)
    expect(blind.length).toBeGreaterThan(10)
    for (const check of blind) {
      expect(['unknown', 'fail']).toContain(check.status)
      expect(check.gaps.some((g: { needs?: unknown }) => g.needs !== undefined)).toBe(true)
    }
    expect(report.checks.some((c: { id: string; status: string }) => c.id === 'network/default-deny' && c.status === 'fail')).toBe(true)
  })
})

describe('files', () => {
  it('a folder with broken YAML: file, line and column', async () => {
    const folder = join(dir, 'manifests')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'good.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n')
    writeFileSync(join(folder, 'bad.yaml'), 'apiVersion: v1\nkind: [Namespace\nmetadata: {name: a}\n')
    const ran = await command(['audit', '--from', folder], emptyHome())
    expect(ran.err).toMatch(/bad\.yaml:\d+:\d+/)
    expect(ran.code).toBe(2)
    expect(ran.out).toBe('')
  })

  it.each([
    ['an unknown field', 'roleNmae: x\n', /answers\.yaml:1:\d+: .*roleNmae: unknown field; known are/s],
    ['a wrong value', 'subjectName: jane\nscope: everywhere\n', /answers\.yaml:2:\d+: scope: /],
    ['broken YAML', 'subjectName: [\n', /answers\.yaml:\d+:\d+/],
    ['a doubled key', 'subjectName: a\nsubjectName: b\n', /answers\.yaml:\d+:\d+/],
  ])('answers with %s: file, line, column, and nothing written', async (_name, text, wanted) => {
    const home = emptyHome()
    const answers = file('answers.yaml', text)
    const before = (await cluster.kubectl(['get', 'roles,rolebindings', '-A', '-o', 'name'])).stdout
    const ran = await command(['apply', 'rbac-role', '--answers', answers, '--yes', '--kubeconfig', admin], home)
    expect(ran.err).toMatch(wanted)
    expect(ran.code).toBe(2)
    expect((await cluster.kubectl(['get', 'roles,rolebindings', '-A', '-o', 'name'])).stdout).toBe(before)
  })

  it('an answers file that is not there', async () => {
    const ran = await command(['apply', 'rbac-role', '--answers', join(dir, 'none.yaml'), '--yes', '--kubeconfig', admin], emptyHome())
    expect(ran.err).toMatch(/none\.yaml/)
    expect(ran.code).toBe(2)
  })
})

describe('command line', () => {
  it.each([
    [['frobnicate'], /frobnicate/],
    [['audit', '--fail-on', 'huge'], /critical, high, medium, low/],
    [['audit', '--area', 'kitchen'], /access/],
    [['audit', '-o', 'xml'], /table/],
    [['audit', '--min-coverage', 'much'], /number/],
    [['audit', '--practice', '--from', 'x'], /exclude/],
    [['explain', 'nothing/here'], /explain/],
    [['accept', 'network/default-deny', '--practice', '--owner', 'a', '--reason', 'b', '--expires', 'soon'], /YYYY-MM-DD/],
    [['apply', 'network-policies', '--practice', '--no-such-flag'], /no-such-flag/],
  ])('%j', async (args, wanted) => {
    const ran = await command(args, emptyHome())
    expect(ran.err).toMatch(wanted)
    expect(ran.code).toBe(2)
  })

  it('no terminal and no --yes: nothing is applied', async () => {
    const ran = await command(['apply', 'network-policies', '--in-namespaces', 'team-00', '--kubeconfig', admin], emptyHome())
    expect(ran.err).toContain('--yes')
    expect(ran.code).toBe(2)
    expect((await cluster.kubectl(['-n', 'team-00', 'get', 'networkpolicies', '-o', 'name'])).stdout.trim()).toBe('')
  })

  it('standard output not a terminal: the session becomes the checklist as text', async () => {
    const ran = await command(['--practice'], emptyHome())
    expect(ran.out).toContain('access/cluster-admin-bindings')
    expect(ran.out).not.toMatch(/\u001b/)
    expect(ran.code).toBe(0)
  })

  it('--fail-on and --min-coverage decide the exit code', async () => {
    expect((await command(['audit', '--practice', '--fail-on', 'critical'], emptyHome())).code).toBe(1)
    expect((await command(['audit', '--practice', '--min-coverage', '100'], emptyHome())).code).toBe(1)
    expect((await command(['audit', '--practice', '--min-coverage', '10'], emptyHome())).code).toBe(0)
  })
})

describe('Ctrl-C in the middle of an apply', () => {
  it('finishes the request in flight, tells what was done, and undo takes it back', async () => {
    const home = emptyHome()
    const namespaces = Array.from({ length: 30 }, (_, i) => `team-${String(i).padStart(2, '0')}`).join(',')
    let sent = false
    const ran = await command(['apply', 'network-policies', '--in-namespaces', namespaces, '--yes', '--kubeconfig', admin], home, {
      onErr: (text, kill) => {
        if (sent || !text.includes('[3/')) return
        sent = true
        kill('SIGINT')
      },
    })
    expect(ran.code).toBe(130)
    expect(ran.err).toMatch(/kubeharden undo \S+/)
    const there = () =>
      cluster.kubectl(['get', 'networkpolicies', '-A', '-o', 'name']).then((r) => r.stdout.trim().split('\n').filter(Boolean).length)
    const done = await there()
    expect(done).toBeGreaterThanOrEqual(3)
    expect(done).toBeLessThan(30)
    const journal = join(home.XDG_STATE_HOME as string, 'kubeharden', 'clusters')
    const runs = readdirSync(journal).flatMap((uid) =>
      readdirSync(join(journal, uid, 'journal')).map((f) => JSON.parse(readFileSync(join(journal, uid, 'journal', f), 'utf8'))),
    )
    expect(runs[0].entries.filter((e: { state: string }) => e.state === 'done')).toHaveLength(done)
    const undone = await command(['undo', '--yes', '--kubeconfig', admin], home)
    expect(undone.err + undone.out).toContain('is gone')
    expect(undone.code).toBe(0)
    expect(await there()).toBe(0)
  })
})

describe('terminal', () => {
  it('too small: says so, and recovers on resize', async () => {
    const t = open(['--practice'], emptyHome(), { columns: 40, rows: 10 })
    await t.until(/too small/i)
    t.resize(100, 30)
    await t.until('Access (RBAC)')
    t.press('q')
    expect(await t.ended()).toBe(0)
  })

  it('Ctrl-C leaves with 130 and the terminal as it was', async () => {
    const t = open(['--practice'], emptyHome())
    await t.until('Access (RBAC)')
    t.press(KEY.ctrlC)
    expect(await t.ended()).toBe(130)
    expect(t.raw()).toContain('\u001b[?1049l')
    expect(t.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(t.raw().lastIndexOf('\u001b[?25l'))
  })

  it('a kubeconfig that nobody may read', async () => {
    const path = file('locked', 'x')
    chmodSync(path, 0o000)
    // root reads everything: then the file is simply not a kubeconfig
    const ran = await command(['audit', '--kubeconfig', path], emptyHome())
    expect(ran.code).toBe(2)
    expect(existsSync(path)).toBe(true)
  })
})

describe('apply -f', () => {
  const POLICY =
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: own}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n'
  const there = async () => (await cluster.kubectl(['-n', 'team-07', 'get', 'networkpolicies', '-o', 'name'])).stdout.trim()

  it('previews, applies, proves and undoes somebody’s own manifest', async () => {
    const home = emptyHome()
    const path = file('own.yaml', POLICY)
    const at = ['-n', 'team-07', '--kubeconfig', admin]
    expect((await command(['apply', '-f', path, '--dry-run', ...at], home)).code).toBe(1)
    expect(await there()).toBe('')
    const ran = await command(['apply', '-f', path, '--yes', ...at], home)
    expect(ran.out).toContain('is stored as previewed')
    expect(ran.code).toBe(0)
    expect(await there()).toBe('networkpolicy.networking.k8s.io/own')
    expect((await command(['apply', '-f', path, '--dry-run', ...at], home)).code).toBe(0)
    expect((await command(['undo', '--yes', '--kubeconfig', admin], home)).code).toBe(0)
    expect(await there()).toBe('')
  })

  it.each([
    ['a Secret', 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n', /Secrets are never/],
    ['an unknown field', POLICY.replace('podSelector', 'podSelectors'), /podSelectors/],
    ['a kind that is not served', 'apiVersion: example.org/v1\nkind: Nothing\nmetadata: {name: x}\n', /Nothing/],
  ])('%s: refused with the reason, nothing written', async (_name, text, wanted) => {
    const ran = await command(['apply', '-f', '-', '--yes', '-n', 'team-07', '--kubeconfig', admin], emptyHome(), { stdin: text })
    expect(ran.out + ran.err).toMatch(wanted)
    expect([2, 4]).toContain(ran.code)
    expect(await there()).toBe('')
  })
})

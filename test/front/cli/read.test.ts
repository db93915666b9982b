import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { checks } from '../../../src/checks/index.ts'
import { wizards } from '../../../wizards/index.ts'
import { cliBench } from './bench.ts'

const bench = cliBench()
const practice = (...argv: string[]) => bench.run([...argv, '--practice'])
const folder = () => mkdtempSync(join(tmpdir(), 'kubeharden-cli-'))

interface Report {
  readonly checks: readonly { readonly id: string; readonly area: string; readonly severity: string; readonly status: string }[]
  readonly score: { readonly coverage: number }
}

describe('audit', () => {
  it('json has every check once, and says what it looked at', async () => {
    const { code, out, err } = await practice('audit', '-o', 'json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const report = JSON.parse(out) as Report & { source: string; tool: unknown }
    expect(report.checks.map((c) => c.id).toSorted()).toEqual(checks.map((c) => c.id as string).toSorted())
    expect(report).toMatchObject({ schemaVersion: 1, source: 'practice', tool: { name: 'kubeharden', version: '0.0.0-test' } })
    expect(report.checks.filter((c) => c.status === 'fail').length).toBeGreaterThan(5)
  })

  it('table, markdown and csv name every check; no colour codes into a pipe', async () => {
    for (const [format, sign] of [
      ['table', 'practice'],
      ['markdown', '# Hardening report'],
      ['csv', 'check,area,severity'],
    ] as const) {
      const { code, out } = await practice('audit', '-o', format)
      expect(code).toBe(0)
      expect(out).toContain(sign)
      expect(out).not.toContain('\u001b')
      for (const id of ['access/cluster-admin-bindings', 'network/default-deny', 'encryption/at-rest']) expect(out).toContain(id)
    }
  })

  it('--area and --check narrow it; both together must leave something', async () => {
    const area = JSON.parse((await practice('audit', '-o', 'json', '--area', 'network')).out) as Report
    expect(new Set(area.checks.map((c) => c.area))).toEqual(new Set(['network']))
    const two = await practice('audit', '-o', 'json', '--check', 'network/default-deny', 'network/open-rules')
    expect((JSON.parse(two.out) as Report).checks.map((c) => c.id).toSorted()).toEqual(['network/default-deny', 'network/open-rules'])
    const none = await practice('audit', '--area', 'access', '--check', 'network/default-deny')
    expect(none).toMatchObject({ code: 2, out: '' })
    expect(none.err).toContain('kubeharden explain lists the checks')
  })

  it('--fail-on and --min-coverage exit 1, say why, and still print the report', async () => {
    const failing = await practice('audit', '--fail-on', 'low')
    expect(failing.code).toBe(1)
    expect(failing.err).toMatch(/\d+ checks of severity low or above fail/)
    expect(failing.out).toContain('network/default-deny')
    const { checks: all, score } = JSON.parse((await practice('audit', '-o', 'json')).out) as Report
    const calm = all.filter((c) => c.status === 'pass').map((c) => c.id)
    expect((await practice('audit', '--fail-on', 'low', '--check', ...calm)).code).toBe(0)
    // Severities are a threshold: one that fails at medium is let through by high.
    const medium = all.find((c) => c.status === 'fail' && c.severity === 'medium')?.id ?? ''
    expect((await practice('audit', '--check', medium, '--fail-on', 'high')).code).toBe(0)
    expect((await practice('audit', '--check', medium, '--fail-on', 'medium')).code).toBe(1)
    expect(score.coverage).toBeLessThan(100)
    expect((await practice('audit', '--min-coverage', '100')).code).toBe(1)
    expect((await practice('audit', '--min-coverage', '0')).code).toBe(0)
  })

  it.each([
    [['audit', '-o', 'pdf'], /-o pdf is not known[\s\S]*table, json, markdown, html, csv, sarif, junit, openreports/],
    [['audit', '--area', 'moon'], /--area moon is not known/],
    [['audit', '--check', 'network/nothing'], /network\/nothing is not known/],
    [['audit', '--fail-on', 'huge'], /critical, high, medium, low/],
    [['audit', '--min-coverage', '101'], /not a percentage/],
    [['audit', '--min-coverage', ''], /not a percentage/],
    [['audit', '--nonsense'], /unknown option/],
    [['audit', 'extra'], /too many arguments/],
    [['audti'], /audti is not a verb[\s\S]*audit, compare, explain/],
    [['audit', '--from', '/nowhere/at/all'], /exclude each other/],
    [['generate', 'nothing'], /./],
  ])('%j is wrong usage: 2, and words', async (argv, words) => {
    const { code, out, err } = await practice(...argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(words)
  })

  it('--out writes a file for its owner alone and names it', async () => {
    const file = join(folder(), 'report.json')
    const { code, out, err } = await practice('audit', '-o', 'json', '--out', file)
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toBe(`Written to ${file}\n`)
    expect((JSON.parse(readFileSync(file, 'utf8')) as Report).checks.length).toBe(checks.length)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const bad = await practice('audit', '--out', '/nowhere/at/all/report')
    expect(bad).toMatchObject({ code: 2 })
    expect(bad.err).toContain('/nowhere/at/all/report cannot be written: ENOENT')
  })

  it('takes no lock and leaves nothing behind', async () => {
    const own = cliBench()
    await own.run(['audit', '--practice'])
    expect(own.locks).toEqual([false])
    expect(own.progress()?.history).toEqual([])
  })

  it('a snapshot audits as the cluster it was taken of', async () => {
    const file = join(folder(), 'state.json')
    expect((await practice('snapshot', '--out', file)).code).toBe(0)
    const statuses = (text: string) => (JSON.parse(text) as Report).checks.map((c) => [c.id, c.status])
    const [live, from] = await Promise.all([practice('audit', '-o', 'json'), bench.run(['audit', '-o', 'json', '--from', file])])
    expect(statuses(from.out)).toEqual(statuses(live.out))
  })

  it('without any kubeconfig: 2, and what to do', async () => {
    const { code, out, err } = await bench.run(['audit'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/kubeconfig/)
  })

  it('a folder with broken YAML names the file', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'broken.yaml'), 'a: [1,\nb: }')
    const { code, err } = await bench.run(['audit', '--from', dir])
    expect(code).toBe(2)
    expect(err).toContain('broken.yaml')
  })
})

describe('explain', () => {
  it('lists every check and wizard', async () => {
    const { code, out } = await bench.run(['explain'])
    expect(code).toBe(0)
    for (const { id } of [...checks, ...wizards]) expect(out).toContain(`  ${id} `)
  })

  it('has a page for each', async () => {
    for (const item of [...checks, ...wizards]) {
      const { code, out } = await bench.run(['explain', item.id])
      expect(code, item.id).toBe(0)
      expect(out).toContain(item.id)
      if ('text' in item)
        for (const text of [item.text.why.en, item.text.fix.en]) expect(out.replace(/\s+/g, ' ')).toContain(text.replace(/\s+/g, ' '))
    }
  })

  it('takes the last part of an id; an unknown one is wrong usage', async () => {
    expect((await bench.run(['explain', 'default-deny'])).out).toBe((await bench.run(['explain', 'network/default-deny'])).out)
    expect(await bench.run(['explain', 'nothing'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('There is no check or wizard nothing'),
    })
  })
})

describe('permissions', () => {
  it('prints ClusterRoles that parse, each under the risk of its tier; --tier takes one', async () => {
    const { code, out } = await bench.run(['permissions'])
    expect(code).toBe(0)
    expect(out).not.toMatch(/[&*]a\d/) // no anchors
    const documents = parseAllDocuments(out)
    expect(documents.flatMap((d) => d.errors)).toEqual([])
    const names = documents.map((d) => (d.toJS() as { kind: string; metadata: { name: string } }).metadata.name)
    expect(names.slice(0, 2)).toEqual(['kubeharden-base', 'kubeharden-secrets'])
    expect(names).toContain('kubeharden-wizard-rbac-replace-binding')
    for (const document of out.split(/^---\n/m).filter(Boolean)) expect(document).toMatch(/^# tier \S+: .+\n# .{40,}\napiVersion: rbac/)
    const one = await bench.run(['permissions', '--tier', 'secrets', '-o', 'json'])
    expect(JSON.parse(one.out)).toMatchObject({ kind: 'List', items: [{ rules: [{ resources: ['secrets'], verbs: ['list'] }] }] })
    expect(await bench.run(['permissions', '--tier', 'all'])).toMatchObject({ code: 2, out: '' })
  })
})

describe('completion', () => {
  const bash = (script: string, ...args: string[]) => spawnSync('bash', args, { input: script, encoding: 'utf8' })

  it('bash: is valid, and completes verbs, wizards, flags of the verb and of all verbs', async () => {
    const { code, out } = await bench.run(['completion', 'bash'])
    expect(code).toBe(0)
    expect(bash(out, '-n')).toMatchObject({ status: 0, stderr: '' })
    const offered = (...words: string[]) => {
      const line = words.map((w) => `'${w}'`).join(' ')
      return bash(`${out}\nCOMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _kubeharden; printf '%s\\n' "\${COMPREPLY[@]}"`)
        .stdout.trim()
        .split('\n')
    }
    expect(offered('kubeharden', 'au')).toEqual(['audit'])
    expect(offered('kubeharden', 'apply', 'net')).toEqual(['network-policies'])
    expect(offered('kubeharden', 'apply', 'network-policies', '--in')).toEqual(
      expect.arrayContaining(['--in-namespaces', '--ingress-namespace']),
    )
    expect(offered('kubeharden', 'audit', '-o', 'json', '--fail')).toEqual(['--fail-on'])
    expect(offered('kubeharden', '--context', 'prod', 'audit', '--prac')).toEqual(['--practice'])
  })

  it('zsh and fish: made of the same words; another shell is wrong usage', async () => {
    const zsh = await bench.run(['completion', 'zsh'])
    expect(zsh.out).toContain('bashcompinit')
    expect(bash(zsh.out.split('\n').slice(1).join('\n'), '-n').status).toBe(0)
    const fish = await bench.run(['completion', 'fish'])
    for (const line of fish.out.trim().split('\n')) expect(line).toMatch(/^complete -c kubeharden( -f)?( -n '[^']+')? (-a|-l) [a-z-]+$/)
    for (const id of wizards.map((w) => w.id)) expect(fish.out).toContain(`-a ${id}`)
    expect((await bench.run(['completion', 'tcsh'])).code).toBe(2)
  })
})

describe('the rest', () => {
  it('version, --version and help', async () => {
    expect((await bench.run(['version'])).out).toBe(`kubeharden 0.0.0-test (Node.js ${process.versions.node})\n`)
    expect(await bench.run(['--version'])).toMatchObject({ code: 0, out: '0.0.0-test\n' })
    expect(await bench.run(['--help'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('audit') })
    expect(await bench.run(['apply', 'network-policies', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--in-namespaces'),
    })
  })

  it('without a verb the session starts, with its flags', async () => {
    const own = cliBench()
    expect((await own.run(['--line', '--read-only', '--context', 'prod', '--as-group', 'a', 'b'])).code).toBe(0)
    expect(own.started).toMatchObject([{ line: true, readOnly: true, globals: { context: 'prod', asGroup: ['a', 'b'] } }])
  })

  it('an interrupted command line ends with 130', async () => {
    const abort = new AbortController()
    abort.abort()
    expect((await bench.run(['audit', '--practice'], { signal: abort.signal })).code).toBe(130)
  })
})

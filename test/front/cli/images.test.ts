import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cliBench } from './bench.ts'
import { status } from './files.ts'

const dir = mkdtempSync(join(tmpdir(), 'images-'))
afterAll(() => rmSync(dir, { recursive: true }))
const put = (name: string, value: unknown) => {
  const path = join(dir, name)
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}
const SHA = `sha256:${'a'.repeat(64)}`
const app = put('app.yaml', {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { spec: { containers: [{ name: 'c', image: 'ghcr.io/shop/web:1.4' }] } } },
})
const trivy = {
  SchemaVersion: 2,
  CreatedAt: '2026-05-30T10:00:00.5Z',
  ArtifactName: 'ghcr.io/shop/web:1.4',
  ArtifactType: 'container_image',
  Metadata: { RepoDigests: [`ghcr.io/shop/web@${SHA}`], ImageConfig: { config: { User: '65532', Env: ['TOKEN=x'] } } },
  Results: [
    { Target: 'debian', Class: 'os-pkgs' },
    { Target: 'go', Vulnerabilities: [{ VulnerabilityID: 'CVE-2026-1', PkgName: 'p', Severity: 'CRITICAL', FixedVersion: '2' }] },
  ],
}
const grype = {
  matches: [{ vulnerability: { id: 'CVE-2026-2', severity: 'Critical', fix: { state: 'not-fixed', versions: [] } }, artifact: {} }],
  source: {
    type: 'image',
    target: {
      userInput: 'ghcr.io/shop/web:1.4',
      tags: [],
      repoDigests: [],
      config: Buffer.from('{"config":{"User":"root"}}').toString('base64'),
    },
  },
  descriptor: { name: 'grype', version: '0.87.0', timestamp: '2026-05-30T10:00:00Z' },
}
const of = async (check: string, ...more: readonly string[]) => {
  const ran = await cliBench().run(['audit', '--from', app, '--check', check, '-o', 'json', ...more])
  const report = ran.out === '' ? undefined : (JSON.parse(ran.out) as { checks: { status: string; findings: { message: string }[] }[] })
  return { ...ran, status: report?.checks[0]?.status, message: report?.checks[0]?.findings[0]?.message }
}

describe('scans given as files', () => {
  it('decide over the images that they are of', async () => {
    const file = put('trivy.json', trivy)
    expect((await of('images/vulnerabilities')).status).toBe('unknown')
    const found = await of('images/vulnerabilities', '--scan', file)
    expect(found).toMatchObject({ status: 'fail' })
    expect(found.message).toContain('1 critical, 0 high (CVE-2026-1), in c (ghcr.io/shop/web:1.4)')
    expect((await of('images/runs-as-root')).status).toBe('manual')
    expect((await of('images/runs-as-root', '--scan', file)).status).toBe('pass')
    expect(found.out).not.toContain('TOKEN')
  })

  it('of Grype as well', async () => {
    const file = put('grype.json', grype)
    expect((await of('images/vulnerabilities', '--scan', file)).message).toContain('No fix is out yet')
    expect((await of('images/runs-as-root', '--scan', file)).status).toBe('fail')
    const both = await of('images/vulnerabilities', '--scan', file, put('trivy.json', { ...trivy, CreatedAt: '2026-05-31T00:00:00Z' }))
    expect(both.status).toBe('fail')
  })

  it.each([
    ['cut off', '{"SchemaVersion": 2, "Art', 'is not one JSON document'],
    ['something else', { a: 1 }, 'is neither a result of Trivy nor of Grype'],
    ['a list', [], 'is neither a result of Trivy nor of Grype'],
    ['of a folder', { ...trivy, ArtifactType: 'filesystem' }, 'only scans of images'],
    ['of a folder, by Grype', { ...grype, source: { type: 'directory', target: '.' } }, 'only scans of images'],
    ['of an old Trivy', { ...trivy, SchemaVersion: 1 }, 'SchemaVersion'],
    ['with a hole', { ...trivy, Results: [{ Vulnerabilities: [{ Severity: 'HIGH' }] }] }, 'Results.0.Vulnerabilities.0.VulnerabilityID'],
  ])('%s is refused, and nothing is judged', async (name, value, why) => {
    const { code, err, out } = await of('images/vulnerabilities', '--scan', put(`${name}.json`, value))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(why)
    expect(err).toContain('trivy image -f json')
  })

  it('a file that is not there is said', async () => {
    expect(await of('images/vulnerabilities', '--scan', join(dir, 'none.json'))).toMatchObject({ code: 2 })
  })
})

describe('trusted registries', () => {
  const CHECK = 'images/trusted-registry'

  it('are said for one audit', async () => {
    expect((await of(CHECK)).status).toBe('unknown')
    expect((await of(CHECK, '--trusted-registries', 'ghcr.io/shop,quay.io')).status).toBe('pass')
    expect((await of(CHECK, '--trusted-registries', 'ghcr.io/sho')).status).toBe('fail')
  })

  it.each(['', ',', 'https://ghcr.io', 'shop/web', 'ghcr.io/*'])('%j is none', async (list) => {
    expect(await of(CHECK, '--trusted-registries', list)).toMatchObject({ code: 2, out: '' })
  })

  it('are remembered for a cluster, shown, and forgotten', async () => {
    const bench = cliBench()
    expect((await bench.run(['config', '--practice'])).out).toBe('trusted-registries  not said\n')
    const set = await bench.run(['config', 'set', 'trusted-registries', 'Registry.example.com/, registry.k8s.io', '--practice'])
    expect(set, set.err).toMatchObject({ code: 0, err: 'Remembered: trusted-registries registry.example.com, registry.k8s.io\n' })
    expect(bench.progress()?.settings).toEqual({ trustedRegistries: ['registry.example.com', 'registry.k8s.io'] })
    expect((await bench.run(['config', '--practice', '-o', 'json'])).out).toContain('registry.k8s.io')
    expect((await status(bench, CHECK)).status).toBe('fail')
    await bench.run(['accept', CHECK, '--owner', 'a', '--reason', 'b', '--expires', '2999-01-31', '--practice'])
    expect((await status(bench, CHECK)).status).toBe('accepted')
    expect(await bench.run(['config', 'unset', 'trusted-registries', '--practice'])).toMatchObject({ code: 0 })
    expect((await status(bench, CHECK)).status).toBe('unknown')
  })

  it('other settings are not known', async () => {
    expect(await cliBench().run(['config', 'set', 'colour', 'blue', '--practice'])).toMatchObject({ code: 2 })
  })
})

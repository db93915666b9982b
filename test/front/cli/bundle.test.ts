import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultsOf, sha256 } from '../../../src/report/bundle.ts'
import { cliBench } from './bench.ts'

const bench = cliBench()
const folder = () => join(mkdtempSync(join(tmpdir(), 'kubeharden-bundle-')), 'bundle')
const read = (dir: string, file: string) => JSON.parse(readFileSync(join(dir, file), 'utf8'))

async function bundle(): Promise<{ readonly dir: string; readonly seal: string }> {
  const dir = folder()
  const { code, out, err } = await bench.run(['evidence', 'bundle', '--practice', '--out', dir])
  expect({ code, err }).toMatchObject({ code: 0 })
  return { dir, seal: out }
}

describe('an evidence bundle', () => {
  it('has each control and topic, each object with a sum, and who looked with which rights', async () => {
    const { dir } = await bundle()
    const { cis, topics } = read(dir, 'controls.json')
    expect([cis.length, topics.length]).toEqual([131, 31])
    expect(cis.find((c: { control: string }) => c.control === '1.2.2').checks).toMatchObject([{ check: 'access/static-token-file' }])
    const checks = read(dir, 'checks.json') as {
      id: string
      needs: string[]
      findings: { object: { kind: string }; sha256: string | null }[]
    }[]
    const deny = checks.find((c) => c.id === 'network/default-deny')
    expect(deny?.needs).toContain('list networkpolicies.networking.k8s.io cluster-wide')
    expect(deny?.findings.every((f) => /^[0-9a-f]{64}$/.test(f.sha256 ?? ''))).toBe(true)
    expect(read(dir, 'about.json')).toMatchObject({ cluster: { name: 'practice', source: 'practice' }, by: { operator: 'tester' } })
  })

  it('is what sha256sum -c says it is, and what verify says, with the seal that was printed', async () => {
    const { dir, seal } = await bundle()
    expect(() => execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: dir })).not.toThrow()
    expect(await bench.run(['evidence', 'verify', dir])).toEqual({ code: 0, out: seal, err: '' })
    expect(seal).toBe(`${sha256(readFileSync(join(dir, 'SHA256SUMS'), 'utf8'))}\n`)
  })

  it('tells what was changed, is missing, or does not belong', async () => {
    const { dir } = await bundle()
    appendFileSync(join(dir, 'checks.json'), ' ')
    rmSync(join(dir, 'decisions.json'))
    writeFileSync(join(dir, 'more.json'), '{}')
    const { code, out, err } = await bench.run(['evidence', 'verify', dir])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(
      err
        .split('\n')
        .filter((l) => l !== '')
        .toSorted(),
    ).toEqual(['checks.json was changed', 'decisions.json is missing', 'more.json does not belong to it'])
  })

  it('any change of any file is noticed', async () => {
    const { dir } = await bundle()
    const files = readdirSync(dir).map((path) => ({ path, text: readFileSync(join(dir, path), 'utf8') }))
    expect(faultsOf(files)).toEqual([])
    fc.assert(
      fc.property(fc.nat(files.length - 1), fc.nat(), fc.constantFrom('0', 'z', ''), (at, position, put) => {
        const changed = files.map((file, i) => {
          const k = position % file.text.length
          return i === at ? { ...file, text: file.text.slice(0, k) + put + file.text.slice(k + 1) } : file
        })
        fc.pre(changed[at]?.text !== files[at]?.text)
        expect(faultsOf(changed)).not.toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('goes into a folder of its own, and reads nothing else as one', async () => {
    const { dir } = await bundle()
    expect(await bench.run(['evidence', 'bundle', '--practice', '--out', dir])).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not empty'),
    })
    expect(await bench.run(['evidence', 'bundle', '--practice'])).toMatchObject({ code: 2 })
    expect(await bench.run(['evidence', 'verify', join(dir, 'none')])).toMatchObject({ code: 2 })
    expect(await bench.run(['evidence', 'verify', tmpdir()])).toMatchObject({ code: 2 })
  })
})

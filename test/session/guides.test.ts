import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Assessment } from '#model/assessment.ts'
import type { JournalRun } from '#model/journal.ts'
import type { State } from '#model/state.ts'
import { guideStates } from '#session/guides.ts'

const dir = mkdtempSync(join(tmpdir(), 'kubeharden-guides-'))
const configuration = (first: string) =>
  `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers:\n      - ${first}\n`
function file(step: string, text: string): string {
  mkdirSync(join(dir, step), { recursive: true })
  writeFileSync(join(dir, step, 'c.yaml'), text)
  return join(dir, step, 'c.yaml')
}
const ENCRYPTS = configuration('secretbox: {keys: []}')
const LEARNS = configuration('identity: {}')
const files = [file('1-learn', LEARNS), file('2-encrypt', ENCRYPTS), file('notes', 'kind: Other\n'), join(dir, 'gone.yaml')]
const hash = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

function run(id: string, proof: NonNullable<JournalRun['entries'][0]['proof']>, written = files): JournalRun {
  const entry = {
    id: '1',
    wizard: 'w',
    ref: { apiVersion: 'x', kind: 'Folder', name: dir },
    action: 'files',
    fieldManager: 'f',
    state: 'done',
    fields: [],
    files: written,
    proof,
  } as const
  return {
    schemaVersion: 1,
    id,
    kind: 'apply',
    cluster: { name: 'c' },
    who: 'w',
    startedAt: '',
    entries: [{ ...entry, fields: [], files: [...written] }],
  }
}
const BY_HASH = { kind: 'encryption', prefix: 'k8s:enc:secretbox:v1:', resources: ['secrets'] } as const
const byHash = () => run('r', { ...BY_HASH, resources: ['secrets'] })

function state(hashes: readonly (string | undefined)[], blind = false): State {
  const items = hashes.map((configHash, i) => ({
    metadata: { name: `s${i}` },
    transformations: [],
    ...(configHash === undefined ? {} : { configHash }),
  }))
  const gaps = blind ? [{ kind: 'encryption', reason: 'forbidden', detail: '403' } as const] : []
  return {
    schemaVersion: 1,
    takenAt: '',
    source: 'live',
    cluster: { name: 'c', distribution: 'unknown' },
    kinds: { encryption: { items, gaps } },
  }
}
const NOTHING = { checks: [] } as unknown as Assessment
const took = async (s: State, runs = [byHash()], assessment = NOTHING) =>
  (await guideStates(runs, s, assessment)).map((g) => [g.took, g.says.en.split(' ').slice(0, 4).join(' '), g.params.file])

describe('files for nodes', () => {
  it.each([
    ['no API server announces one', [undefined], false, undefined],
    ['another file is in use', [hash('else')], false, undefined],
    ['the step that still writes plain text', [hash(LEARNS)], false, '1-learn/c.yaml'],
    ['the step that encrypts', [hash(ENCRYPTS)], true, '2-encrypt/c.yaml'],
    ['on one of two', [hash(ENCRYPTS), hash(LEARNS)], false, '1-learn/c.yaml'],
    ['on both', [hash(ENCRYPTS), hash(ENCRYPTS)], true, '2-encrypt/c.yaml'],
  ])('%s', async (_name, hashes, expected, name) => {
    expect(await took(state(hashes))).toEqual([[expected, expect.any(String), name]])
  })
  it('cannot be told without the metrics, or without the files', async () => {
    expect(await took(state([hash(ENCRYPTS)], true))).toEqual([[undefined, 'the metrics of the', undefined]])
    expect(await took(state([]))).toEqual([[undefined, 'the metrics of the', undefined]])
    expect(await took(state([hash(ENCRYPTS)]), [run('r', { ...BY_HASH, resources: [] }, [join(dir, 'gone.yaml')])])).toEqual([
      [undefined, 'its files are no', undefined],
    ])
  })
  it('the newest run of a wizard counts; a check as proof is read from the assessment', async () => {
    const assessment = { checks: [{ id: 'a/b', status: 'pass' }] } as unknown as Assessment
    expect(await took(state([]), [byHash(), run('s', { kind: 'check', check: 'a/b' })], assessment)).toEqual([
      [true, 'check {check}: {status}', undefined],
    ])
    expect(await took(state([]), [run('s', { kind: 'check', check: 'none' })], assessment)).toEqual([
      [undefined, 'check {check}: {status}', undefined],
    ])
  })
})

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checks } from '../../../src/checks/index.ts'
import { wizards } from '../../../wizards/index.ts'
import { cliBench } from './bench.ts'

const LONG = Boolean(process.env.KUBEHARDEN_LONG)
const CODES = [0, 1, 2, 3, 4, 130]
const home = process.cwd()

// Any word may follow --out: what is written goes to a folder of its own.
beforeAll(() => process.chdir(mkdtempSync(join(tmpdir(), 'kubeharden-argv-'))))
afterAll(() => process.chdir(home))

const VERBS = [
  'audit',
  'explain',
  'generate',
  'apply',
  'preview',
  'snapshot',
  'journal',
  'undo',
  'progress',
  'accept',
  'attest',
  'permissions',
  'who-can',
  'rbac',
  'completion',
  'version',
  'help',
]
const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
const FLAGS = [
  ...[
    '--kubeconfig',
    '--context',
    '-n',
    '--namespace',
    '--as',
    '--as-group',
    '--request-timeout',
    '--from',
    '--no-color',
    '-q',
    '-v',
    '--line',
    '--read-only',
  ],
  ...[
    '-o',
    '--output',
    '--out',
    '--area',
    '--check',
    '--fail-on',
    '--min-coverage',
    '--yes',
    '--dry-run',
    '--answers',
    '--tier',
    '--help',
    '-V',
    '--',
  ],
  ...[
    '--owner',
    '--reason',
    '--expires',
    '--kind',
    '--name',
    '--by',
    '--evidence',
    '--until',
    '--group',
    '-A',
    '--builtin',
    '--token',
    '--certificate',
  ],
  ...['--add', '-f', '--probe', '--level', '--policy-version', '--matrix', '--port'],
  ...new Set(wizards.flatMap((w) => w.fields.map((f) => `--${kebab(f.name)}`))),
]
const VALUES = [
  ...[
    'json',
    'table',
    'csv',
    'yaml',
    'markdown',
    'bash',
    'fish',
    'high',
    '50',
    '-1',
    'shop',
    'shop,default',
    'true',
    'false',
    'both',
    '10.0.0.0/8',
    '8080/TCP',
  ],
  ...[
    '2999-01-01',
    'verbs=get;resources=pods;apiGroups=core',
    'a=b',
    '=',
    ';',
    '-',
    '--',
    '.',
    './nowhere',
    'base',
    'admission',
    'pod-security',
    'network',
    'can',
    'paths',
    'reach',
    'user:carol',
    'sa:shop/api',
    '__proto__',
    'constructor',
    '',
  ],
  ...checks.slice(0, 6).map((c) => c.id as string),
  ...wizards.map((w) => w.id),
]
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FLAGS) },
  { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.constantFrom(...VERBS) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }).map((s) => s.replaceAll('\0', '').replaceAll('/', '')) },
)
/** Mostly lines that get somewhere: a verb, for apply and generate a wizard, on the practice cluster. */
const argv = fc.oneof(
  fc.array(word, { maxLength: 8 }),
  fc.tuple(fc.constantFrom(...VERBS), fc.array(word, { maxLength: 6 })).map(([verb, rest]) => [verb, ...rest, '--practice']),
  fc
    .tuple(fc.constantFrom('apply', 'generate'), fc.constantFrom(...wizards.map((w) => w.id)), fc.array(word, { maxLength: 5 }))
    .map(([verb, wizard, rest]) => [verb, wizard, '--practice', ...rest]),
)

it('any command line ends with one of the exit codes, with words on standard error from 2 on, and never by a defect', {
  timeout: 600_000,
}, async () => {
  const seen = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(argv, fc.string({ maxLength: 20 }), fc.boolean(), async (line, stdin, interactive) => {
      const { code, err } = await cliBench().run(line, { stdin, interactive })
      seen.set(code, (seen.get(code) ?? 0) + 1)
      expect(CODES).toContain(code)
      if (code >= 2) expect(err.trim()).not.toBe('')
      expect(err).not.toMatch(/defect in kubeharden|Cannot read properties|is not a function/)
      // Control characters of the line never reach the screen as they are.
      expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    }),
    { numRuns: LONG ? 3000 : 150 },
  )
  // Both sides were met, or else the lines are no test.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([0, 2]))
})

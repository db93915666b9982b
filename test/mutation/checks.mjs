// How many single-line changes of check files make a test fail: `npm run test:mutation` (COUNT=100, SEED=1). Works in a copy.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../bin/dev/root.mjs'

const COUNT = Number(process.env.COUNT ?? 100)
const GOAL = 0.9
let seed = Number(process.env.SEED ?? 1)

/** Numbers from 0 to below 1, the same for the same seed. */
function random() {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}
const pick = (list) => list[Math.floor(random() * list.length)]

/** What a slip of the hand makes of a line. */
const SLIPS = [
  [/ === /, ' !== '],
  [/ !== /, ' === '],
  [/ > /, ' >= '],
  [/ >= /, ' < '],
  [/ < /, ' <= '],
  [/ <= /, ' > '],
  [/ && /, ' || '],
  [/ \|\| /, ' && '],
  [/ \?\? /, ' && '],
  [/\btrue\b/, 'false'],
  [/\bfalse\b/, 'true'],
  [/\(!/, '('],
  [/'pass'/, "'fail'"],
  [/'fail'/, "'pass'"],
  [/'unknown'/, "'pass'"],
  [/'not-applicable'/, "'fail'"],
  [/\.some\(/, '.every('],
  [/\.every\(/, '.some('],
  [/\b([1-9]\d*)\b/, (n) => String(Number(n) + 1)],
  [/\b0\b/, '1'],
]

/** Lines that decide something: not prose, not imports, not comments, not what the generated docs are compared with anyway. */
function decides(line) {
  const text = line.trim()
  if (/^(\/\/|\*|\/\*|import |bad: |good: |id: |severity: |controls: |title: |why: |fix: |en: |zh: )/.test(text)) return false
  if (/^\w+: \{ en: /.test(text) || /^(apiVersion|kind|metadata|spec|status): /.test(text) || text === '---') return false
  return true
}

/** Every change that can be made of one line; deleting it as well, where it is a whole statement. */
function changesOf(line) {
  const slips = SLIPS.filter(([from]) => from.test(line)).map(([from, to]) => line.replace(from, to))
  const whole = /^\s*(if \(.*\) (continue|return)\b.*|yield .*[^,{(]|.*\.push\(.*\))$/.test(line) ? [''] : []
  return [...slips, ...whole].filter((changed) => changed !== line)
}

const checks = join(root, 'src', 'checks')
const files = readdirSync(checks, { recursive: true })
  .filter((f) => f.endsWith('.ts') && f !== 'index.ts')
  .toSorted()
const candidates = files.flatMap((file) => {
  // Examples are text in backquotes: they are the tests themselves.
  let inside = false
  return readFileSync(join(checks, file), 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const quotes = line.split('`').length - 1
      const before = inside
      if (quotes % 2 === 1) inside = !inside
      return before || quotes > 0 || !decides(line) ? [] : changesOf(line).map((changed) => ({ file, index, line, changed }))
    })
})

const copy = mkdtempSync(join(tmpdir(), 'kubeharden-mutation-'))
const survivors = []
try {
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  for (const file of tracked) cpSync(join(root, file), join(copy, file))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const lines = new Map()
  for (const c of candidates) lines.set(`${c.file}:${c.index}`, [...(lines.get(`${c.file}:${c.index}`) ?? []), c])
  const keys = [...lines.keys()]
  console.log(`${candidates.length} changes of ${keys.length} lines in ${files.length} files; ${COUNT} of them are tried`)
  const passes = () =>
    spawnSync(
      process.execPath,
      [join(copy, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'unit', '--bail', '1', 'test/checks'],
      {
        cwd: copy,
        encoding: 'utf8',
      },
    )
  const untouched = passes()
  if (untouched.status !== 0)
    throw new Error(
      `Without any change the tests fail already:\n${(untouched.stdout + untouched.stderr)
        .split('\n')
        .filter((l) => /FAIL|Error/.test(l))
        .join('\n')}`,
    )
  const chosen = new Set()
  while (chosen.size < Math.min(COUNT, keys.length)) chosen.add(pick(keys))
  for (const [n, key] of [...chosen].entries()) {
    const { file, index, line, changed } = pick(lines.get(key))
    const path = join(copy, 'src', 'checks', file)
    const before = readFileSync(path, 'utf8')
    const after = before.split('\n')
    after[index] = changed
    writeFileSync(path, after.join('\n'))
    const run = passes()
    writeFileSync(path, before)
    if (run.status !== 0) continue
    survivors.push(`${file}:${index + 1}\n  - ${line.trim()}\n  + ${changed.trim()}`)
    console.log(`${n + 1}: survives: ${survivors.at(-1)}`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
const killed = COUNT - survivors.length
console.log(`${killed} of ${COUNT} changes made a test fail (goal: ${COUNT * GOAL}).`)
process.exitCode = killed >= COUNT * GOAL ? 0 : 1

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** design: who may not import whom. */
const FORBIDDEN: [string, string][] = [
  ['src/model/x.ts', '#store/index.ts'],
  ['src/simulate/x.ts', '#cluster/index.ts'],
  ['src/cluster/x.ts', '#change/apply.ts'],
  ['src/store/x.ts', '#session/types.ts'],
  ['src/checks/access/x.ts', '#evaluate/evaluate.ts'],
  ['wizards/x/wizard.ts', '#change/render.ts'],
  ['src/evaluate/x.ts', '#simulate/rbac.ts'],
  ['src/report/x.ts', '#evaluate/evaluate.ts'],
  ['src/change/x.ts', '#cluster/index.ts'],
  ['src/session/x.ts', '#cluster/index.ts'],
  ['src/front/tui/x.ts', '#front/cli/io.ts'],
  ['src/front/cli/x.ts', '#front/line/index.ts'],
  ['src/front/line/x.ts', '#change/apply.ts'],
]
const FORMS: [string, string][] = [
  ['type-only', "import type { X } from '#store/index.ts'\nexport type Y = X\n"],
  ['re-export', "export { x } from '#store/index.ts'\n"],
  ['dynamic', "export const y = () => import('#store/index.ts')\n"],
  ['relative', "import { x } from '../store/index.ts'\nexport const y = x\n"],
  ['import-type', "export type Y = import('#store/index.ts').Lock\n"],
]
const ALLOWED: [string, string][] = [
  ['src/session/allowed.ts', "import { applyPreview } from '#change/apply.ts'\nexport const y = applyPreview\n"],
  ['src/checks/access/allowed.ts', "import { say } from '#model/text.ts'\nexport const y = say\n"],
]

let folder: string
/** Diagnostics by file, from one run of the linter over a copy of the rules and files that break them. */
const said = new Map<string, string>()

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kubeharden-walls-')))
  for (const file of ['biome.json', 'bin/dev/no-import-types.grit']) cpSync(join(root, file), join(folder, file))
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [path, target] of FORBIDDEN) put(path, `import { x } from '${target}'\nexport const y = x\n`)
  for (const [name, text] of FORMS) put(`src/evaluate/${name}.ts`, text)
  for (const [path, text] of ALLOWED) put(path, text)
  const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=200', '--reporter=github', '.']
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/biome'), args, { cwd: folder, encoding: 'utf8' })
  for (const line of stdout.split('\n')) {
    const file = /file=([^,]+)/.exec(line)?.[1]
    if (file !== undefined) said.set(relative(folder, file), `${said.get(relative(folder, file)) ?? ''}${line}\n`)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the walls between the rooms', () => {
  it.each(FORBIDDEN)('%s may not import %s, and is told why', (path) => {
    expect(said.get(path)).toMatch(/may import|never import each other/)
  })
  it.each(FORMS)('a %s import is caught too', (name) => {
    expect(said.get(`src/evaluate/${name}.ts`)).toMatch(/may import|do not see import/)
  })
  it.each(ALLOWED)('%s: what the table allows goes through', (path) => {
    expect(said.get(path) ?? '').not.toMatch(/may import|each other|do not see/)
  })
})

// The whole test command, stage by stage; ends with a line `N passed, N failed`. With --long also what takes many minutes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './root.mjs'

const long = process.argv.includes('--long')
const reports = mkdtempSync(join(tmpdir(), 'kubeharden-test-'))
const bin = (name) => join(root, 'node_modules', '.bin', name)
const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...(long ? { KUBEHARDEN_LONG: '1' } : {}) }

let passed = 0
let failed = 0
const leftOut = []
const times = []

const log = (line) => process.stdout.write(`${line}\n`)

function step(name, command, args) {
  log(`\n== ${name}`)
  const start = Date.now()
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 1, 2], env })
  times.push(`${name} ${Math.round((Date.now() - start) / 1000)} s`)
  return status === 0
}

/** A stage that is one yes or no. */
function single(name, command, args) {
  if (step(name, command, args)) passed += 1
  else failed += 1
}

/** A stage of vitest: its own counts are added. Skipped tests count as failed: nobody would see them. */
function vitest(project) {
  const file = join(reports, `${project}.json`)
  const ok = step(`tests: ${project}`, bin('vitest'), [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    passed += report.numPassedTests
    const skipped = report.numPendingTests + report.numTodoTests
    if (skipped > 0) log(`${skipped} tests of ${project} were skipped: that counts as failed.`)
    failed += report.numFailedTests + skipped
    if (!ok && report.numFailedTests + skipped === 0) failed += 1
  } catch {
    failed += 1
  }
}

/** Can the terminal tests run here? */
function ptyProblem() {
  try {
    createRequire(import.meta.url)('node-pty')
    return undefined
  } catch {
    return 'node-pty could not be built on this machine (it needs Python, make and a C++ compiler)'
  }
}

/** Builds or finds etcd and kube-apiserver; why it cannot, if it cannot. */
async function assetsProblem() {
  try {
    const { ensureAssets } = await import('../../test/cluster/assets/build.mjs')
    process.env.KUBEBUILDER_ASSETS = await ensureAssets()
    env.KUBEBUILDER_ASSETS = process.env.KUBEBUILDER_ASSETS
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Is there a browser for the HTML report? */
async function browserProblem() {
  const { findBrowser } = await import('../../test/browser/find.mjs')
  return findBrowser() === undefined ? 'no Chromium or Chrome was found (CHROME_PATH names one)' : undefined
}

/** Can a real node be made here? Builds what it needs. */
async function nodeProblem() {
  const { whyNotHere } = await import('../../test/cluster/node/refuse.mjs')
  const why = whyNotHere()
  if (why !== undefined) return why
  try {
    const { ensureNodeAssets } = await import('../../test/cluster/node/assets.mjs')
    await ensureNodeAssets()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

single('lint', bin('biome'), ['ci', '.'])
single('types', bin('tsc'), ['--noEmit'])
single('build', process.execPath, ['bin/dev/build.mjs'])
single('generated files are fresh', process.execPath, ['bin/dev/generate.mjs', '--check'])
vitest('unit')
const noBrowser = await browserProblem()
if (noBrowser === undefined) vitest('browser')
else leftOut.push(['browser', noBrowser])

log('\n== real API server')
const noAssets = await assetsProblem()
const noPty = ptyProblem()
if (noAssets === undefined) vitest('cluster')
else leftOut.push(['cluster', noAssets])
if (noAssets !== undefined) leftOut.push(['e2e', 'it needs the real API server'])
else if (noPty !== undefined) leftOut.push(['e2e', noPty])
else vitest('e2e')
log('\n== real node')
const noNode = noAssets === undefined ? await nodeProblem() : 'it needs the real API server'
if (noNode === undefined) vitest('node')
else leftOut.push(['node', noNode])
rmSync(reports, { recursive: true, force: true })

log(`\n${times.join(', ')}`)
for (const [stage, why] of leftOut) log(`LEFT OUT: ${stage}: ${why}`)
// On a developer's machine a stage that cannot run is told; in CI it is a failure.
if (process.env.CI) failed += leftOut.length
log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

// kube-bench with its configuration, built once from the Go module proxy into the cache of the test assets.
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheRoot, exists } from '../../assets/build.mjs'
import { goBuild, runGo } from '../../assets/go.mjs'
import { withLock } from '../../assets/lock.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const MODULE = 'github.com/aquasecurity/kube-bench'
const INPUTS = ['go.mod', 'go.sum', 'build.mjs']

/** @returns {Promise<string>} the folder with `kube-bench` and `cfg`; built first if it has to be: 1 to 2 minutes on two cores */
export async function ensureKubeBench() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const file of INPUTS) hash.update(await readFile(path.join(here, file)))
  const target = path.join(cacheRoot(), 'assets', `kube-bench-${hash.digest('hex').slice(0, 12)}`)
  if (await exists(target)) return target
  await mkdir(path.dirname(target), { recursive: true })
  await withLock(`${target}.lock`, say, async () => {
    if (!(await exists(target))) await buildInto(target)
  })
  return target
}

/** Built beside the target and renamed: a half-built folder is never taken for a whole one. */
async function buildInto(target) {
  const temporary = await mkdtemp(`${target}.tmp-`)
  try {
    await goBuild({ cwd: here, ldflags: '-s -w', label: 'kube-bench', source: MODULE, output: path.join(temporary, 'kube-bench'), say })
    const { code, stdout, stderr } = await runGo(['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', MODULE], here)
    if (code !== 0) throw new Error(`The sources of kube-bench were not found: ${stderr.trim()}`)
    // Go's module cache is read-only, and so would a copy of it be.
    await cp(path.join(stdout.trim(), 'cfg'), path.join(temporary, 'cfg'), { recursive: true, mode: 0 })
    await rename(temporary, target)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function say(line) {
  process.stderr.write(`kube-bench: ${line}\n`)
}

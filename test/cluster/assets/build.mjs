// Makes sure that a folder with etcd, etcdctl, kube-apiserver and kubectl exists, and says where it is.
// Plain JavaScript without dependencies: it runs before anything is installed, on Node 20 too.
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { goBuild, goVersion } from './go.mjs'
import { withLock } from './lock.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))

/** What is built. `etcd` is a main of ours, the others are main packages of their modules. */
const BINARIES = [
  { name: 'etcd', source: './etcd' },
  { name: 'kube-apiserver', source: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  { name: 'kubectl', source: 'k8s.io/kubernetes/cmd/kubectl' },
  { name: 'etcdctl', source: 'go.etcd.io/etcd/etcdctl/v3' },
]
const INPUTS = ['versions.json', 'go.mod', 'go.sum', 'etcd/main.go', 'build.mjs', 'go.mjs']

/** @returns {Promise<string>} the folder with the binaries; built first if it has to be */
export async function ensureAssets() {
  const given = process.env.KUBEBUILDER_ASSETS
  if (given) return await checkGiven(path.resolve(given))
  const target = await assetsFolder()
  if (await isComplete(target)) return target
  await mkdir(path.dirname(target), { recursive: true })
  return await withLock(`${target}.lock`, say, async () => {
    if (!(await isComplete(target))) await buildInto(target)
    return target
  })
}

/** The cache folder, named by everything that decides what is in it. */
export async function assetsFolder() {
  const versions = await readVersions()
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${linkFlags(versions)}\n`)
  for (const file of INPUTS) hash.update(await readFile(path.join(here, file)))
  const name = `k8s-${versions.kubernetes}-etcd-${versions.etcd}-${hash.digest('hex').slice(0, 12)}`
  return path.join(cacheRoot(), 'assets', name)
}

/** The folder outside of every checkout in which big things are kept. */
export function cacheRoot() {
  const { KUBEHARDEN_CACHE, XDG_CACHE_HOME, HOME } = process.env
  if (KUBEHARDEN_CACHE) return path.resolve(KUBEHARDEN_CACHE)
  // With HOME unset or empty, os.homedir() may answer '': ask the password database.
  return path.join(XDG_CACHE_HOME || path.join(HOME || userInfo().homedir, '.cache'), 'kubeharden')
}

async function checkGiven(folder) {
  for (const name of ['etcd', 'kube-apiserver']) {
    if (await exists(path.join(folder, name))) continue
    throw new Error(
      `KUBEBUILDER_ASSETS names ${folder}, which has no ${name}.\n` +
        'The cluster tests start the real etcd and kube-apiserver found there.\n' +
        'Unset KUBEBUILDER_ASSETS to have them built, or point it to a complete folder.',
    )
  }
  return folder
}

/** Builds beside the target and renames, so that a half-built folder is never taken for a whole one. */
async function buildInto(target) {
  const version = await goVersion(here)
  await removeLeftovers(target)
  const temporary = await mkdtemp(`${target}.tmp-`)
  const removeTemporary = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', removeTemporary)
  const started = Date.now()
  try {
    say(`building into ${target} (${version}; once, 5 to 10 minutes on two cores)`)
    const options = { cwd: here, ldflags: linkFlags(await readVersions()), say }
    for (const [index, { name, source }] of BINARIES.entries()) {
      const label = `${name} (${index + 1} of ${BINARIES.length})`
      await goBuild({ ...options, label, source, output: path.join(temporary, name) })
    }
    await rename(temporary, target)
    say(`done after ${Math.round((Date.now() - started) / 1000)} s`)
  } finally {
    process.removeListener('exit', removeTemporary)
    removeTemporary()
  }
}

/** Without these the server calls itself v0.0.0-master and its clients complain. */
export function linkFlags({ kubernetes, kubernetesReleased }) {
  const [major, minor] = kubernetes.split('.')
  const values = {
    gitVersion: `v${kubernetes}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'archive', // what Kubernetes itself calls a tree that is not a git checkout
    gitCommit: `module-v${kubernetes}`, // a module carries no commit
    buildDate: kubernetesReleased, // not the clock: the same sources give the same binary
  }
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  const flags = packages.flatMap((p) => Object.entries(values).map(([k, v]) => `-X ${p}.${k}=${v}`))
  return ['-s', '-w', ...flags].join(' ')
}

/** Folders of builds that were killed; we hold the lock, so nobody is using them. */
export async function removeLeftovers(target) {
  const prefix = `${path.basename(target)}.tmp-`
  for (const name of await readdir(path.dirname(target))) {
    if (name.startsWith(prefix)) await rm(path.join(path.dirname(target), name), { recursive: true, force: true })
  }
}

export async function readVersions() {
  return JSON.parse(await readFile(path.join(here, 'versions.json'), 'utf8'))
}

async function isComplete(folder) {
  const found = await Promise.all(BINARIES.map(({ name }) => exists(path.join(folder, name))))
  return found.every(Boolean)
}

export async function exists(file) {
  return await access(file).then(
    () => true,
    () => false,
  )
}

function say(line) {
  process.stderr.write(`cluster assets: ${line}\n`)
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${await ensureAssets()}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

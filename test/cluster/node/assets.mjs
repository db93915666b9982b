// Makes sure that everything a whole node runs exists: binaries from Go modules, tools from Debian's packages, and images made of
// both. Plain JavaScript without dependencies: it runs before anything is installed.
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheRoot, ensureAssets, exists, linkFlags, readVersions, removeLeftovers } from '../assets/build.mjs'
import { goBuild, goVersion } from '../assets/go.mjs'
import { withLock } from '../assets/lock.mjs'
import { ensurePackages } from './debian.mjs'
import { buildImages } from './images.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const shared = path.join(here, '..', 'assets')
const PLAIN = ['-s', '-w'].join(' ')

/** What is built, by module. Those of Kubernetes and etcd come from the module that builds the API server. */
const BUILDS = [
  ...['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubeadm', 'kube-proxy'].map((name) => ({
    name,
    cwd: shared,
    source: `k8s.io/kubernetes/cmd/${name}`,
  })),
  { name: 'etcdutl', cwd: shared, source: 'go.etcd.io/etcd/etcdutl/v3' },
  ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => ({
    name,
    cwd: path.join(here, 'containerd'),
    source: `github.com/containerd/containerd/v2/cmd/${name}`,
    tags: 'no_btrfs,no_devmapper,no_zfs',
  })),
  { name: 'kube-router', cwd: path.join(here, 'kube-router'), source: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router' },
  { name: 'crictl', cwd: path.join(here, 'crictl'), source: 'sigs.k8s.io/cri-tools/cmd/crictl' },
  { name: 'coredns', cwd: path.join(here, 'coredns'), source: '.' },
  { name: 'shop', cwd: path.join(here, 'shop'), source: '.' },
]

/** @returns {Promise<{bin: string, api: string, images: string}>} folders: of the node, of the API server, of image archives */
export async function ensureNodeAssets() {
  await ensurePackages(say)
  const api = await ensureAssets()
  const target = await nodeAssetsFolder()
  const folders = { bin: path.join(target, 'bin'), api, images: path.join(target, 'images') }
  if (await exists(path.join(target, 'complete'))) return folders
  await mkdir(path.dirname(target), { recursive: true })
  return await withLock(`${target}.lock`, say, async () => {
    if (!(await exists(path.join(target, 'complete')))) await buildInto(target, api)
    return folders
  })
}

async function nodeAssetsFolder() {
  const versions = await readVersions()
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${linkFlags(versions)}\n`)
  for (const file of await inputs()) hash.update(file).update(await readFile(path.join(here, '..', file)))
  return path.join(cacheRoot(), 'assets', `node-${versions.kubernetes}-${hash.digest('hex').slice(0, 12)}`)
}

/** Everything that decides what is built, as paths below test/cluster. */
async function inputs() {
  const own = ['assets.mjs', 'images.mjs', 'versions.json'].map((file) => `node/${file}`)
  const modules = []
  for (const folder of ['containerd', 'kube-router', 'crictl', 'coredns', 'shop'])
    for (const file of (await readdir(path.join(here, folder))).toSorted()) modules.push(`node/${folder}/${file}`)
  return [...own, ...modules, 'assets/go.mod', 'assets/go.sum', 'assets/versions.json']
}

/** Builds beside the target and renames, so that a half-built folder is never taken for a whole one. */
async function buildInto(target, api) {
  const version = await goVersion(here)
  await removeLeftovers(target)
  const temporary = await mkdtemp(`${target}.tmp-`)
  const removeTemporary = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', removeTemporary)
  const started = Date.now()
  try {
    say(`building into ${target} (${version}; once, 5 to 10 minutes on two cores)`)
    const kubernetes = linkFlags(await readVersions())
    await mkdir(path.join(temporary, 'bin'))
    for (const [index, build] of BUILDS.entries()) {
      const label = `${build.name} (${index + 1} of ${BUILDS.length})`
      const output = path.join(temporary, 'bin', build.name)
      await goBuild({ ...build, ldflags: build.cwd === shared ? kubernetes : PLAIN, label, output, say })
    }
    say('making images')
    await buildImages({ bin: path.join(temporary, 'bin'), api, out: path.join(temporary, 'images') })
    await mkdir(path.join(temporary, 'complete'))
    await rename(temporary, target)
    say(`done after ${Math.round((Date.now() - started) / 1000)} s`)
  } finally {
    process.removeListener('exit', removeTemporary)
    removeTemporary()
  }
}

function say(line) {
  process.stderr.write(`node assets: ${line}\n`)
}

// Makes container images out of binaries: no registry can be reached, and none is needed. An archive is a layer, a configuration
// and a manifest; the same inputs give the same bytes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUSYBOX } from './debian.mjs'

export const REPOSITORY = 'registry.kubeharden.test'
const here = path.dirname(fileURLToPath(import.meta.url))
const PATH = ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
const PASSWD = 'root:x:0:0:root:/:/bin/sh\nnonroot:x:65532:65532:nonroot:/:/bin/sh\n'

/** Every image that a kubeadm node needs, and the two that our tests run. */
export async function buildImages({ bin, api, out }) {
  const read = (file) => JSON.parse(readFileSync(path.join(here, file), 'utf8'))
  const { kubernetes } = read('../assets/versions.json')
  const versions = read('versions.json')
  const tag = `v${kubernetes}`
  mkdirSync(out, { recursive: true })
  const make = (name, tag, image) =>
    writeImage({ ...image, reference: `${REPOSITORY}/${name}:${tag}`, archive: path.join(out, `${name}.tar`) })
  const local = (...files) => Object.fromEntries(files.map((file) => [`usr/local/bin/${path.basename(file)}`, file]))
  const own = (name) => path.join(bin, name)
  const given = (name) => path.join(api, name)
  // etcd's image has no shell, like the real one.
  make('etcd', versions.etcdTag, { files: local(given('etcd'), given('etcdctl'), own('etcdutl')) })
  make('kube-apiserver', tag, { files: local(given('kube-apiserver')) })
  for (const name of ['kube-controller-manager', 'kube-scheduler']) make(name, tag, { files: local(own(name)) })
  make('coredns', `v${versions.coredns}`, { files: local(own('coredns')), config: { Entrypoint: ['/usr/local/bin/coredns'] } })
  make('pause', versions.pause, { files: local(own('shop')), config: { Entrypoint: ['/usr/local/bin/shop', 'pause'] } })
  make('shop', '1', { files: local(own('shop')), config: { Entrypoint: ['/usr/local/bin/shop'], User: '65532:65532' } })
  const firewall = iptables()
  make('kube-proxy', tag, { ...firewall, files: { ...firewall.files, ...local(own('kube-proxy')) } })
  make('kube-router', `v${versions.kubeRouter}`, { ...firewall, files: { ...firewall.files, ...local(own('kube-router')) } })
  const applets = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n')
  const links = Object.fromEntries(applets.filter((a) => a !== 'busybox').map((a) => [`bin/${a}`, 'busybox']))
  make('busybox', versions.busybox, { files: { 'bin/busybox': BUSYBOX }, links, config: { Cmd: ['sh'] } })
}

/** iptables, ipset and conntrack of this machine, with the libraries they load. */
function iptables() {
  const programs = ['/usr/sbin/xtables-nft-multi', '/usr/sbin/ipset', '/usr/sbin/conntrack']
  const extensions = '/usr/lib/x86_64-linux-gnu/xtables'
  const modules = readdirSync(extensions).map((file) => path.join(extensions, file))
  const libraries = new Set([...programs, path.join(extensions, 'libxt_statistic.so')].flatMap(librariesOf))
  const files = [...programs, ...modules, ...libraries, '/etc/protocols']
  const names = ['iptables', 'ip6tables'].flatMap((family) =>
    ['', '-save', '-restore'].flatMap((word) => [`${family}${word}`, `${family}-nft${word}`]),
  )
  return {
    files: Object.fromEntries(files.map((file) => [file.slice(1), file])),
    links: Object.fromEntries(names.map((name) => [`usr/sbin/${name}`, 'xtables-nft-multi'])),
  }
}

function librariesOf(file) {
  const lines = execFileSync('ldd', [file], { encoding: 'utf8' })
  return [...lines.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, library]) => library)
}

/** One archive as `docker save` writes it; `ctr images import` reads it. */
function writeImage({ reference, files, links = {}, config = {}, archive }) {
  const work = mkdtempSync(`${archive}.tmp-`)
  const root = path.join(work, 'root')
  const place = (name) => {
    const target = path.join(root, name)
    mkdirSync(path.dirname(target), { recursive: true })
    return target
  }
  mkdirSync(place('tmp/.'), { recursive: true })
  chmodSync(path.join(root, 'tmp'), 0o1777)
  writeFileSync(place('etc/passwd'), PASSWD)
  for (const [name, source] of Object.entries(files)) {
    const target = place(name)
    copyFileSync(source, target)
    chmodSync(target, 0o755)
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, place(name))
  const tar = (output, folder, ...names) =>
    execFileSync('tar', ['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--sort=name', '-cf', output, '-C', folder, ...names])
  tar(path.join(work, 'layer.tar'), root, '.')
  const sha256 = (data) => createHash('sha256').update(data).digest('hex')
  const description = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Env: PATH, ...config },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(readFileSync(path.join(work, 'layer.tar')))}`] },
  })
  const name = `${sha256(description)}.json`
  writeFileSync(path.join(work, name), description)
  writeFileSync(path.join(work, 'manifest.json'), JSON.stringify([{ Config: name, RepoTags: [reference], Layers: ['layer.tar'] }]))
  tar(archive, work, 'manifest.json', name, 'layer.tar')
  rmSync(work, { recursive: true })
}

// Brings a cluster up: namespaces, network, containerd, kubeadm, add-ons.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { withLock } from '../assets/lock.mjs'
import { ensureNodeAssets } from './assets.mjs'
import { makeCgroups } from './cgroups.mjs'
import { CNI, CONTAINERD, CRICTL, KUBELET_UNIT, kubeadm } from './config.mjs'
import { clear } from './down.mjs'
import { raiseLimit } from './inotify.mjs'
import { addressOf, clustersRoot, freeNumber, isRunning, placeOf, readCluster, startTime } from './place.mjs'
import { refuseHere } from './refuse.mjs'
import { run, runOnNode, succeedsOnNode } from './run.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
/** kubeadm waits for a kubelet that systemd would start; these phases run once ours is there. */
const LATER = [
  'addon',
  'wait-control-plane',
  'upload-config',
  'upload-certs',
  'mark-control-plane',
  'bootstrap-token',
  'kubelet-finalize',
  'show-join-command',
]
const THEN = [['upload-config', 'all'], ['mark-control-plane'], ['bootstrap-token'], ['kubelet-finalize', 'all'], ['addon', 'kube-proxy']]

/**
 * @param {string} name
 * @param {(line: string) => void} say
 * @returns {Promise<{name: string, kubeconfig: string, address: string, pid: number, fresh: boolean}>}
 */
export async function up(name, say) {
  const place = placeOf(name)
  const running = found(place)
  if (running !== undefined) return running
  refuseHere()
  const assets = await ensureNodeAssets()
  mkdirSync(clustersRoot(), { recursive: true })
  // Two at once for one name: the second waits, and then finds what the first made.
  return await withLock(place.lock, say, async () => found(place) ?? (await make(place, assets, say)))
}

function found(place) {
  const cluster = readCluster(place)
  return isRunning(cluster) && existsSync(place.kubeconfig) ? { ...told(place, cluster), fresh: false } : undefined
}

async function make(place, assets, say) {
  await clear(place) // what a crash left
  const timed = stopwatch(say)
  try {
    const cluster = await claim(place)
    await begin(place, cluster, assets)
    timed('namespaces and network are there')
    await images(cluster, assets)
    timed('containerd runs, images are loaded')
    await controlPlane(place, cluster)
    timed('the API server answers')
    await addOns(place, cluster)
    timed('the node is Ready, all pods run')
    return { ...told(place, cluster), fresh: true }
  } catch (error) {
    const log = lastWords(place)
    await clear(place)
    throw new Error(`The cluster ${place.name} did not come up: ${error instanceof Error ? error.message : String(error)}${log}`)
  }
}

/** Takes a number; one cluster after the other, so that no two take the same. */
async function claim(place) {
  return await withLock(
    path.join(clustersRoot(), '.number.lock'),
    () => {},
    async () => {
      const cluster = { number: freeNumber() }
      mkdirSync(place.fs, { recursive: true, mode: 0o700 })
      save(place, cluster)
      return cluster
    },
  )
}

function told(place, { number, pid }) {
  return { name: place.name, kubeconfig: place.kubeconfig, address: addressOf(number).node, pid }
}

function stopwatch(say) {
  const started = Date.now()
  return (line) => say(`${String(Math.round((Date.now() - started) / 1000)).padStart(3)} s  ${line}`)
}

function lastWords({ fs }) {
  const file = path.join(fs, 'upper/var/log/kubelet.log')
  if (!existsSync(file)) return ''
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return `\nThe kubelet's last errors:\n${lines
    .filter((line) => line.startsWith('E'))
    .slice(-3)
    .join('\n')}`
}

async function begin(place, cluster, { bin, api }) {
  const { host, node } = addressOf(cluster.number)
  writeFiles(place, node)
  makeCgroups(place.cgroup)
  raiseLimit()
  const log = openSync(path.join(place.dir, 'init.log'), 'a')
  const script = path.join(here, 'init.sh')
  const words = ['--mount', '--pid', '--uts', '--ipc', '--net', '--fork', '--', 'bash', script, place.fs, place.name, host, node, bin, api]
  const outer = spawn('unshare', words, { detached: true, stdio: ['ignore', log, log] })
  outer.unref()
  cluster.pid = await until(10, 'process 1 of the node', () => childOf(outer.pid))
  cluster.started = startTime(cluster.pid)
  save(place, cluster)
  run('ip', ['link', 'add', place.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(cluster.pid)])
  run('ip', ['addr', 'add', `${host}/30`, 'dev', place.link])
  run('ip', ['link', 'set', place.link, 'up'])
  await until(20, 'the node’s folders and network', () => existsSync(path.join(place.dir, 'ready')))
}

function save({ dir }, cluster) {
  writeFileSync(path.join(dir, 'cluster.json'), JSON.stringify(cluster))
}

function childOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? undefined : Number(children.split(' ')[0])
}

function writeFiles(place, address) {
  const files = {
    'containerd.toml': CONTAINERD,
    'kubeadm.yaml': kubeadm(place, address),
    'etc/cni/net.d/10-bridge.conflist': CNI,
    'etc/crictl.yaml': CRICTL,
    'etc/systemd/system/kubelet.service.d/10-kubeadm.conf': KUBELET_UNIT,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(place.dir, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(place.dir, name), text)
    chmodSync(path.join(place.dir, name), 0o644)
  }
}

async function images({ pid }, assets) {
  await until(30, 'containerd', () => succeedsOnNode(pid, ['ctr', 'version']))
  for (const file of readdirSync(assets.images)) {
    const input = openSync(path.join(assets.images, file), 'r')
    runOnNode(pid, ['ctr', '-n', 'k8s.io', 'images', 'import', '-'], { stdio: [input, 'pipe', 'pipe'] })
  }
}

async function controlPlane(place, { pid }) {
  const init = ['kubeadm', 'init', '--config', `${place.inside}/kubeadm.yaml`, '--ignore-preflight-errors=all']
  runOnNode(pid, [...init, `--skip-phases=${LATER.join(',')}`])
  writeFileSync(path.join(place.dir, 'kubelet-may-run'), '')
  await until(120, 'the API server', () => succeedsOnNode(pid, ['kubectl', 'get', '--raw', '/readyz']))
}

async function addOns(place, { pid }) {
  const phase = (words) => runOnNode(pid, ['kubeadm', 'init', 'phase', ...words, '--config', `${place.inside}/kubeadm.yaml`])
  THEN.forEach(phase)
  // One node does everything: ordinary pods run on it too.
  runOnNode(pid, ['kubectl', 'taint', 'nodes', '--all', 'node-role.kubernetes.io/control-plane-'])
  runOnNode(pid, ['kubectl', 'apply', '-f', '-'], { input: readFileSync(path.join(here, 'manifests', 'kube-router.yaml')) })
  const kubeconfig = runOnNode(pid, ['cat', '/etc/kubernetes/admin.conf'])
  writeFileSync(place.kubeconfig, kubeconfig, { mode: 0o600 })
  // Four static pods, kube-proxy, kube-router.
  await until(120, 'the network', () => allReady(pid, 6))
  // Last: what it cannot reach at first it tries again only after half a minute.
  phase(['addon', 'coredns'])
  await until(120, 'all pods of kube-system', () => allReady(pid, 8))
}

function allReady(pid, atLeast) {
  const pods = JSON.parse(runOnNode(pid, ['kubectl', '-n', 'kube-system', 'get', 'pods', '-o', 'json'])).items
  const ready = pods.filter((pod) => pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'))
  return pods.length >= atLeast && ready.length === pods.length
}

async function until(seconds, what, look) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
    const seen = look()
    if (seen !== undefined && seen !== false) return seen
  }
  throw new Error(`${what} did not come within ${seconds} s.`)
}

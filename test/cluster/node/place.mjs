// Where a cluster lives and what it is called; every name of a cluster is decided here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { cacheRoot } from '../assets/build.mjs'

export const DEFAULT_NAME = 'node'
export const POD_SUBNET = '10.244.0.0/24'
export const SERVICE_SUBNET = '10.96.0.0/16'

export const clustersRoot = () => path.join(cacheRoot(), 'clusters')

/** Everything of one cluster. Its number gives its network: 10.250.NUMBER.0/30, .1 this machine, .2 the node. */
export function placeOf(name) {
  if (!/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/.test(name))
    throw new Error(`${JSON.stringify(name)} is no name for a cluster: use up to 10 small letters, digits and dashes.`)
  const dir = path.join(clustersRoot(), name)
  return {
    name,
    dir,
    fs: path.join(dir, 'fs'),
    /** Held while it is brought up. */
    lock: path.join(clustersRoot(), `.${name}.lock`),
    link: `kh-${name}`,
    cgroup: `kubeharden/${name}`,
    kubeconfig: path.join(dir, 'kubeconfig'),
    /** Inside the node; /run is the node's own. */
    inside: '/run/cluster',
  }
}

/** The clusters that have a folder, running or not. */
export function clusterNames() {
  return existsSync(clustersRoot())
    ? readdirSync(clustersRoot()).filter((name) => existsSync(path.join(clustersRoot(), name, 'cluster.json')))
    : []
}

/** `{number, pid}` of a cluster; pid is that of its process 1 on this machine. Undefined where there is none. */
export function readCluster({ dir }) {
  try {
    return JSON.parse(readFileSync(path.join(dir, 'cluster.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** Is that process still the one that was started? A pid may have been given to another since. */
export function isRunning(cluster) {
  if (cluster?.pid === undefined) return false
  return startTime(cluster.pid) === cluster.started
}

/** Start time of a process in clock ticks since boot; with the pid it names a process for good. */
export function startTime(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}

/** The smallest number that no other cluster has, and whose network this machine does not use for anything else. */
export function freeNumber() {
  const taken = new Set(clusterNames().map((name) => readCluster(placeOf(name))?.number))
  const addresses = Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address))
  const isUsed = (number) => addresses.some((address) => address.startsWith(`10.250.${number}.`))
  for (let number = 20; number < 250; number += 1) if (!taken.has(number) && !isUsed(number)) return number
  throw new Error('All 230 numbers for clusters are taken: run npm run cluster -- status, and take some down.')
}

export const addressOf = (number) => ({ host: `10.250.${number}.1`, node: `10.250.${number}.2` })

// Takes a cluster down: its process 1 (and with it every process, mount and network of the node), its link, its cgroups, its folder.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeCgroups } from './cgroups.mjs'
import { lowerLimit } from './inotify.mjs'
import { isRunning, placeOf, readCluster } from './place.mjs'

/** @returns {Promise<boolean>} was there anything? Throws where something could not be taken away. */
export async function down(name) {
  const place = placeOf(name)
  const there = await clear(place)
  rmSync(place.lock, { force: true }) // of an `up` that was killed; a living one ends by itself, its node being gone
  return there
}

/** All of that but the lock: for an `up`, which holds it. */
export async function clear(place) {
  const cluster = readCluster(place)
  const namespaces = isRunning(cluster) ? namespacesOf(cluster.pid) : []
  if (isRunning(cluster)) kill(cluster.pid)
  for (const pid of beginnersOf(place.fs)) kill(pid)
  const there = existsSync(place.dir)
  spawnSync('ip', ['link', 'del', place.link], { stdio: 'ignore' })
  // The kernel ends the processes of the PID namespace one by one; their cgroups can only go after them.
  for (const end = Date.now() + 20_000; !removeCgroups(place.cgroup); await sleep(100)) {
    for (const pid of processesIn(place.cgroup)) kill(pid)
    if (Date.now() > end) throw new Error(`The cgroup ${place.cgroup} could not be removed: something still runs in it.`)
  }
  // The process that began it all notices last, and one that has ended is there until it is collected.
  for (const end = Date.now() + 10_000; isUsed(namespaces) && Date.now() < end; ) await sleep(50)
  rmSync(place.dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
  lowerLimit()
  return there
}

/** Processes of this cluster's pods that outlived its process 1 (an `up` that was killed half way). */
function processesIn(cgroup) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`:/${cgroup}/`)
      } catch {
        return false
      }
    })
    .map(Number)
}

/** init.sh and what began it, by the folder it was given: an `up` may be killed before it has noted a process. */
function beginnersOf(fs) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      const words = wordsOf(pid)
      const at = words.indexOf(fs)
      return at > 0 && path.basename(words[at - 1] ?? '') === 'init.sh'
    })
    .map(Number)
}

function wordsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

function namespacesOf(pid) {
  return ['net', 'pid'].flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)]
    } catch {
      return []
    }
  })
}

function isUsed(namespaces) {
  if (namespaces.length === 0) return false
  return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && namespacesOf(pid).some((one) => namespaces.includes(one)))
}

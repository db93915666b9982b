// A lock between processes: a file that its owner keeps touching. It only saves work: what is guarded ends with an
// atomic rename, so that two owners at once (possible when a stale lock is taken over) waste time but break nothing.
import { rmSync } from 'node:fs'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const BEAT_MS = 2_000
const STALE_MS = 30_000
const BUSY_MS = 10 * 60_000 // a living owner may be silent while it waits for a program

/** Runs `work` while holding the lock file; waits for whoever holds it. */
export async function withLock(file, say, work) {
  for (let waited = 0; !(await tryLock(file)); waited += 1) {
    if (waited === 0) say(`another process is at it; waiting for ${file}`)
    const abandoned = await abandonedOwner(file)
    if (abandoned === undefined) await sleep(500)
    else await removeLockOf(abandoned, file)
  }
  const release = () => rmSync(file, { force: true })
  const beat = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), BEAT_MS)
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    process.removeListener('exit', release)
    release()
  }
}

async function tryLock(file) {
  try {
    await writeFile(file, `${process.pid} ${hostname()}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** The owner, if it died: known at once on the same host, by silence elsewhere (containers may share a cache). */
async function abandonedOwner(file) {
  try {
    const owner = await readFile(file, 'utf8')
    const [pid, host] = owner.split(' ')
    const silent = Date.now() - (await stat(file)).mtimeMs
    if (host !== hostname()) return silent > STALE_MS ? owner : undefined
    return silent > BUSY_MS || !isAlive(Number(pid)) ? owner : undefined
  } catch {
    return undefined // released just now
  }
}

/** Takes the lock file away, unless it is no longer that owner's: another waiter may have been quicker. */
async function removeLockOf(owner, file) {
  const aside = `${file}.${process.pid}`
  try {
    await rename(file, aside)
    if ((await readFile(aside, 'utf8')) !== owner) await link(aside, file)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  } finally {
    await rm(aside, { force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

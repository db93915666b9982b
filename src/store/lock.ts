import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { HardenError } from '#model/errors.ts'
import { ownFolder } from './paths.ts'

const holder = z.object({
  pid: z.number().int(),
  host: z.string(),
  start: z.string().optional(),
  since: z.string(),
  token: z.string().regex(/^[\w-]{1,64}$/),
})
type Holder = z.infer<typeof holder>

export interface Lock {
  release(): Promise<void>
}

/**
 * Takes the lock of a folder: one session for each cluster. The lock of a process of this machine that is no more is
 * taken over. HardenError `locked` names who holds it and since when.
 */
export async function acquireLock(dir: string, now = new Date()): Promise<Lock> {
  await ownFolder(dir)
  const file = path.join(dir, 'lock')
  const start = await startOf(process.pid)
  const me: Holder = {
    pid: process.pid,
    host: os.hostname(),
    ...(start === undefined ? {} : { start }),
    since: now.toISOString(),
    token: randomBytes(8).toString('hex'),
  }
  const other = await take(file, me)
  if (other !== undefined) throw locked(file, other)
  return { release: async () => await release(file, me) }
}

/** Takes the file, from a dead holder too; the live one who has it, if there is one. */
async function take(file: string, me: Holder): Promise<Holder | undefined> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (await tryLink(file, me)) return undefined
    const other = await read(file)
    if (other === undefined) continue
    if (await isAlive(other)) return other
    if (await replace(file, other, me)) return undefined
    await sleep(10)
  }
  throw new HardenError('locked', `${file} is being taken by others all the time.`, 'Try again in a moment.')
}

/**
 * Puts this lock in place of a dead holder's; false where somebody else does. Only who holds the claim on that very lock may, and
 * the claim is a lock itself: its holder may die too.
 */
async function replace(file: string, dead: Holder, me: Holder): Promise<boolean> {
  const claim = `${file}.${dead.token}`
  if ((await take(claim, me)) !== undefined) return false
  try {
    if ((await read(file))?.token !== dead.token) return false
    await rename(await written(file, me), file)
    return true
  } finally {
    await rm(claim, { force: true })
  }
}

/** The lock appears with its content, in one step; false where there is one. */
async function tryLink(file: string, me: Holder): Promise<boolean> {
  const temporary = await written(file, me)
  try {
    await link(temporary, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/** A lock that is nobody's yet, beside its place. */
async function written(file: string, me: Holder): Promise<string> {
  const temporary = `${file}.new-${me.token}`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(JSON.stringify(me))
    await handle.sync()
  } finally {
    await handle.close()
  }
  return temporary
}

async function read(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return holder.parse(JSON.parse(text))
  } catch (cause) {
    throw new HardenError('locked', `${file} is not a lock that can be read.`, 'If no other kubeharden runs, delete that file.', { cause })
  }
}

async function release(file: string, me: Holder): Promise<void> {
  const there = await read(file).catch(() => undefined)
  if (there?.token === me.token) await rm(file, { force: true })
}

async function isAlive(other: Holder): Promise<boolean> {
  if (other.host !== os.hostname()) return true
  try {
    process.kill(other.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const start = await startOf(other.pid)
  return start === undefined || other.start === undefined || start === other.start
}

/** When a process began, where the system tells (Linux): a number that is used again is not the same process. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile('/proc/sys/kernel/random/boot_id', 'utf8')])
    // The command in brackets may hold anything; field 22 is the 20th behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[19] === undefined ? undefined : `${boot.trim()}/${fields[19]}`
  } catch {
    return undefined
  }
}

function locked(file: string, other: Holder): HardenError {
  const where = other.host === os.hostname() ? '' : ` on ${other.host}`
  return new HardenError(
    'locked',
    `Another session works on this cluster: process ${other.pid}${where}, since ${other.since}.`,
    other.host === os.hostname() ? 'End it, or wait until it has ended.' : `If that machine does not run it any more, delete ${file}.`,
  )
}

import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureAssets } from './assets/build.mjs'
import { Daemon, withPortRetry } from './daemon.ts'
import type { Guard } from './guard.ts'
import { freePorts } from './ports.ts'
import { makeWorkspace } from './workspace.ts'

const START_TIMEOUT_MS = 30_000

/** A running etcd, spoken to in plain HTTP on loopback. */
export interface Etcd {
  endpoint: string
  pid: number | undefined
  /** The stored bytes of a key; throws when there is no such key. */
  get(key: string): Promise<Buffer>
  /** The names of all keys that begin with a prefix. */
  keys(prefix: string): Promise<string[]>
  stop(): Promise<void>
}

/** Starts an etcd of its own, to be shared by several API servers. */
export async function startEtcd(): Promise<Etcd> {
  const workspace = await makeWorkspace('etcd')
  try {
    const etcd = await startEtcdIn(workspace.dir, workspace.guard)
    return {
      ...etcd,
      stop: async () => {
        await etcd.stop()
        await workspace.remove()
      },
    }
  } catch (error) {
    await workspace.remove()
    throw error
  }
}

/** Starts etcd with its data and its log in `dir`. */
export function startEtcdIn(dir: string, guard: Guard): Promise<Etcd> {
  return withPortRetry(async () => {
    const [port] = await freePorts(1)
    const endpoint = `http://127.0.0.1:${port}`
    const args = [
      `--data-dir=${path.join(dir, 'etcd-data')}`,
      `--listen-client-urls=${endpoint}`,
      `--advertise-client-urls=${endpoint}`,
      '--listen-peer-urls=http://127.0.0.1:0',
      '--unsafe-no-fsync', // the data is thrown away: durability would only cost time
      // One member elects itself: waiting a second for others only delays the start.
      '--heartbeat-interval=10',
      '--election-timeout=100',
      '--log-level=warn',
    ]
    const file = path.join(await ensureAssets(), 'etcd')
    const daemon = new Daemon(file, args, { name: 'etcd', log: path.join(dir, 'etcd.log'), cwd: dir, guard })
    await waitHealthy(daemon, endpoint)
    const get = (key: string) => readKey(endpoint, key)
    return { endpoint, pid: daemon.pid, get, keys: (prefix) => readKeys(endpoint, prefix), stop: () => daemon.stop() }
  })
}

async function waitHealthy(daemon: Daemon, endpoint: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (daemon.end === undefined && Date.now() < deadline) {
    const answer = await fetch(`${endpoint}/health`).catch(() => undefined)
    if (answer?.ok) return
    await sleep(25)
  }
  await daemon.stop()
  throw await daemon.failure(`was not healthy after ${START_TIMEOUT_MS / 1000} s`)
}

async function readKey(endpoint: string, key: string): Promise<Buffer> {
  const { kvs } = await range(endpoint, { key: encode(key) })
  const value = kvs?.[0]?.value
  if (value === undefined) throw new Error(`etcd has no key ${key}`)
  return Buffer.from(value, 'base64')
}

async function readKeys(endpoint: string, prefix: string): Promise<string[]> {
  const { kvs = [] } = await range(endpoint, { key: encode(prefix), range_end: afterPrefix(prefix), keys_only: true })
  return kvs.map(({ key }) => Buffer.from(key, 'base64').toString())
}

/** The JSON gateway of the v3 API: keys and values travel in base64. */
async function range(endpoint: string, body: object): Promise<{ kvs?: { key: string; value?: string }[] }> {
  const answer = await fetch(`${endpoint}/v3/kv/range`, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as { kvs?: { key: string; value?: string }[] }
}

/** The first key after all that begin with the prefix: its last byte plus one. */
function afterPrefix(prefix: string): string {
  const bytes = Buffer.from(prefix)
  const last = bytes.length - 1
  bytes[last] = (bytes[last] ?? 0) + 1
  return bytes.toString('base64')
}

const encode = (key: string) => Buffer.from(key).toString('base64')

import { setTimeout as sleep } from 'node:timers/promises'
import type { TestNode } from '../../cluster/node/node.ts'

const PKI = '/etc/kubernetes/pki/etcd'
const CLIENT = ['--endpoints=https://127.0.0.1:2379', `--cacert=${PKI}/ca.crt`, `--cert=${PKI}/server.crt`, `--key=${PKI}/server.key`]

/** What changes by itself: heartbeats, events, what follows from pods that start anew. */
const LIVES =
  /^\/registry\/(leases|events|masterleases|minions|pods|endpointslices|services\/endpoints|apiregistration|ranges|controllerrevisions)\//

interface Kv {
  readonly key: string
  readonly value: string
}

/** Everything that etcd holds below a prefix, by key; bytes in base64. */
export async function storedBelow(node: TestNode, prefix: string): Promise<ReadonlyMap<string, string>> {
  const { kvs = [] } = JSON.parse(await node.must(['etcdctl', ...CLIENT, 'get', '--prefix', prefix, '-w', 'json'])) as { kvs?: Kv[] }
  return new Map(kvs.map(({ key, value }) => [Buffer.from(key, 'base64').toString('latin1'), value]))
}

/** What must be as it was: every object that does not change by itself, byte for byte. */
export async function lasting(node: TestNode): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await storedBelow(node, '/registry/'))].filter(([key]) => !LIVES.test(key)))
}

export interface Written {
  readonly confirmed: number
  /** Confirmed writes that are not there. */
  readonly lost: readonly string[]
  /** The longest time without a confirmed write, in seconds. */
  readonly away: number
}

/** Writes ConfigMaps one after the other until it is ended. */
export async function writer(node: TestNode, namespace: string): Promise<{ end(): Promise<Written> }> {
  await node.kubectl(['create', 'namespace', namespace])
  const confirmed: string[] = []
  let going = true
  let longest = 0
  let last = Date.now()
  const loop = (async () => {
    for (let i = 0; going; i += 1) {
      const create = ['-n', namespace, '--request-timeout=2s', 'create', 'configmap', `w-${i}`, `--from-literal=word=${i}`]
      if ((await node.exec(['kubectl', ...create])).code === 0) {
        confirmed.push(`w-${i}`)
        longest = Math.max(longest, Date.now() - last)
        last = Date.now()
      }
      await sleep(300)
    }
  })()
  return {
    async end() {
      going = false
      await loop
      const range = '{range .items[*]}{.metadata.name}={.data.word}{"\\n"}{end}'
      const there = new Set((await node.kubectl(['-n', namespace, 'get', 'configmaps', '-o', `jsonpath=${range}`])).split('\n'))
      await node.kubectl(['delete', 'namespace', namespace])
      const lost = confirmed.filter((name) => !there.has(`${name}=${name.slice(2)}`))
      return { confirmed: confirmed.length, lost, away: Math.round(longest / 1000) }
    },
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { Agent, request } from 'undici'
import type { TestNode } from '../../cluster/node/node.ts'

export interface Polls {
  /** Answers with the right value. */
  right: number
  wrong: number
  /** No answer, or one of an API server that is starting or ending: on one node its restart is an outage. */
  away: number
  /** Any other answer: an object that cannot be decrypted is a 500. */
  errors: string[]
}

/** Words of an API server that begins or ends; while it begins it has not read its RBAC rules yet, and forbids. */
const STARTING =
  /etcdserver|apiserver not ready|shutting down|connection refused|context deadline|storage is \(re\)initializing|not yet ready|"code":403}/i

/** Asks for Secrets by name, one after the other, until it is ended: what is read is compared with what was written. */
export async function reader(node: TestNode, namespace: string, values: ReadonlyMap<string, string>): Promise<{ end(): Promise<Polls> }> {
  const config = new KubeConfig()
  config.loadFromFile(node.kubeconfig)
  const [user, cluster] = [config.getCurrentUser(), config.getCurrentCluster()]
  const pem = (data: string | undefined) => Buffer.from(data ?? '', 'base64')
  const dispatcher = new Agent({ connect: { ca: pem(cluster?.caData), cert: pem(user?.certData), key: pem(user?.keyData) } })
  const polls: Polls = { right: 0, wrong: 0, away: 0, errors: [] }
  let going = true
  const ask = async (name: string, value: string) => {
    const url = `${cluster?.server}/api/v1/namespaces/${namespace}/secrets/${name}`
    const answer = await request(url, { dispatcher, headersTimeout: 5000, bodyTimeout: 5000 }).catch(() => undefined)
    const text = await answer?.body.text().catch(() => undefined)
    if (answer === undefined || text === undefined) {
      polls.away += 1
      await sleep(200)
    } else if (answer.statusCode === 200) {
      const { data } = JSON.parse(text) as { data: { word: string } }
      if (Buffer.from(data.word, 'base64').toString() === value) polls.right += 1
      else polls.wrong += 1
    } else if ([429, 503, 504].includes(answer.statusCode) || ([403, 500].includes(answer.statusCode) && STARTING.test(text)))
      polls.away += 1
    else polls.errors.push(`${name}: ${answer.statusCode} ${text.slice(0, 300)}`)
  }
  const loop = (async () => {
    while (going) {
      for (const [name, value] of values) if (going) await ask(name, value)
      await sleep(50)
    }
  })()
  return {
    async end() {
      going = false
      await loop
      await dispatcher.destroy()
      return polls
    },
  }
}

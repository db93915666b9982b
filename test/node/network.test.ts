import { createConnection, createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNode, type TestNode } from '../cluster/node/node.ts'
import { command, emptyHome } from '../e2e/command.ts'

/** Who probes: pods of the shop, a stranger in another namespace, and this machine, which is outside of the cluster. */
const PODS = { web: ['shop', 'deploy/web'], api: ['shop', 'deploy/api'], db: ['shop', 'deploy/db'], client: ['other', 'client'] } as const
const NODE_PORT = 30_880

const env = emptyHome()
let node: TestNode
let outside: Server
/** What is probed, by name; each by its Service and by the address of its pod. */
let targets: Record<string, string>

beforeAll(async () => {
  node = await startNode()
  outside = createServer((socket) => socket.end()).listen(0, hostAddress(node))
  await new Promise((ready) => outside.once('listening', ready))
  const { port } = outside.address() as { port: number }
  const ip = async (namespace: string, selector: string) =>
    (await node.kubectl(['-n', namespace, 'get', 'pods', '-l', selector, '-o', 'jsonpath={.items[0].status.podIP}'])).trim()
  targets = {
    web: 'web.shop:8080',
    api: 'api.shop:8081',
    db: 'db.shop:5432',
    'web pod': `${await ip('shop', 'app=web')}:8080`,
    'api pod': `${await ip('shop', 'app=api')}:8081`,
    'db pod': `${await ip('shop', 'app=db')}:5432`,
    'client pod': `${await ip('other', 'app=client')}:9000`,
    'API server': 'kubernetes.default:443',
    outside: `${hostAddress(node)}:${port}`,
  }
  // Published with the address of whoever connects kept: else it would look like traffic of the node, which policies let through.
  const ports = [{ port: 8080, targetPort: 8080, nodePort: NODE_PORT }]
  const spec = { type: 'NodePort', externalTrafficPolicy: 'Local', selector: { app: 'web' }, ports }
  const published = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'published', namespace: 'shop' }, spec }
  await node.kubectl(['apply', '-f', '-'], { input: JSON.stringify(published) })
})

afterAll(async () => {
  outside?.close()
  await node?.kubectl(['-n', 'shop', 'delete', 'service', 'published', '--ignore-not-found'])
})

function hostAddress({ address }: TestNode): string {
  return address.replace(/\d+$/, '1')
}

/** Every pair: `web -> api` where it is open. */
async function open(): Promise<string[]> {
  const names = Object.keys(targets)
  const rows = await Promise.all(
    Object.entries(PODS).map(async ([from, [namespace, pod]]) => {
      const said = await node.kubectl(['-n', namespace, 'exec', pod, '--', 'shop', 'probe', ...Object.values(targets)])
      const answers = said.trim().split('\n')
      expect(answers).toHaveLength(names.length)
      return names.filter((_, i) => answers[i]?.endsWith(' open')).map((to) => `${from} -> ${to}`)
    }),
  )
  return [...rows.flat(), ...((await reaches(node.address, NODE_PORT)) ? ['outside -> web'] : [])].toSorted()
}

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket
      .on('connect', () => end(true))
      .on('timeout', () => end(false))
      .on('error', () => end(false))
  })
}

/** A pod always reaches itself; everything else is a flow between two. */
const SELF = ['web -> web pod', 'api -> api pod', 'db -> db pod', 'client -> client pod']
const INTENDED = [...SELF, 'web -> api', 'web -> api pod', 'api -> db', 'api -> db pod', 'client -> API server', 'client -> outside']

const DENY = { mode: 'default-deny', inNamespaces: ['shop'], direction: 'both', dns: true, allowApiServer: false }
const allow = (from: string, to: string, port: string) => ({
  mode: 'allow-app',
  inNamespaces: ['shop'],
  fromLabelKey: 'app',
  fromLabelValue: from,
  toLabelKey: 'app',
  toLabelValue: to,
  ports: [port],
})

async function kubeharden(args: readonly string[], stdin?: string) {
  const ran = await command([...args, '--kubeconfig', node.kubeconfig], env, stdin === undefined ? {} : { stdin })
  expect(ran.err + ran.out, args.join(' ')).not.toContain('Error')
  expect(ran.code, `${args.join(' ')}: ${ran.err}${ran.out}`).toBe(0)
  return ran.out
}

test('network policies of the wizard are enforced: exactly the intended flows are open, names resolve, and undo opens all again', async () => {
  const pairs = Object.keys(PODS).flatMap((from) => Object.keys(targets).map((to) => `${from} -> ${to}`))
  // The port of the node is opened a moment after its Service is there.
  const before = await settled([...pairs, 'outside -> web'])
  expect(before, 'the shop is open to everybody at first').toEqual([...pairs, 'outside -> web'].toSorted())
  const runs: string[] = []
  for (const answers of [DENY, allow('web', 'api', '8081/TCP'), allow('api', 'db', '5432/TCP')]) {
    await kubeharden(['apply', 'network-policies', '--answers', '-', '--yes'], JSON.stringify(answers))
    const journal = JSON.parse(await kubeharden(['journal', '-o', 'json'])) as { readonly id: string }[]
    runs.push(...journal.map((run) => run.id).filter((id) => !runs.includes(id)))
  }
  expect(runs).toHaveLength(3)
  const after = await settled(INTENDED)
  expect(after).toEqual(INTENDED.toSorted())
  for (const [namespace, pod] of Object.values(PODS))
    expect(await node.kubectl(['-n', namespace, 'exec', pod, '--', 'shop', 'resolve', 'db.shop'])).toMatch(/^10\.96\./)
  for (const run of runs.toReversed()) await kubeharden(['undo', run, '--yes'])
  expect(await settled(before)).toEqual(before)
  console.log(`pairs probed: ${before.length}; open before: ${before.length}, after: ${after.length} (intended: ${INTENDED.length})`)
})

/** A changed policy takes some seconds until the firewall has it. */
async function settled(wanted: readonly string[]): Promise<string[]> {
  const goal = JSON.stringify(wanted.toSorted())
  let seen = await open()
  for (let tries = 0; tries < 15 && JSON.stringify(seen) !== goal; tries += 1) {
    await sleep(1000)
    seen = await open()
  }
  return seen
}

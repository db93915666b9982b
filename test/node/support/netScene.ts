import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { KINDS } from '../../../src/model/kinds.ts'
import { type Endpoint, podEnds } from '../../../src/simulate/network/endpoints.ts'
import type { TestNode } from '../../cluster/node/node.ts'
import type { Scene } from '../../simulate/network/random.ts'

export const NAMESPACES = [
  { name: 'ra', labels: { team: 'red', stage: 'live' } },
  { name: 'rb', labels: { team: 'blue', stage: 'live' } },
  { name: 'rc', labels: { team: 'blue' } },
] as const

/** Every pod listens on all of these. */
export const PORTS = [
  { port: 8080, protocol: 'TCP' },
  { port: 8081, protocol: 'TCP' },
  { port: 8084, protocol: 'TCP' },
  { port: 8080, protocol: 'UDP' },
  { port: 8082, protocol: 'UDP' },
] as const

/** Names differ from pod to pod: `http` is one port here and another there, and nowhere on some. */
const http = (containerPort: number) => ({ name: 'http', containerPort, protocol: 'TCP' })
const talk = (containerPort: number) => ({ name: 'talk', containerPort, protocol: 'UDP' })
const PODS = [
  { namespace: 'ra', name: 'web-1', labels: { app: 'web', tier: 'front' }, ports: [http(8080), talk(8082)] },
  { namespace: 'ra', name: 'web-2', labels: { app: 'web', tier: 'front' }, ports: [http(8081), talk(8082)] },
  { namespace: 'ra', name: 'db', labels: { app: 'db' }, ports: [talk(8080)] },
  { namespace: 'rb', name: 'web', labels: { app: 'web' }, ports: [http(8080)] },
  { namespace: 'rb', name: 'api', labels: { app: 'api', tier: 'back' }, ports: [http(8084)] },
  { namespace: 'rb', name: 'db', labels: { app: 'db', tier: 'back' }, ports: [] },
  { namespace: 'rc', name: 'api', labels: { app: 'api' }, ports: [http(8080), talk(8082)] },
  { namespace: 'rc', name: 'client', labels: { tier: 'front' }, ports: [] },
] as const
/** Two that say whether the newest policies have arrived, in a namespace of their own. */
const CANARY = { namespace: 'canary', ports: [7001, 7002] } as const
const IMAGE = 'registry.kubeharden.test/shop:1'

/** The pods as probes, on a node; what connects is tried from inside their networks. */
export interface NetScene {
  readonly scene: Scene
  readonly ends: readonly (Endpoint & { readonly kind: 'pod' })[]
  /** All targets of a probe, in its order. */
  readonly targets: readonly { readonly to: Endpoint; readonly port: number; readonly protocol: 'TCP' | 'UDP' }[]
  /** Puts these policies in place of the last ones and waits until a policy that was sent after them is carried out. */
  replace(policies: readonly object[]): Promise<void>
  /** Does it connect? By source, then by target. */
  probe(): Promise<boolean[][]>
  /** Takes it all away again. */
  end(): Promise<void>
}

export async function netScene(node: TestNode): Promise<NetScene> {
  await make(node)
  const list = JSON.parse(await node.kubectl(['get', 'pods', '-A', '-o', 'json'])) as { items: object[] }
  const pods = list.items.map((o) => KINDS.pods.schema.parse(o))
  const all = podEnds(pods).filter((e) => e.kind === 'pod')
  const ends = PODS.map((p) => all.find((e) => e.namespace === p.namespace && e.name === p.name)).filter((e) => e !== undefined)
  const canary = all.find((e) => e.namespace === CANARY.namespace && e.name === 'b')
  const host = node.address.replace(/\d+$/, '1')
  const outside = await listenOn(host)
  const targets = [
    ...ends.flatMap((to) => PORTS.map((p) => ({ to, ...p }))),
    { to: { kind: 'outside', ip: host } as const, port: outside.port, protocol: 'TCP' as const },
    { to: { kind: 'outside', ip: host } as const, port: outside.port, protocol: 'UDP' as const },
    { to: { kind: 'node', node: node.name, ips: [node.address], named: [] } as const, port: 10_250, protocol: 'TCP' as const },
  ]
  const pids = await pidsOf(node, [...ends.map((e) => `${e.namespace}/${e.name}`), `${CANARY.namespace}/a`])
  const run = (pid: string, args: readonly string[], out: string) =>
    `nsenter -t ${pid} -n /proc/${pid}/root/usr/local/bin/shop probe ${args.join(' ')} > ${out}`
  const ask = async (sources: readonly string[], wanted: readonly string[]) => {
    const files = sources.map((pid) => `/tmp/net-${pid}`)
    const script = `${sources.map((pid, i) => `${run(pid, wanted, files[i] ?? '')} &`).join('\n')}\nwait\ncat ${files.join(' ')}`
    const lines = (await node.must(['sh', '-c', script]))
      .trim()
      .split('\n')
      .map((line) => line.endsWith(' open'))
    return sources.map((_, i) => lines.slice(i * wanted.length, (i + 1) * wanted.length))
  }
  const names = targets.map(({ to, port, protocol }) => `${protocol === 'UDP' ? 'udp/' : ''}${addressIn(to)}:${port}`)
  const api = await apiOf(node)
  let turn = 0
  let last: readonly object[] = []
  return {
    scene: {
      namespaces: NAMESPACES,
      labels: { app: ['web', 'api', 'db'], tier: ['front', 'back'] },
      ips: [...ends.map((e) => e.ip ?? ''), host],
      ports: PORTS,
      names: ['http', 'talk'],
    },
    ends,
    targets,
    replace: async (policies) => {
      turn += 1
      const wanted = CANARY.ports[turn % 2] ?? 0
      await Promise.all(last.map((p) => api('DELETE', p)))
      await Promise.all(policies.map((p) => api('POST', p)))
      last = policies
      await api('PUT', canaryPolicy(wanted))
      const asked = CANARY.ports.map((port) => `${canary?.ip}:${port}`)
      for (let tries = 0; tries < 100; tries += 1) {
        const [seen] = await ask(pids.slice(-1), asked)
        if (CANARY.ports.every((port, i) => seen?.[i] === (port === wanted))) return
        await sleep(200)
      }
      throw new Error('policies did not arrive within 20 s')
    },
    probe: () => ask(pids.slice(0, -1), names),
    end: async () => {
      outside.end()
      await node.kubectl(['delete', 'namespace', ...NAMESPACES.map((n) => n.name), CANARY.namespace])
    },
  }
}

const addressIn = (to: Endpoint) => (to.kind === 'node' ? to.ips[0] : to.ip) ?? ''

function canaryPolicy(port: number): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'canary', namespace: CANARY.namespace },
    spec: { podSelector: { matchLabels: { canary: 'b' } }, ingress: [{ ports: [{ port }] }] },
  }
}

async function make(node: TestNode): Promise<void> {
  const namespace = (name: string, labels: object) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
  const pod = (metadata: object, listens: readonly string[], ports: readonly object[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'probe', image: IMAGE, args: ['listen', ...listens], ports }] },
  })
  const items = [
    ...NAMESPACES.map((n) => namespace(n.name, n.labels)),
    namespace(CANARY.namespace, {}),
    ...PODS.map(({ ports, ...metadata }) =>
      pod(
        metadata,
        PORTS.map((p) => `${p.port}/${p.protocol}`),
        ports,
      ),
    ),
    ...['a', 'b'].map((name) =>
      pod(
        { name, namespace: CANARY.namespace, labels: { canary: name } },
        CANARY.ports.map((p) => `${p}/TCP`),
        [],
      ),
    ),
    canaryPolicy(CANARY.ports[0]),
  ]
  const input = items.map((o) => JSON.stringify(o)).join('\n---\n')
  // A pod is refused until its namespace has a default service account.
  for (let tries = 0; ; tries += 1) {
    const { code, stderr } = await node.exec(['kubectl', 'apply', '-f', '-'], { input })
    if (code === 0) break
    if (tries === 10) throw new Error(stderr)
    await sleep(1000)
  }
  // A node that was kept has those of the last run.
  for (const { name } of NAMESPACES) await node.kubectl(['-n', name, 'delete', 'networkpolicies', '--all'])
  for (const { name } of [...NAMESPACES, { name: CANARY.namespace }])
    await node.kubectl(['-n', name, 'wait', '--for=condition=Ready', 'pods', '--all', '--timeout=90s'])
}

/** The process of each pod, in whose network it is probed. */
async function pidsOf(node: TestNode, names: readonly string[]): Promise<string[]> {
  const { containers } = JSON.parse(await node.must(['crictl', 'ps', '--name', 'probe', '-o', 'json'])) as {
    containers: { id: string; labels: Record<string, string> }[]
  }
  const of = (c: (typeof containers)[number]) => `${c.labels['io.kubernetes.pod.namespace']}/${c.labels['io.kubernetes.pod.name']}`
  return await Promise.all(
    names.map(async (name) => {
      const id = containers.find((c) => of(c) === name)?.id ?? ''
      return (await node.must(['crictl', 'inspect', '-o', 'go-template', '--template', '{{.info.pid}}', id])).trim()
    }),
  )
}

/** A listener outside of the cluster that answers, TCP and UDP on one port. */
async function listenOn(host: string) {
  const tcp = createServer((socket) => socket.on('error', () => {}).end()).listen(0, host)
  await new Promise((ready) => tcp.once('listening', ready))
  const { port } = tcp.address() as { port: number }
  const udp = createSocket('udp4')
  udp.on('message', (packet, from) => udp.send(packet, from.port, from.address))
  await new Promise<void>((ready) => udp.bind(port, host, ready))
  return {
    port,
    end: () => {
      tcp.close()
      udp.close()
    },
  }
}

/** The API server itself: three hundred sets by kubectl would mostly measure kubectl. */
async function apiOf(node: TestNode) {
  const { readFile } = await import('node:fs/promises')
  const { Agent, fetch } = await import('undici')
  const config = parse(await readFile(node.kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[]
  }
  const cluster = config.clusters[0]?.cluster
  const user = config.users[0]?.user
  const pem = (text = '') => Buffer.from(text, 'base64')
  const dispatcher = new Agent({
    connect: {
      ca: pem(cluster?.['certificate-authority-data']),
      cert: pem(user?.['client-certificate-data']),
      key: pem(user?.['client-key-data']),
    },
  })
  return async (method: 'POST' | 'DELETE' | 'PUT', object: object): Promise<void> => {
    const { metadata } = object as { metadata: { name: string; namespace: string } }
    const all = `${cluster?.server}/apis/networking.k8s.io/v1/namespaces/${metadata.namespace}/networkpolicies`
    const answer = await fetch(method === 'POST' ? all : `${all}/${metadata.name}`, {
      method,
      dispatcher,
      headers: { 'content-type': 'application/json' },
      ...(method === 'DELETE' ? {} : { body: JSON.stringify(object) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${metadata.namespace}/${metadata.name}: ${answer.status} ${text}\n${JSON.stringify(object)}`)
  }
}

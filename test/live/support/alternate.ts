import https from 'node:https'
import path from 'node:path'
import type { TestCluster } from '../../cluster/apiserver.ts'
import { readKubeconfig, writeKubeconfig } from '../../cluster/kubeconfig.ts'
import { listen } from '../../cluster/ports.ts'

export interface Alternating {
  readonly kubeconfig: string
  /** How many requests each got. */
  readonly counts: readonly number[]
  stop(): Promise<void>
}

/** One address for several API servers on the same etcd, as their administrator: request by request another one. */
export async function alternate(clusters: readonly TestCluster[]): Promise<Alternating> {
  const [first] = clusters
  if (first === undefined) throw new Error('no API servers')
  const accesses = await Promise.all(clusters.map((c) => readKubeconfig(c.adminKubeconfig)))
  const agents = accesses.map(({ caPem: ca, cert, key }) => new https.Agent({ ca, cert, key, keepAlive: true }))
  const counts = clusters.map(() => 0)
  const serving = await first.authority.issue({ commonName: 'front', serverNames: ['localhost', '127.0.0.1'] })
  let next = 0
  const server = https.createServer({ cert: serving.cert, key: serving.key }, (request, response) => {
    next = (next + 1) % clusters.length
    counts[next] = (counts[next] ?? 0) + 1
    const { host: _, ...headers } = request.headers
    const target = new URL(request.url ?? '/', accesses[next]?.server)
    const upstream = https.request(target, { method: request.method, headers, agent: agents[next] }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    request.pipe(upstream)
  })
  const port = await listen(server)
  const own = await readKubeconfig(first.adminKubeconfig)
  const file = path.join(first.dir, 'front.kubeconfig')
  await writeKubeconfig(file, { ...own, server: `https://127.0.0.1:${port}` })
  return {
    kubeconfig: file,
    counts,
    stop: async () => {
      for (const agent of agents) agent.destroy()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

import { createServer } from 'node:net'
import { promisify } from 'node:util'

/** Free loopback ports, as the kernel gives them. Held open together, so that they differ; someone else may still
 * take one before it is used: the caller retries. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(servers.map(listen))
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()))
  return ports
}

/** Listens on a port of the kernel's choice. */
export function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      server.removeListener('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('not listening on a port'))
      else resolve(address.port)
    })
  })
}

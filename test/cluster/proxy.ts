import { constants } from 'node:crypto'
import https from 'node:https'
import path from 'node:path'
import type { TestCluster } from './apiserver.ts'
import { decoded, type Exchange, Forwarder } from './forward.ts'
import { readKubeconfig, writeKubeconfig } from './kubeconfig.ts'
import { listen } from './ports.ts'
import { marksIn } from './search.ts'

export interface RecordingProxy {
  /** Like the kubeconfig it was started with, but through the proxy. */
  kubeconfig: string
  /** Everything so far, in the order of the requests; open watches with what has come. */
  bodies(): Exchange[]
  /** The answers in which a mark stands: as it is or in base64 at any alignment, after decompression. */
  search(marks: readonly string[]): { path: string; mark: string }[]
  stop(): Promise<void>
}

let count = 0

/** Starts a proxy that records all answers of the API server. Who is calling stays the same: it hands on the client's
 * certificate when it is the kubeconfig's, and any Authorization header; without either the caller is anonymous. */
export async function startRecordingProxy(target: TestCluster, kubeconfig: string): Promise<RecordingProxy> {
  const access = await readKubeconfig(kubeconfig)
  const names = ['localhost', '127.0.0.1']
  const serving = await target.authority.issue({ commonName: 'recording-proxy', serverNames: names })
  const forwarder = new Forwarder(access)
  const tls: https.ServerOptions = {
    cert: serving.cert,
    key: serving.key,
    ca: access.caPem,
    requestCert: true,
    rejectUnauthorized: false, // an expired certificate is the API server's to refuse
    secureOptions: constants.SSL_OP_NO_TICKET, // a resumed session might not show its certificate again
  }
  const server = https.createServer(tls, forwarder.handle)
  const port = await listen(server)
  count += 1
  const file = path.join(target.dir, `proxy-${count}.kubeconfig`)
  await writeKubeconfig(file, { ...access, server: `https://127.0.0.1:${port}` })
  const bodies = () => forwarder.exchanges
  return {
    kubeconfig: file,
    bodies,
    search: (marks) => bodies().flatMap((one) => marksIn(decoded(one), marks).map((mark) => ({ path: one.path, mark }))),
    stop: async () => {
      forwarder.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

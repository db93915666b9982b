import { makeAdmissionDoor } from './admission/door.ts'
import { readVersion } from './cluster-info.ts'
import { toConnectError } from './connect-error.ts'
import type { ConnectOptions, LiveConnection } from './connection.ts'
import { certificateInfo, credentialsOf } from './credentials.ts'
import { makeNodeDoor } from './guard/door.ts'
import { parseTimeout, resolveAccess } from './kubeconfig.ts'
import { makeReader } from './reader.ts'
import { makeRest } from './rest.ts'
import { makeRewriter } from './rewriter.ts'
import { makeTransport } from './transport.ts'
import { makeWriter } from './writer.ts'

/**
 * Connects to a live cluster through the kubeconfig and asks for its version. Throws HardenError: `kubeconfig`,
 * `credentials` (not let in, expired certificate, failing plugin), `unreachable`, `usage`. Having no rights is no error.
 */
export async function connect(options: ConnectOptions): Promise<LiveConnection> {
  const env = options.env ?? process.env
  const timeoutMs = parseTimeout(options.requestTimeout)
  const access = await resolveAccess(options, env)
  const credentials = await credentialsOf(access, env)
  const transport = await makeTransport(access.cluster, env)
  const { server } = access.cluster
  const rest = makeRest({ server, transport, credentials, user: access.user, version: options.version ?? 'dev', timeoutMs })
  const { context, namespace } = access
  try {
    const version = await readVersion(rest, { signal: options.signal, retries: 0 })
    const own = async () => {
      const { cert } = await credentials.current()
      return { kind: credentials.kind, certificate: cert === undefined ? undefined : certificateInfo(cert) }
    }
    return {
      reader: makeReader({ rest, context, namespace, own }),
      writer: makeWriter(rest),
      nodes: makeNodeDoor(rest),
      rewriter: makeRewriter(rest),
      admission: makeAdmissionDoor(rest),
      context,
      namespace,
      server,
      version,
    }
  } catch (error) {
    await rest.close()
    throw toConnectError(error, server)
  }
}

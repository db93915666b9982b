import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'

/** What one context of a kubeconfig comes to. */
export interface Access {
  server: string
  caPem: string
  cert?: string
  key?: string
  token?: string
}

/** The name of the cluster, the context and the user in every kubeconfig of a test cluster. */
export const CONTEXT = 'real'

interface Named {
  name: string
  cluster?: Record<string, string>
  user?: Record<string, string>
  context?: { cluster: string; user: string }
}

export async function writeKubeconfig(file: string, access: Access): Promise<string> {
  const user = {
    ...(access.cert && access.key ? { 'client-certificate-data': base64(access.cert), 'client-key-data': base64(access.key) } : {}),
    ...(access.token ? { token: access.token } : {}),
  }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: CONTEXT, cluster: { server: access.server, 'certificate-authority-data': base64(access.caPem) } }],
    users: [{ name: CONTEXT, user }],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: CONTEXT } }],
    'current-context': CONTEXT,
  }
  await writeFile(file, stringify(config, { lineWidth: 0 }), { mode: 0o600 })
  return file
}

/** Reads the current context. Knows data in the file itself, as `writeKubeconfig` writes it, not paths to it. */
export async function readKubeconfig(file: string): Promise<Access> {
  const config = parse(await readFile(file, 'utf8')) as Record<string, unknown>
  const pick = (list: string, name: unknown) => (config[list] as Named[] | undefined)?.find((one) => one.name === name)
  const context = pick('contexts', config['current-context'])?.context
  const cluster = pick('clusters', context?.cluster)?.cluster
  if (!cluster?.server) throw new Error(`${file} has no cluster for its current context`)
  const user = pick('users', context?.user)?.user ?? {}
  return {
    server: cluster.server,
    caPem: text(cluster['certificate-authority-data']) ?? '',
    cert: text(user['client-certificate-data']),
    key: text(user['client-key-data']),
    token: user.token,
  }
}

const base64 = (value: string) => Buffer.from(value).toString('base64')
const text = (value: string | undefined) => (value === undefined ? undefined : Buffer.from(value, 'base64').toString())

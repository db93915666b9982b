import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { HardenError } from '#model/errors.ts'
import { type ClusterEntry, type MergedConfig, readMerged, type UserEntry } from './kubeconfig-file.ts'
import { nearest } from './nearest.ts'

/** The cluster flags, named and meant as kubectl's. */
export interface ClusterFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly as?: string
  readonly asGroups?: readonly string[]
  /** As kubectl's: `30s`, `1m30s`, a bare number of seconds, `0` for none. */
  readonly requestTimeout?: string
}

export type Env = Readonly<Record<string, string | undefined>>

/** What one context comes to: where the cluster is and who we are there. */
export interface Access {
  readonly context: string
  readonly namespace?: string
  readonly cluster: ClusterEntry & { readonly server: string }
  readonly user: UserEntry
  readonly origin: string
}

/** A context to choose from (the same shape as the session's ContextChoice). */
export interface ContextInfo {
  readonly name: string
  readonly cluster: string
  readonly user: string
  readonly server?: string
  readonly namespace?: string
  readonly current: boolean
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The contexts of the kubeconfig, in its order. None at all throws `kubeconfig`. Loads no Kubernetes client. */
export async function contextsOf(flags: Pick<ClusterFlags, 'kubeconfig' | 'context'>, env: Env): Promise<readonly ContextInfo[]> {
  const config = await loadConfig(flags, env)
  const current = flags.context ?? config.currentContext
  return [...config.contexts].map(([name, entry]) => ({
    name,
    cluster: entry.cluster ?? '',
    user: entry.user ?? '',
    server: withoutUserinfo(config.clusters.get(entry.cluster ?? '')?.server),
    namespace: entry.namespace,
    current: name === current,
  }))
}

/** The access of the chosen context. Throws `kubeconfig` where there is none, and says which names there are. */
export async function resolveAccess(flags: ClusterFlags, env: Env): Promise<Access> {
  const config = await loadConfig(flags, env)
  const name = flags.context ?? config.currentContext
  if (name === undefined) {
    const hint = `Choose one: --context NAME. Known: ${[...config.contexts.keys()].join(', ')}`
    throw new HardenError('kubeconfig', `${config.origin} sets no current-context.`, hint)
  }
  const context = config.contexts.get(name)
  if (context === undefined) throw unknownContext(name, config)
  const cluster = config.clusters.get(context.cluster ?? '')
  if (cluster === undefined) throw broken(config, `the context "${name}" names the cluster "${context.cluster ?? ''}", which is not there`)
  const { server } = cluster
  if (server === undefined || !/^https?:\/\//.test(server) || !URL.canParse(server))
    throw broken(config, `the cluster "${context.cluster ?? ''}" has no usable server address`)
  if (new URL(server).username !== '')
    throw broken(config, `the server address of the cluster "${context.cluster ?? ''}" holds a user or password`)
  const user = context.user === undefined ? undefined : config.users.get(context.user)
  if (context.user !== undefined && user === undefined)
    throw broken(config, `the context "${name}" names the user "${context.user}", which is not there`)
  return {
    context: name,
    namespace: flags.namespace ?? context.namespace,
    cluster: { ...cluster, server: server.replace(/\/+$/, '') },
    user: impersonating(user ?? EMPTY_USER, flags),
    origin: config.origin,
  }
}

/** For lists on a screen: an address may hold a password. */
function withoutUserinfo(server: string | undefined): string | undefined {
  return server?.replace(/\/\/[^/@]*@/, '//')
}

const EMPTY_USER: UserEntry = {
  'client-certificate': undefined,
  'client-certificate-data': undefined,
  'client-key': undefined,
  'client-key-data': undefined,
  token: undefined,
  tokenFile: undefined,
  username: undefined,
  password: undefined,
  as: undefined,
  'as-uid': undefined,
}

function impersonating(user: UserEntry, flags: ClusterFlags): UserEntry {
  const as = flags.as ?? user.as
  const groups = flags.asGroups !== undefined && flags.asGroups.length > 0 ? flags.asGroups : user['as-groups']
  if (as === undefined && groups && groups.length > 0)
    throw new HardenError('usage', 'Groups can be taken on only together with a user.', 'Give --as USER with --as-group.')
  // --as replaces the whole identity: a uid or extra fields of the kubeconfig belong to the other user.
  const rest = flags.as === undefined ? {} : { 'as-uid': undefined, 'as-user-extra': undefined }
  return { ...user, ...rest, as, 'as-groups': groups ? [...groups] : undefined }
}

function unknownContext(name: string, config: MergedConfig): HardenError {
  const names = [...config.contexts.keys()]
  const close = nearest(name, names)
  const hint = `${close === undefined ? '' : `Did you mean "${close}"? `}Known: ${names.join(', ')}`
  return new HardenError('kubeconfig', `There is no context "${name}" in ${config.origin}.`, hint)
}

function broken(config: MergedConfig, what: string): HardenError {
  return new HardenError(
    'kubeconfig',
    `${config.origin}: ${what}.`,
    'Repair the kubeconfig, or choose another context with --context. See: kubectl config view',
  )
}

/** kubectl's order: --kubeconfig alone; else the KUBECONFIG list; else ~/.kube/config; else the pod's service account. */
async function loadConfig(flags: Pick<ClusterFlags, 'kubeconfig'>, env: Env): Promise<MergedConfig> {
  if (flags.kubeconfig !== undefined && flags.kubeconfig !== '') return notEmpty(await readMerged([path.resolve(flags.kubeconfig)], true))
  const listed = (env.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '')
  const files = [...new Set(listed.length > 0 ? listed : [path.join(env.HOME ?? homedir(), '.kube', 'config')])]
  const config = await readMerged(
    files.map((file) => path.resolve(file)),
    false,
  )
  if (config.contexts.size > 0) return config
  const inside = await inCluster(env)
  if (inside !== undefined) return inside
  if (config.clusters.size > 0 || files.some((file) => existsSync(file))) return notEmpty(config)
  const where =
    listed.length > 0 ? `KUBECONFIG names ${files.join(', ')}, and none of them exists` : `There is no kubeconfig at ${files.join(', ')}`
  throw new HardenError(
    'kubeconfig',
    `${where}.`,
    'Name one with --kubeconfig FILE or KUBECONFIG, or look around without any cluster: kubeharden --practice',
  )
}

function notEmpty(config: MergedConfig): MergedConfig {
  if (config.contexts.size > 0) return config
  throw new HardenError(
    'kubeconfig',
    `${config.origin} holds no context.`,
    'Add one (kubectl config set-context), name another file with --kubeconfig, or use --practice to work without a cluster.',
  )
}

/** The service account that a pod is given. */
async function inCluster(env: Env): Promise<MergedConfig | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  if (!host || !port || !existsSync(path.join(SERVICE_ACCOUNT, 'token'))) return undefined
  const namespace = await readFile(path.join(SERVICE_ACCOUNT, 'namespace'), 'utf8').catch(() => '')
  const cluster: ClusterEntry = {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    'certificate-authority': path.join(SERVICE_ACCOUNT, 'ca.crt'),
    'certificate-authority-data': undefined,
    'insecure-skip-tls-verify': false,
    'tls-server-name': undefined,
    'proxy-url': undefined,
  }
  const name = 'in-cluster'
  return {
    origin: SERVICE_ACCOUNT,
    currentContext: name,
    clusters: new Map([[name, cluster]]),
    users: new Map([[name, { ...EMPTY_USER, tokenFile: path.join(SERVICE_ACCOUNT, 'token') }]]),
    contexts: new Map([[name, { cluster: name, user: name, namespace: namespace.trim() === '' ? undefined : namespace.trim() }]]),
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A kubectl duration in milliseconds; undefined for none or `0` (no limit of the operator's). Throws `usage`. */
export function parseTimeout(value: string | undefined): number | undefined {
  if (value === undefined || value === '' || value === '0') return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map((p) => p[0]).join('') !== value)
    throw new HardenError('usage', `--request-timeout: "${value}" is not a duration.`, 'Write it as 30s, 1m30s or a number of seconds.')
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0) || undefined
}

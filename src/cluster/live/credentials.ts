import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { HardenError } from '#model/errors.ts'
import type { Item } from '#model/kinds.ts'
import { parseJson } from './api-error.ts'
import { type ExecCredential, runExecPlugin } from './exec.ts'
import type { Access, Env } from './kubeconfig.ts'

/** What a request is sent with. A value: a new one after each renewal. Never printed, never in an error. */
export interface Credential {
  readonly cert?: string
  readonly key?: string
  /** Value of the Authorization header. */
  readonly authorization?: string
  /** When it ends by its own word, in milliseconds since 1970. */
  readonly expires?: number
}

export type CredentialKind = Item<'identity'>['credential']

export interface Credentials {
  readonly kind: CredentialKind
  /** The valid credential; callers at the same time share one renewal. */
  current(): Promise<Credential>
  /** After a 401: a new credential, or undefined where asking again cannot help. `refused` is what was sent. */
  renew(refused: Credential): Promise<Credential | undefined>
}

/** client-go rereads token files after a minute. */
const TOKEN_FILE_MS = 60_000

/** The credentials of a user entry. Reads and checks files and certificates now; throws `credentials` or `kubeconfig`. */
export async function credentialsOf(access: Access, env: Env): Promise<Credentials> {
  const { user } = access
  const pair = await clientCertificate(access)
  const { exec, tokenFile, token, username, password } = user
  const provider = user['auth-provider']
  if (tokenFile !== undefined)
    return renewable('token-file', async () => ({
      ...pair,
      authorization: await fileToken(tokenFile),
      expires: Date.now() + TOKEN_FILE_MS,
    }))
  if (token !== undefined) return fixed('token', { ...pair, authorization: `Bearer ${token}` })
  if (username !== undefined)
    return fixed('basic', { ...pair, authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` })
  if (exec) return renewable('exec', async () => ({ ...pair, ...fromPlugin(await runExecPlugin(exec, access.cluster, env)) }))
  if (provider) return fixed('auth-provider', { ...pair, authorization: providerToken(provider.name, provider.config ?? {}) })
  return fixed(pair.cert === undefined ? 'none' : 'client-certificate', pair)
}

function fixed(kind: CredentialKind, credential: Credential): Credentials {
  return { kind, current: async () => credential, renew: async () => undefined }
}

/** Asks `make` once, shares the running promise, asks again when the credential ends or was refused. */
function renewable(kind: CredentialKind, make: () => Promise<Credential>): Credentials {
  let held: Promise<Credential> | undefined
  const ask = () => {
    const promise = make()
    held = promise
    promise.catch(() => {
      if (held === promise) held = undefined // a failure is not remembered
    })
    return promise
  }
  return {
    kind,
    current: async () => {
      if (held === undefined) return ask()
      const seen = held
      const credential = await seen
      if (credential.expires === undefined || credential.expires > Date.now()) return credential
      return held === seen || held === undefined ? ask() : held
    },
    renew: async (refused) => {
      const seen = held
      const credential = await seen?.catch(() => undefined)
      if (credential !== undefined && credential !== refused) return credential // somebody else has renewed it already
      return held === seen || held === undefined ? ask() : held
    },
  }
}

function fromPlugin(status: ExecCredential): Credential {
  const expires = status.expirationTimestamp === undefined ? Number.NaN : Date.parse(status.expirationTimestamp)
  return {
    ...(status.clientCertificateData === undefined ? {} : { cert: status.clientCertificateData, key: status.clientKeyData }),
    ...(status.token === undefined ? {} : { authorization: `Bearer ${status.token}` }),
    ...(Number.isNaN(expires) ? {} : { expires }),
  }
}

async function fileToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8').catch((error: unknown) => Promise.reject(unreadable(file, error)))).trim()
  if (token === '')
    throw new HardenError('credentials', `The token file ${file} is empty.`, 'Write a valid token into it, or log in again.')
  return `Bearer ${token}`
}

/** Only OIDC's stored token: client-go dropped the cloud providers in 1.26, and the library's OIDC refresh throws. */
function providerToken(name: string, config: Readonly<Record<string, string>>): string {
  const token = config['id-token'] ?? config['access-token']
  if (name !== 'oidc' || token === undefined)
    throw new HardenError(
      'credentials',
      `The auth-provider "${name}" of the kubeconfig is not supported (kubectl has dropped it too).`,
      'Use the exec plugin of your cloud or identity provider, for example gke-gcloud-auth-plugin, kubelogin or aws eks get-token.',
    )
  const claims = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const exp =
    typeof claims === 'object' && claims !== null && 'exp' in claims && typeof claims.exp === 'number' ? claims.exp * 1000 : undefined
  if (exp !== undefined && exp < Date.now())
    throw new HardenError(
      'credentials',
      `The OIDC token in the kubeconfig expired on ${new Date(exp).toISOString()}.`,
      'Run any kubectl command to renew it, or use kubelogin as exec plugin, then try again.',
    )
  return `Bearer ${token}`
}

async function clientCertificate({ user, context }: Access): Promise<Credential> {
  const cert = await pem('client certificate', user['client-certificate-data'], user['client-certificate'])
  const key = await pem('client key', user['client-key-data'], user['client-key'])
  if (cert === undefined) return {}
  if (key === undefined)
    throw new HardenError(
      'kubeconfig',
      `The user of the context "${context}" has a client certificate but no key.`,
      'Add client-key or client-key-data to the user.',
    )
  checkDates(cert)
  return { cert, key }
}

/** PEM from inline base64, which wins as in client-go, or from a file. */
export async function pem(what: string, data: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8')
  if (file === undefined) return undefined
  return await readFile(file, 'utf8').catch((error: unknown) => Promise.reject(unreadable(`${file} (${what})`, error)))
}

function unreadable(file: string, error: unknown): HardenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'error'
  const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
  return new HardenError(
    'credentials',
    `The file ${file} ${what}.`,
    'The kubeconfig names it: check the path and its permissions, or log in again.',
  )
}

/** The subject's organizations and the dates of a certificate; undefined where it cannot be read. */
export function certificateInfo(cert: string): { organizations: string[]; notBefore: string; notAfter: string } | undefined {
  try {
    const parsed = new X509Certificate(cert)
    const organizations = parsed.subject
      .split('\n')
      .filter((part) => part.startsWith('O='))
      .map((part) => part.slice(2))
    return { organizations, notBefore: new Date(parsed.validFrom).toISOString(), notAfter: new Date(parsed.validTo).toISOString() }
  } catch {
    return undefined
  }
}

/** Before the first request: the server would only say 401, without the reason. */
function checkDates(cert: string): void {
  const info = certificateInfo(cert)
  if (info === undefined)
    throw new HardenError(
      'credentials',
      'The client certificate in the kubeconfig cannot be read.',
      'It must be PEM (in client-certificate-data: base64 of PEM). Get a new one, or log in again.',
    )
  if (Date.parse(info.notAfter) < Date.now())
    throw new HardenError(
      'credentials',
      `The client certificate in the kubeconfig expired on ${info.notAfter}.`,
      'Get a new one: on a kubeadm cluster with kubeadm certs renew admin.conf (on the control plane, then copy it), elsewhere by logging in again.',
    )
  if (Date.parse(info.notBefore) > Date.now() + 60_000)
    throw new HardenError(
      'credentials',
      `The client certificate in the kubeconfig is valid only from ${info.notBefore}.`,
      'Check the clock of this machine.',
    )
}

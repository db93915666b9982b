import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { run } from './run.ts'

export interface CertificateRequest {
  commonName: string
  organizations?: readonly string[]
  /** What the certificate is for: a server with these names, or a client. */
  serverNames?: readonly string[]
  /** Days from now; negative for a certificate that has expired. */
  days?: number
}

export interface KeyPair {
  cert: string
  key: string
}

/** A certificate authority for one cluster. Keys come from Node, certificates from openssl. */
export class Authority {
  readonly dir: string
  readonly caPem: string
  #count = 0

  private constructor(dir: string, caPem: string) {
    this.dir = dir
    this.caPem = caPem
  }

  get caFile(): string {
    return path.join(this.dir, 'ca.crt')
  }

  static async create(dir: string): Promise<Authority> {
    const cert = path.join(dir, 'ca.crt')
    await writeKeys(path.join(dir, 'ca.key'))
    const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,digitalSignature']
    const subject = ['-subj', '/CN=test-cluster-ca', '-days', '3650']
    const extensionArgs = extensions.flatMap((extension) => ['-addext', extension])
    await openssl(['req', '-x509', '-new', '-key', path.join(dir, 'ca.key'), ...subject, ...extensionArgs, '-out', cert])
    return new Authority(dir, await readFile(cert, 'utf8'))
  }

  /** A new key and a certificate for it. Returns PEM; the files stay beside the CA. */
  async issue(request: CertificateRequest): Promise<KeyPair & { certFile: string; keyFile: string }> {
    this.#count += 1
    const base = path.join(this.dir, `cert-${this.#count}`)
    const [certFile, keyFile] = [`${base}.crt`, `${base}.key`]
    const key = await writeKeys(keyFile)
    await writeFile(`${base}.ext`, extensionsOf(request))
    await openssl(['req', '-new', '-utf8', '-key', keyFile, '-subj', subjectOf(request), '-out', `${base}.csr`])
    const signer = ['-CA', this.caFile, '-CAkey', path.join(this.dir, 'ca.key'), '-days', String(request.days ?? 365)]
    const serial = ['-set_serial', String(this.#count + 1)]
    await openssl(['x509', '-req', '-in', `${base}.csr`, ...signer, ...serial, '-extfile', `${base}.ext`, '-out', certFile])
    return { cert: await readFile(certFile, 'utf8'), key, certFile, keyFile }
  }
}

/** Writes an EC P-256 key to `file` and its public half to `file`.pub; returns the private key as PEM. */
export async function writeKeys(file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  await writeFile(file, privateKey, { mode: 0o600 })
  await writeFile(`${file}.pub`, publicKey)
  return privateKey
}

function subjectOf({ organizations = [], commonName }: CertificateRequest): string {
  const quote = (value: string) => value.replace(/[\\/+]/g, '\\$&')
  return [...organizations.map((name) => `/O=${quote(name)}`), `/CN=${quote(commonName)}`].join('')
}

function extensionsOf({ serverNames }: CertificateRequest): string {
  const usage = `keyUsage=critical,digitalSignature\nextendedKeyUsage=${serverNames ? 'serverAuth' : 'clientAuth'}\n`
  if (!serverNames) return usage
  const names = serverNames.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`))
  return `${usage}subjectAltName=${names.join(',')}\n`
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await run('openssl', args)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error('The command "openssl" was not found. The test cluster signs its certificates with it: install the package openssl.')
  }
}

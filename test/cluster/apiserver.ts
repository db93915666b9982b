import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureAssets } from './assets/build.mjs'
import { type Daemon, StartError, withPortRetry } from './daemon.ts'
import { type Etcd, startEtcdIn } from './etcd.ts'
import { defaultFlags, mergeFlags, type ServerFiles, writeServerFiles } from './flags.ts'
import { ApiClient, type ApiRequest, type ApiResponse } from './http.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { Authority } from './pki.ts'
import { freePorts } from './ports.ts'
import { type RunResult, run } from './run.ts'
import { createDefaultServiceAccounts, launchServer } from './server.ts'
import { makeWorkspace, type Workspace } from './workspace.ts'

export interface ClusterOptions {
  /** More flags for the API server; they win over defaults of the same name. */
  extraArgs?: readonly string[]
  /** Path of an EncryptionConfiguration: short for `--encryption-provider-config=…` in `extraArgs`. */
  encryptionConfig?: string
  /** Write an audit log at level Metadata (default: true). */
  auditLog?: boolean
  /** Use this etcd and leave it running at the end. */
  etcd?: Etcd
  /** Part of the name of the temporary folder. */
  name?: string
}

export interface UserOptions {
  validDays?: number
  /** A certificate that ended yesterday: the server answers 401. */
  expired?: boolean
}

export interface KubectlOptions {
  stdin?: string
  /** Default: the administrator's. */
  kubeconfig?: string
  /** Return a failure instead of throwing it. */
  allowFail?: boolean
}

export interface AuditEvent {
  auditID: string
  stage: string
  requestURI: string
  verb: string
  user: { username: string; groups?: string[] }
  impersonatedUser?: { username: string; groups?: string[] }
  objectRef?: { resource?: string; namespace?: string; name?: string; apiGroup?: string; subresource?: string }
  responseStatus?: { code: number }
  userAgent?: string
  requestReceivedTimestamp: string
  annotations?: Record<string, string>
  [field: string]: unknown
}

/** Starts a real kube-apiserver, with an etcd of its own unless one is given. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const workspace = await makeWorkspace(options.name ?? 'cluster')
  let etcd: Etcd | undefined
  try {
    const [authority, running] = await Promise.all([
      Authority.create(workspace.dir),
      options.etcd ?? startEtcdIn(workspace.dir, workspace.guard),
    ])
    etcd = running
    const files = await writeServerFiles(workspace.dir, authority)
    const setup = { workspace, authority, files, etcd, ownEtcd: !options.etcd, auditLog: options.auditLog ?? true }
    const encryption = options.encryptionConfig ? [`--encryption-provider-config=${path.resolve(options.encryptionConfig)}`] : []
    return await TestCluster.start(setup, [...encryption, ...(options.extraArgs ?? [])])
  } catch (error) {
    if (!options.etcd) await etcd?.stop()
    await workspace.remove()
    throw error
  }
}

interface Setup {
  workspace: Workspace
  authority: Authority
  files: ServerFiles
  etcd: Etcd
  ownEtcd: boolean
  auditLog: boolean
}

/** A running API server, and everything a test needs to talk to it and look behind it. */
export class TestCluster {
  readonly server: string
  readonly adminKubeconfig: string
  readonly #setup: Setup
  readonly #port: number
  readonly #client: ApiClient
  #daemon: Daemon | undefined
  #kubeconfigs = 0

  private constructor(setup: Setup, port: number, client: ApiClient) {
    this.#setup = setup
    this.#port = port
    this.#client = client
    this.server = `https://127.0.0.1:${port}`
    this.adminKubeconfig = path.join(this.dir, 'admin.kubeconfig')
  }

  static async start(setup: Setup, extraArgs: readonly string[]): Promise<TestCluster> {
    const admin = await setup.authority.issue({ commonName: 'test-admin', organizations: ['system:masters'] })
    const { caPem } = setup.authority
    const cluster = await withPortRetry(async () => {
      const [port = 0] = await freePorts(1)
      const access = { server: `https://127.0.0.1:${port}`, caPem, cert: admin.cert, key: admin.key }
      const started = new TestCluster(setup, port, new ApiClient(access))
      await writeKubeconfig(started.adminKubeconfig, access)
      await started.#launch(extraArgs)
      return started
    })
    try {
      await createDefaultServiceAccounts(cluster.#client)
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  /** Temporary folder with certificates, logs and data; gone after `stop`. */
  get dir(): string {
    return this.#setup.workspace.dir
  }

  get caPem(): string {
    return this.#setup.authority.caPem
  }

  /** The certificate authority, for servers that stand in front of this one. */
  get authority(): Authority {
    return this.#setup.authority
  }

  get etcdEndpoint(): string {
    return this.#setup.etcd.endpoint
  }

  /** The process ids of its API server and of its own etcd. */
  get pids(): number[] {
    const pids = [this.#daemon?.pid, this.#setup.ownEtcd ? this.#setup.etcd.pid : undefined]
    return pids.filter((pid) => pid !== undefined)
  }

  /** Writes a kubeconfig with a new client certificate for a user and returns its path. */
  async kubeconfigFor(user: string, groups: readonly string[] = [], options: UserOptions = {}): Promise<string> {
    const days = options.expired ? -1 : (options.validDays ?? 365)
    const { cert, key } = await this.authority.issue({ commonName: user, organizations: groups, days })
    this.#kubeconfigs += 1
    const file = path.join(this.dir, `user-${this.#kubeconfigs}.kubeconfig`)
    return await writeKubeconfig(file, { server: this.server, caPem: this.caPem, cert, key })
  }

  async kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<RunResult> {
    const { kubeconfig = this.adminKubeconfig, ...rest } = options
    const file = path.join(await ensureAssets(), 'kubectl')
    // Not the caller's settings, and no cache in the caller's home.
    const { KUBECONFIG: _, ...inherited } = process.env
    const env = { ...inherited, HOME: this.dir, KUBECACHEDIR: path.join(this.dir, 'kubectl-cache') }
    return await run(file, [`--kubeconfig=${kubeconfig}`, ...args], { ...rest, env })
  }

  /** One request as administrator. Quicker than kubectl; returns every answer, whatever its status. */
  api(path: string, request: ApiRequest = {}): Promise<ApiResponse> {
    return this.#client.request(path, request)
  }

  /** A namespace and its default service account, which the controller manager would make: pods need it. */
  async createNamespace(name: string, labels: Record<string, string> = {}): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
    const answer = await this.api('/api/v1/namespaces', { method: 'POST', body })
    if (answer.status !== 201) throw new Error(`namespace ${name} was not created: ${answer.text}`)
    await createDefaultServiceAccounts(this.#client, [name])
  }

  /** The bytes in etcd, such as those of `/registry/secrets/<namespace>/<name>`. */
  etcdGet(key: string): Promise<Buffer> {
    return this.#setup.etcd.get(key)
  }

  etcdKeys(prefix: string): Promise<string[]> {
    return this.#setup.etcd.keys(prefix)
  }

  /** The audit log so far. An event is written just after its answer: look again if it is not there yet. */
  async auditEvents(): Promise<AuditEvent[]> {
    const text = await readFile(this.#setup.files.auditLog, 'utf8').catch(() => '')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1) // the last line may be half written
    return whole.split('\n').flatMap((line) => (line ? [JSON.parse(line) as AuditEvent] : []))
  }

  /** Same etcd, certificates and port; the given flags replace all the extra ones it was started with. */
  async restartApiserver(extraArgs: readonly string[] = []): Promise<void> {
    await this.#daemon?.stop()
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#launch(extraArgs)
      } catch (error) {
        // The port is ours in the kubeconfigs, so wait until whoever borrowed it meanwhile has gone.
        if (attempt === 10 || !(error instanceof StartError && error.portTaken)) throw error
        await sleep(500)
      }
    }
  }

  async stop(): Promise<void> {
    this.#client.close()
    await this.#daemon?.stop()
    if (this.#setup.ownEtcd) await this.#setup.etcd.stop()
    await this.#setup.workspace.remove()
  }

  async #launch(extraArgs: readonly string[]): Promise<void> {
    const { workspace, files, etcd, auditLog } = this.#setup
    const flags = mergeFlags(defaultFlags(files, etcd.endpoint, this.#port, auditLog), extraArgs)
    this.#daemon = await launchServer(workspace.dir, workspace.guard, this.#client, flags)
  }
}

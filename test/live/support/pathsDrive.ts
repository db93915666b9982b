import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Step } from '../../../src/session/rbacPaths.ts'
import type { TestCluster } from '../../cluster/apiserver.ts'
import { ApiClient, type ApiResponse } from '../../cluster/http.ts'
import { claim, EVERYTHING, podSpec, volume, webhook, workload } from './pathsBodies.ts'

type Subject = Step['by']
type Right = Step['rights'][number]
const RBAC = 'rbac.authorization.k8s.io'
const MERGE = { 'content-type': 'application/merge-patch+json' }
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' }

/** Takes the steps of a chain on a real API server, each with a real credential of who takes it, and takes everything back. */
export class Driver {
  readonly #cluster: TestCluster
  readonly #clients = new Map<string, ApiClient>()
  readonly #undo: (() => Promise<unknown>)[] = []
  #count = 0

  constructor(cluster: TestCluster) {
    this.#cluster = cluster
  }

  /** Ends by asking the server whether the one who was reached may do everything; throws with what was refused. */
  async drive(start: Subject, steps: readonly Step[]): Promise<void> {
    try {
      let client = await this.credential(start)
      let headers: Record<string, string> = {}
      for (const step of steps) {
        const next = await this.#step(step, client)
        client = next.client
        headers = next.headers ?? {}
      }
      const end = steps.at(-1)?.to.kind
      if (end === 'control-plane-node' || end === 'admission') return
      await until(async () => {
        const spec = { resourceAttributes: { verb: '*', group: '*', resource: '*' } }
        const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec }
        const answer = await client.request('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { method: 'POST', body, headers })
        return answer.status === 201 && answer.json<{ status: { allowed: boolean } }>().status.allowed
          ? undefined
          : `not everything: ${answer.text}`
      })
    } finally {
      for (const undo of this.#undo.splice(0).reverse()) await undo()
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
  }

  /** A certificate of the cluster's authority, or a token that the server makes. */
  async credential(subject: Subject): Promise<ApiClient> {
    if (subject.kind === 'ServiceAccount') {
      const url = `/api/v1/namespaces/${subject.namespace}/serviceaccounts/${subject.name}/token`
      const answer = await this.#cluster.api(url, {
        method: 'POST',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      })
      return this.#withToken(accepted(answer, `token of ${subject.name}`))
    }
    const key = `${subject.kind} ${subject.name}`
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const group = subject.kind === 'Group'
    const { cert, key: secret } = await this.#cluster.authority.issue({
      commonName: group ? 'somebody' : subject.name,
      organizations: group ? [subject.name] : [],
    })
    const client = new ApiClient({ server: this.#cluster.server, caPem: this.#cluster.caPem, cert, key: secret })
    this.#clients.set(key, client)
    return client
  }

  #withToken(answer: ApiResponse): ApiClient {
    const { token } = answer.json<{ status: { token: string } }>().status
    const client = new ApiClient({ server: this.#cluster.server, caPem: this.#cluster.caPem, token })
    this.#clients.set(token, client)
    return client
  }

  async #step(step: Step, client: ApiClient): Promise<{ client: ApiClient; headers?: Record<string, string> }> {
    const [first, second, third] = step.rights
    if (first === undefined) throw new Error(`${step.kind} takes no right`)
    switch (step.kind) {
      case 'run-pod':
        await this.#run(client, step, first)
        break
      case 'change-workload':
        await this.#change(client, first, { spec: { template: { spec: podSpec(step.to, step.through) } } })
        await this.#admits(step, first)
        break
      case 'enter-pod':
        await this.#enter(client, first)
        break
      case 'swap-image':
        await this.#change(client, first, { spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.9' }] } }, STRATEGIC)
        break
      case 'mint-token':
        return { client: this.#withToken(await this.#mint(client, first)) }
      case 'read-token':
        await this.#read(client, first)
        break
      case 'make-token-secret':
        await this.#make(client, first, {
          metadata: {
            name: this.#name(),
            annotations: { 'kubernetes.io/service-account.name': step.to.kind === 'subject' ? step.to.subject.name : '' },
          },
          type: 'kubernetes.io/service-account-token',
        })
        await this.#read(client, second)
        break
      case 'make-account': {
        const name = step.to.kind === 'subject' ? step.to.subject.name : ''
        await this.#make(client, first, { metadata: { name } })
        if (second?.resource === 'serviceaccounts/token') return { client: this.#withToken(await this.#mint(client, second)) }
        await this.#run(client, step, second)
        break
      }
      case 'impersonate':
        return await this.#impersonate(client, step)
      case 'bind-role':
        await this.#make(client, first, {
          metadata: { name: this.#name() },
          roleRef: { apiGroup: RBAC, kind: second?.resource === 'roles' ? 'Role' : 'ClusterRole', name: second?.name },
          subjects: [subjectOf(step.by)],
        })
        break
      case 'change-binding': {
        const now = accepted(await this.#cluster.api(urlOf(first)), 'binding').json<{ subjects?: object[] }>()
        await this.#change(client, first, { subjects: [...(now.subjects ?? []), subjectOf(step.by)] })
        break
      }
      case 'escalate-role':
        await this.#change(client, first, { rules: EVERYTHING })
        break
      case 'node-proxy': {
        const answer = await client.request(`${urlOf({ ...first, resource: 'nodes' })}/proxy/pods`, {
          method: first.verb === 'get' ? 'GET' : 'POST',
        })
        if (answer.status === 403 || answer.status === 401) throw new Error(answer.text)
        break
      }
      case 'host-volume':
        await this.#hostVolume(client, first, second, third)
        break
      case 'loosen-namespace':
        await this.#change(client, { ...first, namespace: undefined } as unknown as Right, {
          metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
        })
        await this.#run(client, step, second)
        break
      case 'approve-certificate':
        await this.#approve(client, step)
        break
      case 'change-admission':
        await this.#make(client, first, webhook(this.#name()))
        break
    }
    return { client: step.to.kind === 'subject' ? await this.credential(step.to.subject) : client }
  }

  #name(): string {
    this.#count += 1
    return `step-${this.#count}`
  }

  async #run(client: ApiClient, step: Step, right: Right | undefined): Promise<void> {
    if (right === undefined) throw new Error('no right to make pods')
    await this.#make(client, right, workload(right.resource, this.#name(), podSpec(step.to, step.through)))
    await this.#admits(step, right)
  }

  /** A controller would make the pod of a template: would it be let in? */
  async #admits(step: Step, { namespace }: Right): Promise<void> {
    const body = workload('pods', this.#name(), podSpec(step.to, step.through))
    accepted(await this.#cluster.api(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, { method: 'POST', body }), 'pod')
  }

  async #make(client: ApiClient, right: Right, body: object): Promise<void> {
    const { name: _, ...nameless } = right
    const answer = await allowed(() => client.request(urlOf(nameless), { method: 'POST', body }))
    const { name } = accepted(answer, `create ${right.resource}`).json<{ metadata: { name: string } }>().metadata
    const suffix = right.resource === 'pods' ? '?gracePeriodSeconds=0' : ''
    this.#undo.push(() => this.#cluster.api(`${urlOf({ ...right, name })}${suffix}`, { method: 'DELETE' }))
  }

  /** By patch or by update, as the right is; put back as it was. */
  async #change(client: ApiClient, right: Right, patch: Record<string, unknown>, headers: Record<string, string> = MERGE): Promise<void> {
    const url = urlOf(right)
    const before = accepted(await this.#cluster.api(url), url).json<Record<string, unknown>>()
    const whole = async () => merged(accepted(await this.#cluster.api(url), url).json<Record<string, unknown>>(), patch)
    const answer = await allowed(async () =>
      right.verb === 'patch'
        ? client.request(url, { method: 'PATCH', body: patch, headers })
        : client.request(url, { method: 'PUT', body: await whole() }),
    )
    accepted(answer, `${right.verb} ${url}`)
    this.#undo.push(async () => {
      const { metadata, ...rest } = before as { metadata: Record<string, unknown> }
      const { resourceVersion: _, ...old } = metadata
      return accepted(await this.#cluster.api(url, { method: 'PUT', body: { ...rest, metadata: old } }), `${url} put back`)
    })
  }

  /** exec needs a kubelet: the server is asked; an ephemeral container is really written. */
  async #enter(client: ApiClient, right: Right): Promise<void> {
    const [resource, subresource] = right.resource.split('/')
    const { verb, group, namespace, name } = right
    if (subresource === 'exec') {
      const spec = { resourceAttributes: { verb, group, resource, subresource, namespace, name } }
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec }
      const answer = await client.request('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { method: 'POST', body })
      if (!accepted(answer, 'review').json<{ status: { allowed: boolean } }>().status.allowed) throw new Error(answer.text)
      return
    }
    const container = { name: this.#name(), image: 'registry.k8s.io/pause:3.10', targetContainerName: 'c' }
    const url = `/api/v1/namespaces/${namespace}/pods/${name}`
    const now = accepted(await this.#cluster.api(url), url).json<{ spec: { ephemeralContainers?: object[] } }>()
    const spec = { ...now.spec, ephemeralContainers: [...(now.spec.ephemeralContainers ?? []), container] }
    const body = verb === 'patch' ? { spec: { ephemeralContainers: [container] } } : { ...now, spec }
    const method = verb === 'patch' ? 'PATCH' : 'PUT'
    accepted(
      await client.request(`${url}/ephemeralcontainers`, { method, body, ...(verb === 'patch' ? { headers: STRATEGIC } : {}) }),
      right.resource,
    )
  }

  async #mint(client: ApiClient, right: Right): Promise<ApiResponse> {
    const url = `/api/v1/namespaces/${right.namespace}/serviceaccounts/${right.name}/token`
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
    return accepted(await allowed(() => client.request(url, { method: 'POST', body })), url)
  }

  async #read(client: ApiClient, right: Right | undefined): Promise<void> {
    if (right === undefined) throw new Error('no right to read')
    const list = urlOf({ ...right, name: undefined } as unknown as Right)
    const only = right.name === undefined ? '' : `&fieldSelector=metadata.name=${right.name}`
    const url =
      right.verb === 'get' ? urlOf(right) : right.verb === 'list' ? `${list}?limit=5${only}` : `${list}?watch=1&timeoutSeconds=1${only}`
    accepted(await allowed(() => client.request(url)), url)
  }

  async #impersonate(client: ApiClient, { to, rights }: Step): Promise<{ client: ApiClient; headers?: Record<string, string> }> {
    const beside = rights[1]
    const other = beside?.resource === 'serviceaccounts' ? `system:serviceaccount:${beside.namespace}:${beside.name}` : (beside?.name ?? '')
    const group =
      to.kind === 'everything' ? 'system:masters' : to.kind === 'subject' && to.subject.kind === 'Group' ? to.subject.name : undefined
    const who =
      to.kind !== 'subject'
        ? other
        : to.subject.kind === 'ServiceAccount'
          ? `system:serviceaccount:${to.subject.namespace}:${to.subject.name}`
          : to.subject.name
    const headers: Record<string, string> =
      group === undefined ? { 'impersonate-user': who } : { 'impersonate-user': other, 'impersonate-group': group }
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const answer = await allowed(() =>
      client.request('/apis/authentication.k8s.io/v1/selfsubjectreviews', { method: 'POST', body, headers }),
    )
    const { username, groups = [] } = accepted(answer, 'impersonation').json<{
      status: { userInfo: { username: string; groups?: string[] } }
    }>().status.userInfo
    if (group === undefined ? username !== who : !groups.includes(group)) throw new Error(`became ${username} ${groups}`)
    return to.kind === 'subject' ? { client: await this.credential(to.subject) } : { client, headers }
  }

  async #hostVolume(client: ApiClient, pv: Right, pvc: Right | undefined, run: Right | undefined): Promise<void> {
    if (pvc === undefined || run === undefined) throw new Error('rights are missing')
    const name = this.#name()
    await this.#make(client, pv, volume(name))
    await this.#make(client, pvc, claim(name))
    const container = { name: 'c', image: 'registry.k8s.io/pause:3.10', volumeMounts: [{ name: 'host', mountPath: '/host' }] }
    const spec = { nodeName: 'cp', containers: [container], volumes: [{ name: 'host', persistentVolumeClaim: { claimName: name } }] }
    await this.#make(client, run, workload(run.resource, name, spec))
    accepted(
      await this.#cluster.api(`/api/v1/namespaces/${run.namespace}/pods?dryRun=All`, {
        method: 'POST',
        body: workload('pods', this.#name(), spec),
      }),
      'pod',
    )
  }

  async #approve(client: ApiClient, { to, rights }: Step): Promise<void> {
    const [create, approve] = rights
    if (create === undefined || approve === undefined || to.kind !== 'subject') throw new Error('rights are missing')
    const { subject } = to
    const user = subject.kind === 'ServiceAccount' ? `system:serviceaccount:${subject.namespace}:${subject.name}` : subject.name
    const name = this.#name()
    const request = await certificateRequest(this.#cluster.dir, subject.kind === 'Group' ? `/O=${subject.name}/CN=somebody` : `/CN=${user}`)
    const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] }
    await this.#make(client, create, { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec })
    const url = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`
    const conditions = [{ type: 'Approved', status: 'True', reason: 'Step', message: 'step' }]
    const now = accepted(await this.#cluster.api(url), url).json()
    const patch = approve.verb === 'patch'
    const body = patch ? { status: { conditions } } : { ...now, status: { conditions } }
    accepted(
      await allowed(() =>
        client.request(`${url}/approval`, { method: patch ? 'PATCH' : 'PUT', body, ...(patch ? { headers: MERGE } : {}) }),
      ),
      'approval',
    )
  }
}

/** A new key and a request for a certificate of it. */
export async function certificateRequest(dir: string, subject: string): Promise<string> {
  const [key, out] = [path.join(dir, 'request.key'), path.join(dir, 'request.csr')]
  await promisify(execFile)('openssl', [
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-utf8',
    '-keyout',
    key,
    '-subj',
    subject,
    '-out',
    out,
  ])
  return (await readFile(out)).toString('base64')
}

/** `/apis/GROUP/v1/namespaces/NS/RESOURCE/NAME`. */
function urlOf({ group, resource, namespace, name }: Omit<Right, 'verb'>): string {
  const at = namespace === undefined ? '' : `/namespaces/${namespace}`
  const [plain = ''] = resource.split('/')
  return `${group === '' ? '/api/v1' : `/apis/${group}/v1`}${at}/${plain}${name === undefined ? '' : `/${name}`}`
}

function subjectOf(subject: Subject): object {
  return subject.kind === 'ServiceAccount' ? subject : { ...subject, apiGroup: RBAC }
}

function merged(whole: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const result = { ...whole }
  for (const [key, value] of Object.entries(patch)) {
    const old = result[key]
    const deep = isObject(value) && isObject(old)
    result[key] = deep ? merged(old, value) : value
  }
  return result
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function accepted(answer: ApiResponse, what: string): ApiResponse {
  if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.text}`)
  return answer
}

/** The authorizer and admission follow by watches: a right that was just won is asked for a few times. */
async function allowed(send: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (let tries = 0; ; tries += 1) {
    const answer = await send()
    if ((answer.status !== 403 && answer.status !== 409) || tries >= 40) return answer
    await sleep(100)
  }
}

async function until(wrong: () => Promise<string | undefined>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const why = await wrong()
    if (why === undefined) return
    if (tries >= 100) throw new Error(why)
    await sleep(100)
  }
}

import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureAssets } from './assets/build.mjs'
import { Daemon } from './daemon.ts'
import type { Guard } from './guard.ts'
import type { ApiClient } from './http.ts'

const START_TIMEOUT_MS = 90_000
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Starts one kube-apiserver process and waits until it is ready. */
export async function launchServer(dir: string, guard: Guard, client: ApiClient, flags: readonly string[]): Promise<Daemon> {
  const file = path.join(await ensureAssets(), 'kube-apiserver')
  const log = path.join(dir, 'kube-apiserver.log')
  const daemon = new Daemon(file, flags, { name: 'kube-apiserver', log, cwd: dir, guard })
  const deadline = Date.now() + START_TIMEOUT_MS
  while (daemon.end === undefined && Date.now() < deadline) {
    if (await isReady(client)) return daemon
    await sleep(50)
  }
  await daemon.stop()
  throw await daemon.failure(`was not ready after ${START_TIMEOUT_MS / 1000} s`)
}

/** /readyz includes the RBAC bootstrap, but not the namespaces and the service that controllers write just after. */
async function isReady(client: ApiClient): Promise<boolean> {
  const paths = [
    '/readyz',
    ...SYSTEM_NAMESPACES.map((name) => `/api/v1/namespaces/${name}`),
    '/api/v1/namespaces/default/services/kubernetes',
  ]
  for (const one of paths) {
    const answer = await client.request(one, { timeoutMs: 5_000 }).catch(() => undefined)
    if (answer?.status !== 200) return false
  }
  return true
}

/** What the controller manager would do, which does not run here: without it no pod is admitted. */
export async function createDefaultServiceAccounts(client: ApiClient, namespaces = SYSTEM_NAMESPACES): Promise<void> {
  const create = async (namespace: string) => {
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
    const answer = await client.request(`/api/v1/namespaces/${namespace}/serviceaccounts`, { method: 'POST', body })
    // 409: another API server on the same etcd was first
    if (answer.status !== 201 && answer.status !== 409) throw new Error(`service account of ${namespace}: ${answer.text}`)
  }
  await Promise.all(namespaces.map(create))
}

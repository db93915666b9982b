import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startCluster, type TestCluster } from './apiserver.ts'
import { startEtcd } from './etcd.ts'

const secret = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData: { password: value },
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a test cluster', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(async () => {
    await cluster?.stop()
  })

  it('is a real Kubernetes of the pinned version', async () => {
    const versions = JSON.parse(await readFile(new URL('./assets/versions.json', import.meta.url), 'utf8'))
    const { gitVersion, major } = (await cluster.api('/version')).json()
    expect({ gitVersion, major }).toEqual({ gitVersion: `v${versions.kubernetes}`, major: '1' })
    const goMod = await readFile(new URL('./assets/go.mod', import.meta.url), 'utf8')
    expect(goMod).toContain(`k8s.io/kubernetes v${versions.kubernetes}\n`)
    expect(goMod).toContain(`go.etcd.io/etcd/server/v3 v${versions.etcd}\n`)
  })

  it('has the default namespaces and the bootstrapped RBAC, and its kubeconfig names its context', async () => {
    const { stdout } = await cluster.kubectl(['get', 'namespaces,clusterroles', '-o', 'name'])
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['namespace/kube-node-lease', 'namespace/kube-system', 'clusterrole.rbac.authorization.k8s.io/cluster-admin']),
    )
    expect((await cluster.kubectl(['config', 'current-context'])).stdout.trim()).toBe('real')
  })

  it('shows the raw value of a Secret in etcd', async () => {
    await cluster.kubectl(['create', 'namespace', 'raw'])
    await cluster.kubectl(['-n', 'raw', 'apply', '-f', '-'], { stdin: JSON.stringify(secret('one', 'in-the-clear')) })
    const raw = await cluster.etcdGet('/registry/secrets/raw/one')
    expect(raw.subarray(0, 4).toString()).toBe('k8s\0')
    expect(raw.includes('in-the-clear')).toBe(true)
    expect(await cluster.etcdKeys('/registry/secrets/raw/')).toEqual(['/registry/secrets/raw/one'])
    await expect(cluster.etcdGet('/registry/secrets/raw/two')).rejects.toThrow('no key')
  })

  it('writes an audit log', async () => {
    await cluster.createNamespace('audited')
    await vi.waitFor(async () => {
      const events = await cluster.auditEvents()
      const found = events.find(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'audited')
      expect(found).toMatchObject({ user: { username: 'test-admin' }, responseStatus: { code: 201 } })
    })
  })

  it('enforces Pod Security', async () => {
    await cluster.createNamespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' })
    const pod = (name: string, securityContext: object) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'c', image: 'example.test/c', securityContext }] },
    })
    const create = (body: object) => cluster.api('/api/v1/namespaces/strict/pods?dryRun=All', { method: 'POST', body })
    const refused = await create(pod('bad', { privileged: true }))
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('violates PodSecurity')
    const good = {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    }
    expect((await create(pod('good', good))).status).toBe(201)
  })

  it('knows users and groups by their certificates', async () => {
    const viewer = await cluster.kubeconfigFor('a/b+c', ['team/one', 'team=two'])
    const { stdout } = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig: viewer })
    expect(JSON.parse(stdout).status.userInfo).toMatchObject({
      username: 'a/b+c',
      groups: ['team/one', 'team=two', 'system:authenticated'],
    })
    const list = await cluster.kubectl(['get', 'secrets', '-A'], { kubeconfig: viewer, allowFail: true })
    expect(list).toMatchObject({ code: 1, stderr: expect.stringContaining('Forbidden') })
    const late = await cluster.kubeconfigFor('late', [], { expired: true })
    const refused = await cluster.kubectl(['auth', 'whoami'], { kubeconfig: late, allowFail: true })
    expect(refused.stderr).toMatch(/Unauthorized|must be logged in|expired/)
  })

  it('restarts with other flags over the same data', async () => {
    const file = path.join(cluster.dir, 'encryption.yaml')
    const keys = { keys: [{ name: 'key1', secret: randomBytes(32).toString('base64') }] }
    const config = {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [{ resources: ['secrets'], providers: [{ secretbox: keys }, { identity: {} }] }],
    }
    await writeFile(`${file}.new`, JSON.stringify(config))
    await rename(`${file}.new`, file)
    await cluster.createNamespace('restarted')
    await cluster.restartApiserver([`--encryption-provider-config=${file}`])
    const answer = await cluster.api('/api/v1/namespaces/restarted/secrets', { method: 'POST', body: secret('s', 'x') })
    expect(answer.status).toBe(201)
    const raw = await cluster.etcdGet('/registry/secrets/restarted/s')
    expect(raw.subarray(0, 26).toString()).toBe('k8s:enc:secretbox:v1:key1:')
  })
})

describe('test clusters', () => {
  it('run side by side, on one etcd if they are told to, and leave nothing behind', async () => {
    const etcd = await startEtcd()
    const clusters = await Promise.all([startCluster({ etcd, auditLog: false }), startCluster({ name: 'other' })])
    const [sharing, other] = clusters
    const pids = clusters.flatMap((cluster) => cluster.pids)
    expect(pids).toHaveLength(3)
    expect(pids.every(isRunning)).toBe(true)
    await sharing.createNamespace('only-here')
    expect((await other.api('/api/v1/namespaces/only-here')).status).toBe(404)
    expect(await sharing.auditEvents()).toEqual([])
    await Promise.all(clusters.map((cluster) => cluster.stop()))
    expect(pids.filter(isRunning)).toEqual([])
    expect(clusters.map(({ dir }) => existsSync(dir))).toEqual([false, false])
    expect((await etcd.get('/registry/namespaces/only-here')).includes('only-here')).toBe(true)
    await etcd.stop()
    expect(isRunning(etcd.pid ?? 0)).toBe(false)
  })

  it('are gone even when the test run is killed', async () => {
    const script = `import { startEtcd } from './etcd.ts'
      console.log((await startEtcd()).pid)
      setInterval(() => {}, 1000)`
    const tmp = await mkdtemp(path.join(tmpdir(), 'killed-'))
    const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: tmp },
    })
    const [line] = await once(run.stdout, 'data')
    const pid = Number(String(line))
    expect(isRunning(pid)).toBe(true)
    run.kill('SIGKILL')
    await vi.waitFor(async () => {
      expect(isRunning(pid)).toBe(false)
      expect(await readdir(tmp)).toEqual([])
    }, 5_000)
    await rm(tmp, { recursive: true })
  })

  it('say in the error what the server said when it does not start', async () => {
    const start = startCluster({ extraArgs: ['--authorization-mode=Nonsense'] })
    await expect(start).rejects.toThrow(/kube-apiserver ended \(exit code 1\).*Nonsense/s)
  })
})

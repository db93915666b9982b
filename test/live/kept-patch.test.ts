import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Step } from '../../src/model/change.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { filesOf, fileText, planOf, WIZARDS } from '../wizards/run.ts'
import { stateOf } from '../wizards/state.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ name: 'kept-patch', auditLog: false })
})
afterAll(async () => {
  await cluster?.stop()
})

const BEFORE = `# ours
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
apiServer:
  extraArgs:
    - name: profiling
      value: "true"
`
const STATE = stateOf(`
apiVersion: v1
kind: Node
metadata: { name: cp-1, labels: { node-role.kubernetes.io/control-plane: '' } }
---
apiVersion: probe.kubeharden/v1
kind: SystemConfigProbe
metadata: { name: kubeadm-config, namespace: kube-system }
documents:
  ClusterConfiguration: |
${BEFORE.replace(/^/gm, '    ')}`)

it('the patches of a folder change kubeadm-config there and back, and are refused where somebody else changed it since', async () => {
  const data = (text: string) => ({ data: { ClusterConfiguration: text, other: 'theirs' } })
  const url = '/api/v1/namespaces/kube-system/configmaps'
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kubeadm-config' }, ...data(BEFORE) }
  expect((await cluster.api(url, { method: 'POST', body })).status).toBe(201)
  const changes = planOf(WIZARDS.controlPlaneFlags, STATE, { settings: ['api-server-profiling'] })
  for (const file of filesOf(changes).filter((f) => f.path.endsWith('.json')))
    await writeFile(path.join(cluster.dir, file.path), fileText(file))
  const guide = changes.find((c) => c.kind === 'guide')
  const step = (steps: readonly Step[] = []) => steps.flatMap((s) => s.commands ?? []).find((c) => c.startsWith('kubectl'))
  // The line of the step as it stands there, in that folder.
  const run = (line: string | undefined) => {
    const words = (line ?? '').split(' ').slice(1)
    const args = words.map((word) => (word.endsWith('.json') ? path.join(cluster.dir, word) : word))
    return cluster.kubectl(args, { allowFail: true })
  }
  const stored = async () => (JSON.parse((await cluster.api(`${url}/kubeadm-config`)).text) as { data: Record<string, string> }).data
  const [after, before] = [step(guide?.steps), step(guide?.rollback)]

  expect(await run(after)).toMatchObject({ code: 0 })
  expect((await stored()).ClusterConfiguration).toBe(BEFORE.replace('"true"', '"false"'))
  expect(await run(after)).not.toMatchObject({ code: 0 })
  expect(await run(before)).toMatchObject({ code: 0 })
  expect(await stored()).toEqual(data(BEFORE).data)

  await run(after)
  const theirs = { ...(await stored()), ClusterConfiguration: `${(await stored()).ClusterConfiguration}# theirs\n` }
  await cluster.api(`${url}/kubeadm-config`, { method: 'PUT', body: { ...body, data: theirs } })
  for (const line of [before, after]) {
    const { code, stderr } = await run(line)
    expect(code).not.toBe(0)
    expect(stderr).toContain('The request is invalid')
  }
  expect(await stored()).toEqual(theirs)
})

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AdmissionPreview } from '#model/admission.ts'
import { startCluster, type TestCluster } from '../../cluster/apiserver.ts'
import { Daemon } from '../../cluster/daemon.ts'
import { ensureNodeAssets } from '../../cluster/node/assets.mjs'
import { makeWorkspace, type Workspace } from '../../cluster/workspace.ts'
import { cliBench } from '../../front/cli/bench.ts'
import { buildScene, policiesIn, policy, rule } from '../support/admissionScene.ts'

const bench = cliBench()
let cluster: TestCluster
let workspace: Workspace
let controllers: Daemon

beforeAll(async () => {
  cluster = await startCluster({ name: 'types', auditLog: false })
  await buildScene(cluster)
  workspace = await makeWorkspace('types-controllers')
  const kubeconfig = cluster.adminKubeconfig
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--authentication-skip-lookup',
    '--secure-port=0',
    '--leader-elect=false',
    '--controllers=validatingadmissionpolicy-status-controller',
  ]
  const file = path.join((await ensureNodeAssets()).bin, 'kube-controller-manager')
  const log = path.join(workspace.dir, 'controllers.log')
  controllers = new Daemon(file, flags, { name: 'controllers', log, cwd: workspace.dir, guard: workspace.guard })
}, 600_000)
afterAll(async () => {
  await controllers?.stop()
  await cluster?.stop()
  await workspace?.remove()
})

async function probe(...validations: readonly object[]): Promise<AdmissionPreview> {
  const rules = [rule({ apiGroups: ['apps'], resources: ['deployments'] })]
  const file = path.join(cluster.dir, 'policy.json')
  await writeFile(file, JSON.stringify(policy('typed', rules, validations, { matchConditions: [{ name: 'any', expression: 'true' }] })))
  const ran = await bench.run([
    'preview',
    'admission',
    '--add',
    file,
    '--probe',
    '-o',
    'json',
    '-q',
    '--kubeconfig',
    cluster.adminKubeconfig,
  ])
  expect(ran.err).toBe('')
  expect(await policiesIn(cluster)).toEqual([])
  return JSON.parse(ran.out) as AdmissionPreview
}

it('what the cluster says of the types stands at the place in the policy as proposed', async () => {
  const found = await probe({ expression: 'object.spec.replicas < 9' }, { expression: 'object.spec.replicaz < 9' })
  expect(found.policies[0]?.typeChecking.map((t) => t.field)).toEqual(['spec.validations[1].expression'])
  expect(found.policies[0]?.typeChecking[0]?.warning).toContain("undefined field 'replicaz'")
  expect(found.policies[0]).toMatchObject({ typeChecked: true, evaluated: 1 })
  expect(found.policies[0]?.violations.map((v) => v.message)).toEqual([
    'spec.validations[1].expression cannot be evaluated for it, and failurePolicy Fail refuses it therefore',
  ])
})

it('and that there is nothing to say is known as well', async () => {
  const found = await probe({ expression: 'object.spec.replicas < 9' })
  expect(found.policies[0]).toMatchObject({ typeChecked: true, typeChecking: [], violations: [], unknown: [] })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectLive, type LiveConnection } from '../../src/cluster/index.ts'
import type { Answers } from '../../src/model/questions.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { objections, previewOf } from '../wizards/live.ts'
import { objectsOf, planOf, WIZARDS } from '../wizards/run.ts'
import { SAMPLE } from '../wizards/state.ts'

let cluster: TestCluster
let admin: LiveConnection

beforeAll(async () => {
  cluster = await startCluster({ name: 'wizard-dry-run' })
  // The last two as etcd-backup makes them: the server only judges objects of a namespace that is there.
  for (const namespace of ['shop', 'ci', 'etcd-backup', 'backups']) await cluster.createNamespace(namespace)
  await cluster.kubectl([
    'create',
    'clusterrolebinding',
    'ci-admin',
    '--clusterrole=cluster-admin',
    '--user=ada',
    '--serviceaccount=ci:runner',
  ])
  admin = await connectLive({ kubeconfig: cluster.adminKubeconfig, env: {} })
})
afterAll(async () => {
  await admin?.reader.close()
  await cluster?.stop()
})

// biome-ignore lint/suspicious/noTemplateCurlyInString: a value that looks like a hole must stay as it is
const HOSTILE = 'https://issuer.example/?x=1#y: yes "no" ${name} ärger'

const CASES: readonly (readonly [keyof typeof WIZARDS, Answers])[] = [
  ['rbacRole', { subjectName: HOSTILE, inNamespace: 'shop', preset: 'deployer' }],
  ['rbacRole', { subjectName: 'ops', subjectKind: 'Group', scope: 'cluster' }],
  [
    'rbacRole',
    { subjectName: 'new', subjectKind: 'ServiceAccount', subjectNamespace: 'ci', createServiceAccount: true, inNamespace: 'shop' },
  ],
  [
    'rbacRole',
    {
      subjectName: 'ada',
      inNamespace: 'shop',
      preset: 'custom',
      rules: [
        { apiGroups: 'core', resources: '*', verbs: '*' },
        { apiGroups: '*', resources: '*', verbs: 'get', resourceNames: 'on, 0600' },
      ],
    },
  ],
  ['rbacReplaceBinding', { binding: 'ci-admin', preset: 'read-only', inNamespaces: ['ci', 'shop'] }],
  ['rbacReplaceBinding', { binding: 'ci-admin', preset: 'developer', newScope: 'cluster', moveSubjects: ['User ada'] }],
  ['rbacReplaceBinding', { binding: 'ci-admin', preset: 'none' }],
  ['etcdBackup', {}],
  ['etcdBackup', { retention: 'daily-7-weekly-4', storage: 'node-folder', onNode: 'cp-1' }],
  ['etcdBackup', { retention: 'six-hourly-4', inNamespace: 'backups' }],
  ['etcdBackup', { retention: 'own-schedule', schedule: '17 */4 * * mon-fri' }],
  ['etcdBackup', { storage: 's3', bucket: 'backups', credentials: 'bucket' }],
  [
    'etcdBackup',
    { encryptionCopy: 'volume-claim', encryptionFile: '/etc/kubernetes/enc/enc.yaml', encryptionClaim: 'keys', onNode: 'cp-1' },
  ],
  ['networkPolicies', { inNamespaces: ['shop', 'ci'] }],
  ['networkPolicies', { inNamespaces: ['shop'], direction: 'both', nodeLocalDns: true, allowApiServer: true }],
  ['networkPolicies', { inNamespaces: ['shop'], mode: 'allow-app' }],
  [
    'networkPolicies',
    {
      inNamespaces: ['shop'],
      mode: 'allow-app',
      toLabelKey: 'app.kubernetes.io/name',
      toLabelValue: '0600',
      fromLabelKey: 'app',
      fromLabelValue: 'yes',
      fromNamespace: 'ci',
      ports: ['8080', '53/udp'],
    },
  ],
  ['networkPolicies', { inNamespaces: ['shop'], mode: 'deny-other-namespaces', ingressNamespace: 'ci' }],
  ['networkPolicies', { inNamespaces: ['shop'], mode: 'no-public-egress', privateRanges: ['10.0.0.0/8', '169.254.0.0/16', 'fd00::/8'] }],
]

it.each(CASES)('%s: a strict dry run takes every object (%#)', async (name, given) => {
  const wizard = WIZARDS[name]
  const preview = await previewOf(admin, wizard, planOf(wizard, SAMPLE, given))
  expect(objections(preview)).toEqual([])
  expect(preview.ok).toBe(true)
  expect(preview.items.some((item) => item.kind === 'object' && item.action !== 'none')).toBe(true)
})

it('a claim is mounted in place of the folder', async () => {
  const wizard = WIZARDS.etcdBackup
  const state = { ...SAMPLE, kinds: { ...SAMPLE.kinds, persistentVolumeClaims: undefined } }
  const preview = await previewOf(admin, wizard, planOf(wizard, state, { storage: 'volume-claim', claim: 'backups' }))
  expect(objections(preview)).toEqual([])
  expect(preview.items.map((item) => (item.kind === 'object' ? item.yaml : '')).join()).toContain('claimName: backups')
})

it('its namespace admits the pods of the backup, and one without the label would not', async () => {
  const wizard = WIZARDS.etcdBackup
  const changes = planOf(wizard, SAMPLE, { inNamespace: 'etcd-backup' })
  const [namespace, job] = objectsOf(changes)
  await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { stdin: JSON.stringify(namespace) })
  await cluster.createNamespace('strict', { 'pod-security.kubernetes.io/enforce': 'baseline' })
  const template = (job as unknown as { spec: { jobTemplate: { spec: { template: { spec: object } } } } }).spec.jobTemplate.spec.template
  const create = async (name: string) =>
    await cluster.api(`/api/v1/namespaces/${name}/pods?dryRun=All&fieldValidation=Strict`, {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'backup' }, spec: template.spec },
    })
  expect((await create('etcd-backup')).status).toBe(201)
  expect((await create('strict')).status).toBe(403)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleOf, runId } from '../../src/change/node/bundle.ts'
import type { NodeFile, NodeOutcome, NodePlan } from '../../src/model/node.ts'
import { startNode, type TestNode } from '../cluster/node/node.ts'

let node: TestNode
const AT = '/root/kubeharden-script'
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'

beforeAll(async () => {
  node = await startNode()
})
afterAll(async () => {
  await node?.exec(['rm', '-rf', AT])
})

const plan = (more: Partial<NodePlan>): NodePlan => ({
  component: 'kube-apiserver',
  folders: [],
  files: [],
  flags: [],
  mounts: [],
  settings: [],
  withinSeconds: 120,
  ...more,
})

async function run(of: NodePlan, command?: '--apply' | '--undo' | '--status'): Promise<NodeOutcome & { readonly code: number }> {
  const text = ({ content }: NodeFile) => (content.kind === 'text' ? content.text : '')
  await node.must(['rm', '-rf', AT])
  for (const file of bundleOf(of, node.name, runId(of, node.name), { text }))
    await node.must(['sh', '-c', 'umask 077; mkdir -p "$(dirname "$1")"; cat > "$1"', 'put', `${AT}/${file.path}`], { input: file.text })
  const ran = await node.exec(['sh', `${AT}/kubeharden-node.sh`, ...(command === undefined ? [] : [command])], { within: 500 })
  return { ...(JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as NodeOutcome), code: ran.code }
}

const sum = async (file: string) => (await node.must(['sha256sum', file])).split(' ')[0]

test.each([
  [plan({ component: 'kube-scheduler', flags: [{ name: 'profiling', value: 'false' }] }), '/etc/kubernetes/manifests/kube-scheduler.yaml'],
  [plan({ component: 'kubelet', settings: [{ path: ['podPidsLimit'], value: 2048 }] }), '/var/lib/kubelet/config.yaml'],
])('a change there and back, byte for byte: $component', async (of, file) => {
  const before = await sum(file)
  expect(await run(of)).toMatchObject({ state: 'would-change', code: 0 })
  expect(await sum(file)).toBe(before)
  expect(await run(of, '--apply')).toMatchObject({ state: 'applied', code: 0 })
  expect(await sum(file)).not.toBe(before)
  expect(await run(of, '--apply')).toMatchObject({ state: 'unchanged', code: 0 })
  expect(await run(of, '--undo')).toMatchObject({ state: 'undone', code: 0 })
  expect(await sum(file)).toBe(before)
})

const ENC = '/etc/kubernetes/enc-test/encryption-config.yaml'
const encryption = (bytes: number): NodeFile => ({
  path: ENC,
  mode: 0o600,
  kind: 'encryption-configuration',
  content: {
    kind: 'text',
    text: `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources:\n      - secrets\n    providers:\n      - secretbox:\n          keys:\n            - name: key1\n              secret: ${Buffer.alloc(bytes, 1).toString('base64')}\n      - identity: {}\n`,
  },
})
const folder = { path: '/etc/kubernetes/enc-test', mode: 0o700 }
const flag = { name: 'encryption-provider-config', value: ENC }
const mount = {
  name: 'enc-test',
  hostPath: folder.path,
  mountPath: folder.path,
  readOnly: true,
  type: 'Directory',
} as const

test.each([
  ['a short key', plan({ folders: [folder], files: [encryption(16)], flags: [flag], mounts: [mount] }), /has 16 bytes/],
  ['a path that is not there', plan({ flags: [flag], mounts: [{ ...mount, type: 'DirectoryOrCreate' }] }), /is not on this node/],
  ['no mount', plan({ folders: [folder], files: [encryption(32)], flags: [flag] }), /lies under no mount/],
  ['a folder that is not there', plan({ mounts: [mount] }), /would never start/],
])('is refused before anything is touched: %s', async (_, of, why) => {
  const before = await sum(MANIFEST)
  const ended = await run(of, '--apply')
  expect(ended).toMatchObject({ state: 'refused', code: 5 })
  expect(ended.detail).toMatch(why)
  expect(await sum(MANIFEST)).toBe(before)
  expect((await node.exec(['test', '-e', folder.path])).code).toBe(1)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOf } from '../change/node/plan.ts'
import { startNode, type TestNode } from '../cluster/node/node.ts'
import { clearScript, ENCRYPTION, IDENTITY, runScript, secretbox } from './support/script.ts'

let node: TestNode
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'

beforeAll(async () => {
  node = await startNode()
})
afterAll(() => clearScript(node))

const sum = async (file: string) => (await node.must(['sha256sum', file])).split(' ')[0]

test.each([
  [
    planOf({ component: 'kube-scheduler', flags: [{ name: 'profiling', value: 'false' }] }),
    '/etc/kubernetes/manifests/kube-scheduler.yaml',
  ],
  [planOf({ component: 'kubelet', settings: [{ path: ['podPidsLimit'], value: 2048 }] }), '/var/lib/kubelet/config.yaml'],
])('a change there and back, byte for byte: $component', async (of, file) => {
  const before = await sum(file)
  expect(await runScript(node, of)).toMatchObject({ state: 'would-change', code: 0 })
  expect(await sum(file)).toBe(before)
  expect(await runScript(node, of, '--apply')).toMatchObject({ state: 'applied', code: 0 })
  expect(await sum(file)).not.toBe(before)
  expect(await runScript(node, of, '--apply')).toMatchObject({ state: 'unchanged', code: 0 })
  expect(await runScript(node, of, '--undo')).toMatchObject({ state: 'undone', code: 0 })
  expect(await sum(file)).toBe(before)
})

const { folder, file, flag, mount } = ENCRYPTION

test.each([
  ['a short key', planOf({ folders: [folder], files: [file(secretbox(16), IDENTITY)], flags: [flag], mounts: [mount] }), /has 16 bytes/],
  ['a path that is not there', planOf({ flags: [flag], mounts: [{ ...mount, type: 'DirectoryOrCreate' }] }), /is not on this node/],
  ['no mount', planOf({ folders: [folder], files: [file(secretbox(32), IDENTITY)], flags: [flag] }), /lies under no mount/],
  ['a folder that is not there', planOf({ mounts: [mount] }), /would never start/],
])('is refused before anything is touched: %s', async (_, of, why) => {
  const before = await sum(MANIFEST)
  const ended = await runScript(node, of, '--apply')
  expect(ended).toMatchObject({ state: 'refused', code: 5 })
  expect(ended.detail).toMatch(why)
  expect(await sum(MANIFEST)).toBe(before)
  expect((await node.exec(['test', '-e', folder.path])).code).toBe(1)
})

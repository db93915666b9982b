import { afterAll, beforeAll, expect, it } from 'vitest'
import { command, emptyHome } from '../../e2e/command.ts'
import { errorOf, figures, GuardBench } from '../support/guard.ts'

let bench: GuardBench
beforeAll(async () => {
  bench = await GuardBench.start('guard-long')
})
afterAll(() => bench?.stop())

it('a flag of the API server through the command line, there and back: journaled, proven, nothing left behind', async () => {
  const { node } = bench
  const home = emptyHome()
  const at = ['--yes', '--kubeconfig', node.kubeconfig]
  const before = await bench.manifest()
  const guard = ['--way', 'guard', '--guard-image', bench.image]
  const there = await command(['apply', 'control-plane-flags', '--settings', 'api-server-profiling', ...guard, ...at], home)
  expect(there.code, there.err).toBe(0)
  expect(there.out).toContain('as good as root there')
  expect(there.out).toContain('control-plane/profiling-api-server: fail -> pass')
  expect(there.err).toMatch(/the API is away, \d+ s; the guard goes back by itself at \d+ s[\s\S]*the API is back after/)
  const pod = ['-n', 'kube-system', 'get', 'pod', `kube-apiserver-${node.name}`, '-o', 'jsonpath={.spec.containers[0].command}']
  expect(await node.kubectl(pod)).toContain('--profiling=false')
  expect(await bench.leftovers()).toBe('')

  const back = await command(['undo', ...at], home)
  expect(back.code, back.err).toBe(0)
  expect(await bench.manifest()).toBe(before)
  expect(await bench.leftovers()).toBe('')
  const { out } = await command(['journal', '--kubeconfig', node.kubeconfig], home)
  expect(out).toMatch(new RegExp(`undone +node +kube-apiserver on node ${node.name}`))
})

it('a setting of the kubelet, there and back', async () => {
  const settings = [{ path: ['podPidsLimit'], value: 2048 }]
  const plan = { component: 'kubelet' as const, flags: [], settings }
  const config = () => bench.node.must(['cat', '/var/lib/kubelet/config.yaml'])
  const before = await config()
  const began = Date.now()
  const there = bench.session('apply', 'kubelet', { changes: [bench.change(plan)] })
  expect(await there.ended, JSON.stringify(there.lines)).toBe(0)
  figures('a setting of the kubelet', there, began)
  expect(await bench.node.kubectl(['get', '--raw', `/api/v1/nodes/${bench.node.name}/proxy/configz`])).toContain('"podPidsLimit":2048')
  const back = bench.session('undo', 'kubelet')
  expect(await back.ended, JSON.stringify(back.lines)).toBe(0)
  expect(await config()).toBe(before)
  expect(await bench.leftovers()).toBe('')
})

it('what the node refuses changes nothing', async () => {
  const before = await bench.manifest()
  const refused = bench.session('apply', 'refused', {
    changes: [bench.change({ flags: [{ name: 'audit-policy-file', value: '/etc/kubernetes/none.yaml' }] })],
  })
  expect(await refused.ended).toBe(4)
  expect(errorOf(refused)?.message).toContain('Nothing was changed there.')
  expect(await bench.entries('refused')).toMatchObject([{ state: 'failed', node: { outcome: { state: 'refused' } } }])
  expect(await bench.manifest()).toBe(before)
  expect(await bench.leftovers()).toBe('')
})

it('an image that cannot be pulled is said before anything is changed', async () => {
  const missing = bench.session('apply', 'image', { changes: [{ ...bench.change(), image: 'registry.kubeharden.test/none:1' }] })
  expect(await missing.ended).toBe(4)
  expect(errorOf(missing)?.message).toMatch(/did not start on .*(ErrImagePull|ImagePullBackOff)[\s\S]*Nothing was changed on the node/)
  expect(await bench.leftovers()).toBe('')
})

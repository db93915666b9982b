import { afterAll, beforeAll, expect, it } from 'vitest'
import { errorOf, figures, GuardBench, notes } from '../support/guard.ts'

let bench: GuardBench
beforeAll(async () => {
  bench = await GuardBench.start('guard-long')
})
afterAll(() => bench?.stop())

it('a flag of the API server, there and back: journaled, proven by the mirror pod, nothing left behind', async () => {
  const before = await bench.manifest()
  let began = Date.now()
  const there = bench.session('apply', 'flag', { changes: [bench.change()] })
  expect(await there.ended, JSON.stringify(there.lines)).toBe(0)
  figures('a flag', there, began)
  const preview = there.lines.find((l) => l.kind === 'preview')?.value
  expect(preview).toMatchObject({ ok: true, items: [{ kind: 'node', flags: [{ name: 'profiling', after: 'false' }], warnings: [] }] })
  expect(notes(there).join('\n')).toMatch(/the API is away, \d+ s; the guard goes back by itself at 120 s[\s\S]*the API is back after/)
  expect(await bench.entries('flag')).toMatchObject([{ state: 'done', node: { outcome: { state: 'applied', node: bench.node.name } } }])
  const pod = await bench.node.kubectl([
    '-n',
    'kube-system',
    'get',
    'pod',
    `kube-apiserver-${bench.node.name}`,
    '-o',
    'jsonpath={.spec.containers[0].command}',
  ])
  expect(pod).toContain('--profiling=false')
  expect(await bench.leftovers()).toBe('')

  began = Date.now()
  const back = bench.session('undo', 'flag')
  expect(await back.ended, JSON.stringify(back.lines)).toBe(0)
  figures('its undo', back, began)
  expect(await bench.entries('flag')).toMatchObject([{ state: 'undone' }, { state: 'done', node: { outcome: { state: 'undone' } } }])
  expect(await bench.manifest()).toBe(before)
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

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { startNode, type TestNode } from '../cluster/node/node.ts'

let node: TestNode
beforeAll(async () => {
  node = await startNode()
})

test('the node is Ready, and every pod of kube-system runs', async () => {
  const status = await node.kubectl(['get', 'node', node.name, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'])
  expect(status).toBe('True')
  const phases = await node.kubectl(['-n', 'kube-system', 'get', 'pods', '-o', 'jsonpath={.items[*].status.phase}'])
  expect(new Set(phases.split(' '))).toEqual(new Set(['Running']))
})

test('pods find each other by name, and a Service leads to its pods', async () => {
  const stranger = ['-n', 'other', 'exec', 'client', '--', 'shop']
  expect(await node.kubectl([...stranger, 'resolve', 'db.shop.svc.cluster.local'])).toMatch(/^10\.96\.\d+\.\d+\n$/)
  const lines = (await node.kubectl([...stranger, 'probe', 'web.shop:8080', 'db.shop:5432', 'db.shop:81'])).trim().split('\n')
  expect(lines.slice(0, 2)).toEqual(['web.shop:8080 open', 'db.shop:5432 open'])
  expect(lines[2]).toMatch(/^db\.shop:81 (timeout|refused)$/)
})

test('the kubelet answers through the API', async () => {
  const configz = JSON.parse(await node.kubectl(['get', '--raw', `/api/v1/nodes/${node.name}/proxy/configz`]))
  expect(configz.kubeletconfig.staticPodPath).toBe('/etc/kubernetes/manifests')
})

test('ps on the node shows the node and nothing else', async () => {
  const processes = await node.must(['ps', '-eo', 'comm'])
  expect(processes).toMatch(/^kubelet$/m)
  expect(processes.match(/^etcd$/gm)).toHaveLength(1)
  expect(processes).not.toMatch(/^node/m)
})

test('exec hands on what it reads, what is printed and how it ended', () => {
  const script = path.resolve(import.meta.dirname, '../../bin/dev/cluster.mjs')
  const command = ['exec', '--name', node.name, '--', 'sh', '-c', 'cat; hostname; exit 7']
  const { status, stdout } = spawnSync(process.execPath, [script, ...command], { input: 'from here\n', encoding: 'utf8' })
  expect([status, stdout]).toEqual([7, `from here\n${node.name}\n`])
})

test('what a kubelet sets in the kernel stays on the node', async () => {
  const file = '/proc/sys/kernel/panic'
  const before = readFileSync(file, 'utf8')
  try {
    expect(await node.must(['sh', '-c', `echo 77 > ${file}; cat ${file}`])).toBe('77\n')
    expect(readFileSync(file, 'utf8')).toBe(before)
  } finally {
    if (readFileSync(file, 'utf8') !== before) writeFileSync(file, before)
  }
})

test('what the node writes is not on this machine', async () => {
  const file = '/etc/kubeharden-was-here'
  await node.must(['touch', file])
  expect(() => readFileSync(file)).toThrow('ENOENT')
  await node.must(['rm', file])
})

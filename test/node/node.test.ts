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

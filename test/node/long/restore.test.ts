import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { command, emptyHome } from '../../e2e/command.ts'
import { blocksOf } from '../support/runbook.ts'

const env = emptyHome()
const out = join(env.HOME ?? '', 'out')
let node: TestNode

beforeAll(async () => {
  node = await startNode('restore')
})
afterAll(async () => {
  await node?.down()
})

const PKI = '/etc/kubernetes/pki/etcd'
const CLIENT = [
  '--endpoints=https://127.0.0.1:2379',
  `--cacert=${PKI}/ca.crt`,
  `--cert=${PKI}/healthcheck-client.crt`,
  `--key=${PKI}/healthcheck-client.key`,
]

/** How many keys etcd holds, at a revision or now. */
async function keys(revision?: number): Promise<number> {
  const at = revision === undefined ? [] : [`--rev=${revision}`]
  const said = await node.must(['etcdctl', ...CLIENT, 'get', '', '--prefix', '--count-only', '-w', 'fields', ...at])
  const count = /^"Count" : (\d+)$/m.exec(said)?.[1]
  if (count === undefined) throw new Error(`no count in ${said}`)
  return Number(count)
}

async function script(lines: string): Promise<string> {
  return await node.must(['bash', '-c', lines], { within: 240 })
}

async function names(kind: string): Promise<string[]> {
  const said = await node.kubectl(['get', kind, '--all-namespaces', '-o', 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'])
  return said.trim().split('\n').toSorted()
}

async function mark(name: string): Promise<void> {
  await node.kubectl(['-n', 'default', 'create', 'configmap', name, '--from-literal=made=here'])
}

test('the runbook as it stands takes the whole cluster back: what was there is back, what came later is gone, counts match', async () => {
  const answers = JSON.stringify({ retention: 'daily-7' })
  const applied = await command(['apply', 'etcd-backup', '--answers', '-', '--yes', '--out', out, '--kubeconfig', node.kubeconfig], env, {
    stdin: answers,
  })
  expect(applied.code, applied.err + applied.out).toBe(0)
  const runbook = readFileSync(join(out, 'RESTORE.md'), 'utf8')

  for (const name of ['kept', 'deleted-later']) await mark(name)
  await node.kubectl(['-n', 'default', 'create', 'secret', 'generic', 'kept', '--from-literal=marker=here'])
  const started = Date.now()
  await node.kubectl(['-n', 'etcd-backup', 'create', 'job', '--from=cronjob/etcd-backup-sunday', 'first'])
  await node.kubectl(['-n', 'etcd-backup', 'wait', '--for=condition=complete', '--timeout=120s', 'job/first'])
  const backup = (Date.now() - started) / 1000
  const file = '/var/backups/etcd/etcd-sunday.db'
  const { revision } = JSON.parse(await node.must(['etcdutl', 'snapshot', 'status', file, '-w', 'json'])) as { revision: number }
  const saved = await keys(revision)

  await mark('made-later')
  await node.kubectl(['create', 'namespace', 'made-later'])
  await node.kubectl(['-n', 'default', 'delete', 'configmap', 'deleted-later'])

  // etcdutl comes out of etcd's own container where the node has none.
  await node.must(['mv', '/usr/local/bin/etcdutl', '/root/etcdutl.bench'])
  for (const block of blocksOf(runbook, 'Before you need it')) await script(block)
  expect(await node.must(['etcdutl', 'version'])).toContain('etcdutl version')

  const blocks = blocksOf(runbook, 'Restore, on')
  expect(blocks).toHaveLength(9)
  const begun = Date.now()
  for (const block of blocks) {
    const said = await script(block)
    if (block.includes('unharmed')) expect(said).toContain('unharmed')
    // etcd is back and nothing writes yet: exactly what the snapshot held.
    if (block.includes('endpoint health')) expect(await keys()).toBe(saved)
  }
  const restored = (Date.now() - begun) / 1000

  const maps = await names('configmaps')
  expect(maps).toEqual(expect.arrayContaining(['deleted-later', 'kept']))
  expect(maps).not.toContain('made-later')
  expect(await names('namespaces')).not.toContain('made-later')
  expect(await node.kubectl(['-n', 'default', 'get', 'secret', 'kept', '-o', 'jsonpath={.data.marker}'])).toBe('aGVyZQ==')

  // The cluster goes on: the node is ready, and a new pod is scheduled and runs, which it would not with an old watch.
  const image = (await node.must(['sh', '-c', 'crictl images | awk \'/busybox/ {print $1":"$2}\''])).trim()
  await node.kubectl(['-n', 'default', 'run', 'after-restore', `--image=${image}`, '--restart=Never', '--command', '--', 'sleep', '60'])
  await node.kubectl(['-n', 'default', 'wait', '--for=condition=Ready', '--timeout=90s', 'pod/after-restore'])
  await node.kubectl(['wait', '--for=condition=Ready', '--timeout=90s', `node/${node.name}`])
  console.log(`backup Job: ${backup.toFixed(1)} s; whole restore: ${restored.toFixed(1)} s; keys: ${saved}, revision: ${revision}`)
})

test('the way back puts the old data in its place', async () => {
  const runbook = readFileSync(join(out, 'RESTORE.md'), 'utf8')
  const steps = blocksOf(runbook, 'Restore, on')
  const [swap = ''] = blocksOf(runbook, 'The way back')
  // Stop (2, 3), swap, start (6 to 8).
  for (const block of [...steps.slice(2, 4), swap, ...steps.slice(6)]) await script(block)
  await sleep(1000)
  const maps = await names('configmaps')
  expect(maps).toContain('made-later')
  expect(maps).not.toContain('deleted-later')
})

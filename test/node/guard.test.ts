import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NodePlan } from '#model/node.ts'
import { errorOf, figures, GuardBench, notes } from './support/guard.ts'

let bench: GuardBench
beforeAll(async () => {
  bench = await GuardBench.start('guard')
})
afterAll(() => bench?.stop())

it('a flag that the API server does not know: the guard goes back while the API is away, and the session says so', async () => {
  const before = await bench.manifest()
  const began = Date.now()
  const broken = bench.session('apply', 'broken', {
    changes: [bench.change({ flags: [{ name: 'no-such-flag', value: 'x' }] }), bench.change()],
  })
  expect(await broken.ended).toBe(4)
  figures('an unknown flag', broken, began)
  expect(errorOf(broken)).toMatchObject({ code: 'change-failed', message: expect.stringContaining('went back by itself') })
  expect(errorOf(broken)?.message).toContain('unknown flag: --no-such-flag')
  expect(await bench.entries('broken')).toMatchObject([
    { state: 'failed', node: { outcome: { state: 'rolled-back' } } },
    { state: 'not-done' },
  ])
  expect(await bench.manifest()).toBe(before)
  expect(await bench.node.kubectl(['get', '--raw', '/readyz'])).toBe('ok')
  expect(await bench.leftovers()).toBe('')
})

it('a key reaches the node and nothing else: not etcd, not an object, not the journal; a session killed in the middle is settled', async () => {
  const outDir = path.join(bench.dir, 'keys')
  const files: NodePlan['files'] = [
    {
      path: '/etc/kubernetes/enc/config.yaml',
      mode: 0o600,
      kind: 'encryption-configuration',
      content: {
        kind: 'template',
        template: 'encryption-config/local-then-plain-text',
        values: { resources: ['events.k8s.io'], firstProvider: 'secretbox', firstName: 'key1' },
        keys: { firstSecret: { from: 'random', id: 'key1', bytes: 32 } },
      },
    },
  ]
  const enc = { name: 'enc', hostPath: '/etc/kubernetes/enc', mountPath: '/etc/kubernetes/enc', readOnly: true, type: 'Directory' } as const
  const plan = { folders: [{ path: '/etc/kubernetes/enc', mode: 0o700 }], files, mounts: [enc] }
  const killed = bench.session('apply', 'killed', { changes: [bench.change(plan)], outDir })
  // In the middle: the API is away because of us.
  while (!notes(killed).some((n) => n.startsWith('the API is away'))) {
    if (killed.child.exitCode !== null) throw new Error(JSON.stringify(killed.lines))
    await sleep(200)
  }
  killed.child.kill('SIGKILL')
  expect(await killed.ended).toBe(137)
  expect(await bench.entries('killed')).toMatchObject([{ state: 'sent' }])
  const key =
    /secret: (\S{44})/.exec(readFileSync(path.join(outDir, `1-${bench.node.name}/etc/kubernetes/enc/config.yaml`), 'utf8'))?.[1] ?? ''
  expect(key).toHaveLength(44)

  // The guard works on alone; the next session learns how it ended, and takes it away.
  const settled = await bench.settle('killed')
  expect(settled).toMatchObject({ state: 'done', node: { outcome: { state: 'applied' } } })
  expect(await bench.leftovers()).toBe('')
  expect(await bench.node.must(['cat', '/etc/kubernetes/enc/config.yaml'])).toContain(key)
  expect(await bench.node.must(['stat', '-c', '%a %U', '/etc/kubernetes/enc/config.yaml'])).toBe('600 root\n')

  // Everything that was ever written, etcd's log included; a word that must be there shows that it is searched.
  const holding = async (mark: string) =>
    (await bench.node.exec(['grep', '-rlaF', '--', mark, '/var/lib/etcd', '/var/log/pods', '/var/log/containers'])).stdout
  expect(await holding('kubeharden-guard-')).not.toBe('')
  expect(await holding(key)).toBe('')
  expect(JSON.stringify(await bench.entries('killed'))).not.toContain(key)
})

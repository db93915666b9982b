import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { command, emptyHome } from '../../e2e/command.ts'
import { ANSWERS, backupScene } from '../support/backups.ts'
import { type Polls, reader } from '../support/reader.ts'
import { storedBelow } from '../support/stored.ts'

/*
 * Encryption on a real node through its whole life: 2,000 Secrets, changed by guards, every process killed once in the middle of
 * each step, raw etcd looked at after each rewrite, and a reader that asks for 20 Secrets all through.
 */

const SECRETS = Number(process.env.KUBEHARDEN_SECRETS ?? 2000)
const NS = 'many'
const GUARD = ['--way', 'guard', '--guard-image', 'registry.kubeharden.test/busybox:1.35']
const wordOf = (i: number) => createHash('sha256').update(`value ${i}`).digest('hex')

let node: TestNode
let home: Record<string, string>
let folders = 0
const base = mkdtempSync(join(tmpdir(), 'kubeharden-encryption-'))

beforeAll(async () => {
  node = await startNode('enc')
  home = emptyHome()
  await node.kubectl(['create', 'namespace', NS])
  for (let at = 0; at < SECRETS; at += 500) {
    const items = Array.from({ length: Math.min(500, SECRETS - at) }, (_, k) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `s-${at + k}`, namespace: NS },
      stringData: { word: wordOf(at + k) },
    }))
    await node.kubectl(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
  }
})
afterAll(() => node?.down())

type KillAt = RegExp
const kubeharden = (args: readonly string[], killAt?: KillAt) =>
  command([...args, '--kubeconfig', node.kubeconfig], home, {
    onErr: (text, kill) => {
      if (killAt?.test(text) === true) kill('SIGKILL')
    },
  })

const took: string[] = []
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await work()
  took.push(`${what} ${((performance.now() - began) / 1000).toFixed(0)} s`)
  return result
}

/** Undefined where the API does not answer. */
async function standing(): Promise<{ readonly order: string[] | undefined; readonly next: string | undefined } | undefined> {
  const ran = await kubeharden(['encryption', 'status', '-o', 'json'])
  if (ran.code !== 0) return undefined
  const { file, next } = JSON.parse(ran.out) as { file?: { order: string[] }; next?: { do: string } }
  return { order: file?.order, next: next?.do }
}

/** The guard has its files and begins. */
const AT_WORK = /the guard runs on [^\n]*\n[^\n]+\n/

/**
 * One step by a guard, its process killed while the guard works; then run again until the API servers announce the order. Where
 * what was proven before counts no longer because of the attempt, everything is stored again first, as status says.
 */
async function step(order: readonly string[] | undefined, ...answers: string[]): Promise<void> {
  await timed(order === undefined ? 'flags away' : order.join('+'), async () => {
    let words = ''
    const apply = async (killAt?: KillAt) => {
      folders += 1
      const args = ['apply', 'encryption-config', ...GUARD, ...answers, '--yes', '--out', join(base, String(folders))]
      return (await kubeharden(args, killAt)).err
    }
    await apply(AT_WORK)
    const killed = Date.now()
    for (; Date.now() < killed + 400_000; await sleep(2000)) {
      const now = await standing()
      if (now === undefined) continue // the API is away: what is next cannot be known
      if (JSON.stringify(now.order) === JSON.stringify(order)) return
      // The guard goes on by itself, and the API server reads a new file within a minute.
      if (Date.now() < killed + 90_000) continue
      if (now.next === 'rewrite') await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '1000'])
      else words = await apply()
    }
    expect.fail(`${order?.join(', ')} was not reached: ${words}`)
  })
}

async function rewrite(prefix: RegExp): Promise<void> {
  await timed('rewrite', async () => {
    const killed = await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '300'], /stored again: \d/)
    expect(killed.code).toBe(128)
    const ran = await kubeharden(['encryption', 'rewrite', '--yes', '--rate', '1000'])
    expect(ran.code, ran.err).toBe(0)
    expect(ran.out).toContain('Goes on where it stopped')
    expect(ran.out).toContain('Proven:')
  })
  const { all, strange } = await stored(prefix)
  expect(all).toBeGreaterThanOrEqual(SECRETS)
  expect(strange).toEqual([])
}

/** Each Secret's bytes in etcd: which do not begin like this? */
async function stored(prefix: RegExp): Promise<{ readonly all: number; readonly strange: string[] }> {
  const found = [...(await storedBelow(node, '/registry/secrets/'))]
  const begins = (value: string) => Buffer.from(value, 'base64').toString('latin1').slice(0, 60)
  return { all: found.length, strange: found.flatMap(([key, value]) => (prefix.test(begins(value)) ? [] : [key])) }
}

/** A snapshot of what is encrypted opens with the copy of the file that is kept apart, and with nothing else. */
async function drilled(): Promise<void> {
  await timed('drill', async () => {
    const scene = await backupScene(node)
    await scene.saved()
    const apart = '/root/kept-apart'
    const other = randomBytes(32).toString('base64')
    await node.must(['sh', '-c', `mkdir -p ${apart}/right ${apart}/other && cp /etc/kubernetes/enc/encryption-config.yaml ${apart}/right`])
    await node.must([
      'sh',
      '-c',
      `sed 's|secret: .*|secret: ${other}|' ${apart}/right/encryption-config.yaml > ${apart}/other/encryption-config.yaml`,
    ])
    for (const [key, encryptionFile] of ['right', 'other', ''].map(
      (key) => [key, key && `${apart}/${key}/encryption-config.yaml`] as const,
    )) {
      await scene.apply('etcd-restore-drill', { ...ANSWERS, encryptionFile })
      const drill = await scene.run('etcd-restore-drill', `drill-${key || 'none'}`)
      expect(drill.passed, `${key}: ${drill.log}`).toBe(key === 'right')
      const { status, message } = await scene.drillCheck()
      console.info(`drill with ${key || 'no'} key: ${drill.seconds.toFixed(1)} s, ${status}: ${message}`)
      expect(status).toBe(key === 'right' ? 'pass' : 'fail')
    }
    await scene.end()
  })
}

const manifest = () => node.must(['cat', '/etc/kubernetes/manifests/kube-apiserver.yaml'])
const PLAIN = /^k8s\0/

it('first encryption, a new key, back to plain text: nothing is read wrong, nothing is lost', async () => {
  const twenty = Array.from({ length: 20 }, (_, i) => Math.floor((i * SECRETS) / 20))
  const polls = await reader(node, NS, new Map(twenty.map((i) => [`s-${i}`, wordOf(i)])))
  let seen: Polls
  try {
    const before = await manifest()
    expect((await stored(PLAIN)).strange).toEqual([])
    await step(['identity', 'secretbox:key1'])
    await step(['secretbox:key1', 'identity'])
    await rewrite(/^k8s:enc:secretbox:v1:key1:/)
    await drilled()
    await step(['secretbox:key1'])

    await step(['secretbox:key1', 'secretbox:key2'], '--situation', 'rotation', '--key-name', 'key2')
    await step(['secretbox:key2', 'secretbox:key1'])
    await rewrite(/^k8s:enc:secretbox:v1:key2:/)
    await step(['secretbox:key2'])

    await step(['secretbox:key2', 'identity'], '--situation', 'decrypt')
    await step(['identity', 'secretbox:key2'])
    await rewrite(PLAIN)
    await step(undefined)
    expect(await manifest()).toBe(before)
  } finally {
    seen = await polls.end()
    console.info(`encryption of ${SECRETS} Secrets: ${took.join(', ')}; reader: ${JSON.stringify(seen)}`)
  }
  expect(seen.wrong).toBe(0)
  expect(seen.errors).toEqual([])
  expect(seen.right).toBeGreaterThan(1000)
}, 3_000_000)

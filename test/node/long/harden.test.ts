import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { CHOSEN, DECRYPTING, ENCRYPTED_APART, ENCRYPTING, HARDENING } from '../support/hardened.ts'
import { compare, figures, unexplained } from '../support/kubeBench.ts'
import { type Bundle, GUARD_IMAGE, Kubeharden } from '../support/wizards.ts'

let node: TestNode
let program: Kubeharden

beforeAll(async () => {
  node = await startNode('harden')
  await node.shop()
  program = await Kubeharden.on(node)
}, 600_000)
afterAll(async () => {
  await node?.down()
})

const say = (line: string) => process.stderr.write(`harden: ${line}\n`)
const CONTROL = /^(1\.2|1\.3|1\.4|2|4\.2)\.\d+$/

interface Audit {
  readonly checks: readonly { readonly id: string; readonly status: string; readonly controls: { readonly cis?: readonly string[] } }[]
}

/** The status of each control: the worst of its checks. */
async function controls(): Promise<ReadonlyMap<string, string>> {
  const { checks } = JSON.parse(await program.must(['audit', '-o', 'json'])) as Audit
  const of = new Map<string, string>()
  for (const {
    status,
    controls: { cis = [] },
  } of checks)
    for (const id of cis.filter((c) => CONTROL.test(c))) if (of.get(id) === undefined || of.get(id) === 'pass') of.set(id, status)
  return of
}

const open = (of: ReadonlyMap<string, string>) =>
  [...of]
    .filter(([, status]) => status !== 'pass' && status !== 'not-applicable')
    .map(([id]) => id)
    .toSorted()

/** What must be as it was in the end. */
async function everything(): Promise<string> {
  const files = await node.must(['sh', '-c', 'cat /etc/kubernetes/manifests/*.yaml /var/lib/kubelet/config.yaml'])
  const config = (name: string) => node.kubectl(['-n', 'kube-system', 'get', 'configmap', name, '-o', 'jsonpath={.data}'])
  return [files, await config('kubeadm-config'), await config('kubelet-config')].join('\n')
}

async function lives(): Promise<void> {
  await node.kubectl(['wait', '--for=condition=Ready', `node/${node.name}`, '--timeout=120s'])
  await node.kubectl(['wait', '--for=condition=Ready', 'pods', '--all', '--all-namespaces', '--timeout=180s'])
  const lines = await node.kubectl(['-n', 'other', 'exec', 'client', '--', 'shop', 'probe', 'web.shop:8080', 'db.shop:5432'])
  expect(lines.trim().split('\n')).toEqual(['web.shop:8080 open', 'db.shop:5432 open'])
}

/** Every control is passed, or stays open for a reason that is written down. */
async function isHardened(before: readonly string[], apart: Readonly<Record<string, string>> = {}): Promise<void> {
  await lives()
  const now = await controls()
  say(
    `controls open before: ${before.join(' ')}; after: ${open(now).join(' ')}; passed ${[...now.values()].filter((s) => s === 'pass').length} of ${now.size}`,
  )
  for (const id of open(now)) expect(Object.keys({ ...CHOSEN, ...apart }), `${id} is ${now.get(id)}`).toContain(id)
}

/** Seconds in which the API did not answer while something went on. */
async function outage<T>(work: () => Promise<T>): Promise<{ readonly away: number; readonly result: T }> {
  let going = true
  let away = 0
  const watch = (async () => {
    while (going) {
      const from = Date.now()
      const { code } = await node.exec(['kubectl', 'get', '--raw', '/readyz', '--request-timeout=2s'])
      await new Promise((resolve) => setTimeout(resolve, 500))
      if (code !== 0) away += (Date.now() - from) / 1000
    }
  })()
  try {
    return { result: await work(), away: 0 + away }
  } finally {
    going = false
    await watch
  }
}

/** A step of encryption, by its script on the node. */
async function encryptionStep(name: string, answers: object): Promise<void> {
  const started = Date.now()
  for (const outcome of await (await program.encryptionStep(name, answers)).apply()) expect(outcome.state, outcome.detail).toBe('applied')
  say(`${name}: ${Math.round((Date.now() - started) / 1000)} s`)
}

/** Everything stored again, as the newest step writes it. */
const rewrite = async () => expect(await program.must(['encryption', 'rewrite', '--yes', '--rate', '1000'])).toContain('Proven:')

async function encrypt(): Promise<void> {
  for (const [i, answers] of ENCRYPTING.entries()) await encryptionStep(`encrypt-${i}`, answers)
  await rewrite()
}

async function decrypt(): Promise<void> {
  const [plainFirst = {}, flagsAway = {}] = DECRYPTING
  await encryptionStep('decrypt-0', plainFirst)
  await rewrite()
  await encryptionStep('decrypt-1', flagsAway)
}

describe('the stock node, hardened by wizards alone and put back', () => {
  test('by scripts on the node', { timeout: 1_800_000 }, async () => {
    const stock = await everything()
    const before = open(await controls())
    const done: Bundle[] = []
    for (const { wizard, answers } of HARDENING) {
      const started = Date.now()
      const { away } = await outage(async () => {
        const bundle = await program.bundle(wizard, { ...answers, way: 'by-hand' })
        const outcomes = await bundle.apply()
        done.push(bundle)
        say(`${wizard}: ${outcomes.map((o) => `${o.component} ${o.state} ${o.seconds} s`).join(', ')}`)
        for (const outcome of outcomes) expect(outcome.state, outcome.detail).toBe('applied')
      })
      say(`${wizard} by scripts: ${Math.round((Date.now() - started) / 1000)} s, the API away for about ${Math.round(away)} s`)
    }
    await encrypt()
    await isHardened(before)
    const rows = await compare(node)
    say(`kube-bench on the hardened node: ${JSON.stringify(figures(rows))}`)
    expect(unexplained(rows)).toEqual([])

    await decrypt()
    for (const bundle of done.toReversed()) for (const outcome of await bundle.undo()) expect(outcome.state, outcome.detail).toBe('undone')
    await lives()
    expect(await everything()).toBe(stock)
  })

  test('by guards from the session', { timeout: 1_800_000 }, async () => {
    program = await Kubeharden.on(node) // with a journal of its own
    const stock = await everything()
    const before = open(await controls())
    for (const { wizard, answers } of HARDENING) {
      const started = Date.now()
      const file = await program.answers(`guard-${wizard}`, { ...answers, way: 'guard', guardImage: GUARD_IMAGE })
      const { away } = await outage(() => program.must(['apply', wizard, '--answers', file, '--yes']))
      say(`${wizard} by guards: ${Math.round((Date.now() - started) / 1000)} s, the API away for about ${Math.round(away)} s`)
    }
    await isHardened(before, ENCRYPTED_APART)
    for (const _ of HARDENING) await program.must(['undo', '--yes'])
    await lives()
    expect(await everything()).toBe(stock)
    expect(await node.kubectl(['get', 'namespaces', '-o', 'name'])).not.toContain('kubeharden')
  })
})

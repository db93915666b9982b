import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Item, KINDS } from '../../src/model/kinds.ts'
import type { PolicyVersion } from '../../src/model/podSecurity.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { evaluatePod } from '../../src/simulate/podSecurity/evaluate.ts'
import { minorOf } from '../../src/simulate/podSecurity/version.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { randomPod } from '../simulate/podSecurity/randomPods.ts'

const LONG = Boolean(process.env.KUBEHARDEN_LONG)
const PODS = LONG ? 2000 : 200
const LEVELS = ['baseline', 'restricted'] as const
/** Asked for every pod, and one more of those where a control changes. */
const ALWAYS: readonly PolicyVersion[] = ['v1.24', 'v1.29', 'latest']
const BORDERS = [0, 7, 8, 18, 19, 21, 22, 23, 25, 26, 27, 28, 30, 31, 32, 33, 34, 35, 36].map((n): PolicyVersion => `v1.${n}`)
const IN_FLIGHT = 6
let cluster: TestCluster
let server: string

beforeAll(async () => {
  cluster = await startCluster({ name: 'podsec', auditLog: false })
  server = (await cluster.api('/version')).json<{ gitVersion: string }>().gitVersion
  for (const level of LEVELS)
    for (const version of [...ALWAYS, ...BORDERS])
      await cluster.createNamespace(namespaceOf(level, version), {
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/enforce-version': version,
      })
}, 240_000)
afterAll(async () => {
  await cluster?.stop()
})

function namespaceOf(level: string, version: PolicyVersion): string {
  return `${level}-${version.replace('.', '-')}`
}

/** `a (detail, "b, c"), d`: the words before the details. */
function reasonsIn(message: string): string[] {
  const text = message.slice(message.indexOf('": ', message.indexOf('violates PodSecurity')) + 3)
  const reasons: string[] = []
  let word = ''
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] ?? ''
    if (quoted && c === '\\') i += 1
    else if (c === '"') quoted = !quoted
    else if (!quoted && c === '(') depth += 1
    else if (!quoted && c === ')') depth -= 1
    else if (!quoted && depth === 0 && c === ',') {
      reasons.push(word.trim())
      word = ''
    } else if (depth === 0 && !quoted) word += c
  }
  return [...reasons, word.trim()]
}

/** The reasons of the API server's admission; none where it would take the pod. */
async function asked(pod: KubeObject, level: string, version: PolicyVersion): Promise<readonly string[] | { readonly invalid: string }> {
  const path = `/api/v1/namespaces/${namespaceOf(level, version)}/pods?dryRun=All`
  const { status, text } = await cluster.api(path, { method: 'POST', body: pod })
  if (status === 201) return []
  const { message } = JSON.parse(text) as { message: string }
  return status === 403 && message.includes('violates PodSecurity') ? reasonsIn(message) : { invalid: `${status} ${message}` }
}

const told = (pod: KubeObject, level: (typeof LEVELS)[number], version: PolicyVersion) => {
  const { metadata, spec } = KINDS.pods.schema.parse(pod) as Item<'pods'>
  return evaluatePod(level, minorOf(version, server), { annotations: metadata.annotations, spec }).map((v) => v.reason)
}

it(
  `says the same as the API server's admission, in its words, of ${PODS} random pods`,
  async () => {
    const pods = fc.sample(randomPod, { numRuns: PODS, seed: LONG ? Date.now() % 2 ** 31 : 20261125 })
    const questions = pods.flatMap((pod, i) =>
      [...ALWAYS, BORDERS[i % BORDERS.length] as PolicyVersion].flatMap((version) => LEVELS.map((level) => ({ pod, version, level }))),
    )
    const seen = new Map<string, number>()
    const different: string[] = []
    const invalid = new Set<string>()
    let allowed = 0
    const queue = questions.values()
    const worker = async () => {
      for (const { pod, version, level } of queue) {
        const theirs = await asked(pod, level, version)
        if ('invalid' in theirs) {
          invalid.add(`${theirs.invalid}\n${JSON.stringify(pod)}`)
          continue
        }
        if (theirs.length === 0) allowed += 1
        for (const reason of theirs) seen.set(reason, (seen.get(reason) ?? 0) + 1)
        const ours = told(pod, level, version)
        if (ours.join('|') !== theirs.join('|'))
          different.push(`${level} ${version}: server says ${theirs.join(', ')}; we say ${ours.join(', ')}\n${JSON.stringify(pod)}`)
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
    if (LONG) console.log(`${questions.length} questions, ${allowed} allowed`, Object.fromEntries(seen))
    expect(different).toEqual([])
    expect([...invalid]).toEqual([])
    // Each reason was met, and pods that are let through as well: else the comparison would prove little.
    expect([...seen.keys()].toSorted()).toEqual(REASONS)
    expect(allowed).toBeGreaterThan(questions.length / 10)
    expect(allowed).toBeLessThan((questions.length * 2) / 3)
  },
  LONG ? 600_000 : 120_000,
)

const REASONS = [
  'allowPrivilegeEscalation != false',
  'forbidden AppArmor profile',
  'forbidden AppArmor profiles',
  'forbidden sysctls',
  'host namespaces',
  'hostPath volumes',
  'hostPort',
  'hostProcess',
  'non-default capabilities',
  'privileged',
  'probe or lifecycle host',
  'procMount',
  'restricted volume types',
  'runAsNonRoot != true',
  'runAsUser=0',
  'seLinuxOptions',
  'seccompProfile',
  'unrestricted capabilities',
]

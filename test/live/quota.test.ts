import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Item, KINDS, type Kind, kindOf } from '../../src/model/kinds.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { compare, parseQuantity, printQuantity } from '../../src/simulate/quantity.ts'
import { againstQuotas, contradictions, rangePod } from '../../src/simulate/quota/admission.ts'
import { type Range, rangeOf } from '../../src/simulate/quota/limitRange.ts'
import { type ContainerNeeds, needsOf, withOwnDefaults } from '../../src/simulate/quota/pod.ts'
import { type Quota, quotaOf, type Taker } from '../../src/simulate/quota/quota.ts'
import { newcomer, takerOf } from '../../src/simulate/quota/takers.ts'
import { usedBy } from '../../src/simulate/quota/used.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { type Case, randomCase } from '../simulate/quota/randomCases.ts'
import { CLASSES, OVERHEAD } from '../simulate/quota/randomObjects.ts'

const LONG = Boolean(process.env.KUBEHARDEN_LONG)
const CASES = LONG ? 2500 : 500
const SEED = LONG ? Date.now() % 2 ** 31 : 20261125
const AT_ONCE = 4
const NOW = new Date()
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ name: 'quota', auditLog: false })
  for (const [value, name] of CLASSES.entries()) await post('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name }, value })
  await post('/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: 'heavy' }, handler: 'heavy', overhead: { podFixed: OVERHEAD } })
})
afterAll(async () => {
  await cluster?.stop()
})

async function post(path: string, body: object, allowed: readonly number[] = [201]) {
  const answer = await cluster.api(path, { method: 'POST', body })
  if (!allowed.includes(answer.status)) throw new Error(`${path}: ${answer.status} ${answer.text}`)
  return answer
}

interface Placed {
  readonly namespace: string
  readonly ranges: readonly Range[]
  readonly quotas: readonly Quota[]
  readonly objects: readonly KubeObject[]
}

const url = (namespace: string, kind: Kind) => `/api/v1/namespaces/${namespace}/${KINDS[kind].plural}`
const parsed = <K extends Kind>(kind: K, object: KubeObject) => KINDS[kind].schema.parse(object) as Item<K>

/** The case in a namespace of its own. Nothing counts there yet, and quotas say so: a controller would have written it. */
async function place({ ranges, quotas, objects }: Case, namespace: string): Promise<Placed> {
  await cluster.createNamespace(namespace)
  const kept: KubeObject[] = []
  for (const range of ranges) {
    // Bounds that contradict each other are refused.
    const { status } = await post(url(namespace, 'limitRanges'), range, [201, 422])
    if (status === 201) kept.push(range)
  }
  for (const quota of quotas) {
    const made = (await post(url(namespace, 'resourceQuotas'), quota)).json<KubeObject & { spec: { hard: Record<string, string> } }>()
    const { hard } = made.spec
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
    const path = `${url(namespace, 'resourceQuotas')}/${made.metadata.name}/status`
    const answer = await cluster.api(path, { method: 'PUT', body: { ...made, status: { hard, used } } })
    if (answer.status !== 200) throw new Error(answer.text)
  }
  return {
    namespace,
    ranges: kept.map((range) => rangeOf(parsed('limitRanges', range))),
    quotas: quotas.map((quota) => quotaOf(parsed('resourceQuotas', quota))),
    objects,
  }
}

/** Admission follows by watches: what was written last is known to it. */
async function followed(): Promise<void> {
  const mark: Case = {
    ranges: [
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'mark' },
        spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1' } }] },
      } as never,
    ],
    quotas: [{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'mark' }, spec: { hard: { configmaps: '0' } } } as never],
    objects: [],
  }
  await place(mark, 'mark')
  const claim = { metadata: { name: 'x' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2' } } } }
  for (const [kind, body] of [
    ['persistentVolumeClaims', claim],
    ['configMaps', { metadata: { name: 'x' } }],
  ] as const)
    await vi.waitFor(
      async () => expect((await cluster.api(`${url('mark', kind)}?dryRun=All`, { method: 'POST', body })).status).toBe(403),
      { timeout: 30_000 },
    )
}

interface Answer {
  readonly status: number
  readonly message: string
  readonly object: KubeObject
}

async function create(namespace: string, kind: Kind, object: KubeObject, dryRun: boolean): Promise<Answer> {
  const { status, text } = await cluster.api(`${url(namespace, kind)}${dryRun ? '?dryRun=All' : ''}`, { method: 'POST', body: object })
  const body = JSON.parse(text) as KubeObject & { message?: string }
  return { status, message: body.message ?? '', object: body }
}

/** The words after `is forbidden: `. */
const why = (message: string) => message.slice(message.indexOf(' is forbidden: ') + ' is forbidden: '.length)

/** Is this one of our reasons, or all of a LimitRange's together in any order? */
function saysSame(message: string, refusals: readonly { by: { kind: string; name: string }; reason: string }[]): boolean {
  const words = why(message)
  if (refusals.some((r) => r.reason === words)) return true
  return Object.values(Object.groupBy(refusals, (r) => `${r.by.kind}/${r.by.name}`)).some((own = []) => {
    const left = own.toSorted((a, b) => b.reason.length - a.reason.length).reduce((text, { reason }) => text.replace(reason, ''), words)
    return own.every(({ reason }) => words.includes(reason)) && /^\[[, ]*\]$/.test(left)
  })
}

const amounts = (list: readonly ContainerNeeds[]) =>
  list.map(({ name, requests, limits }) => {
    const text = (m: ContainerNeeds['requests']) => Object.fromEntries([...m].map(([k, q]) => [k, printQuantity(q)]).sort())
    return { name, requests: text(requests), limits: text(limits) }
  })

const counted = { admitted: 0, byRange: 0, byQuota: 0, unsaid: 0, invalid: 0, defaulted: 0 }

/** One question in both worlds: what is different, if anything. */
async function ask(at: Placed, takers: Taker[], object: KubeObject, dryRun: boolean): Promise<readonly string[]> {
  const kind = kindOf(object.apiVersion, object.kind) as Kind
  // Of Secrets only a row is ever read.
  const item = kind === 'secrets' ? { metadata: object.metadata, type: 'Opaque', keys: 0 } : parsed(kind, object)
  if (kind === 'pods' && contradictions(withOwnDefaults(needsOf((item as Item<'pods'>).spec))).length > 0) return []
  const { taker, refusals } = newcomer(kind, item as never, at.ranges, NOW)
  const quotas = refusals.length > 0 ? [] : againstQuotas(taker, at.quotas, (quota) => usedBy(quota, takers))
  const ours = [...refusals, ...quotas]
  const theirs = await create(at.namespace, kind, object, dryRun)
  const story = () => `${at.namespace} ${theirs.status} ${theirs.message}\n  we say ${JSON.stringify(ours)}\n  ${JSON.stringify(object)}`
  if (theirs.status === 201) {
    counted.admitted += 1
    if (ours.length > 0) return [story()]
    const stored = kind === 'pods' ? podDifference(at, object, theirs.object) : []
    if (!dryRun) takers.push(takerOf(kind, (kind === 'secrets' ? item : parsed(kind, theirs.object)) as never, NOW))
    return stored
  }
  const invalid = ours.some((r) => r.reason.startsWith('spec.'))
  if (invalid) counted.invalid += 1
  else if (theirs.message.includes('must specify')) counted.unsaid += 1
  else if (theirs.message.includes('quota')) counted.byQuota += 1
  else counted.byRange += 1
  const same = invalid ? theirs.status === 422 : theirs.status === 403 && saysSame(theirs.message, ours)
  return same ? [] : [story()]
}

/** The pod as the API server filled it in, and as we do. */
function podDifference(at: Placed, asked: KubeObject, stored: KubeObject): readonly string[] {
  // What is stored is filled in again as it is read.
  const pod = withOwnDefaults(rangePod(needsOf(parsed('pods', asked).spec), at.ranges).pod)
  const theirs = needsOf(parsed('pods', stored).spec)
  const [a, b] = [pod, theirs].map((p) =>
    JSON.stringify([
      amounts(p.containers),
      amounts(p.init),
      p.whole === undefined ? [] : amounts([{ ...p.whole, name: '', sidecar: false }]),
    ]),
  )
  if (JSON.stringify(amounts(pod.containers)) !== JSON.stringify(amounts(needsOf(parsed('pods', asked).spec).containers)))
    counted.defaulted += 1
  return a === b ? [] : [`${at.namespace} stored\n  ${b}\n  we say\n  ${a}`]
}

/** What the admission has charged, against what we count. */
async function usedDifference(at: Placed, takers: readonly Taker[]): Promise<readonly string[]> {
  const { items } = (await cluster.api(url(at.namespace, 'resourceQuotas'))).json<{
    items: (KubeObject & { status: { used: Record<string, string> } })[]
  }>()
  return at.quotas.flatMap((quota) => {
    const theirs = items.find((i) => i.metadata.name === quota.name)?.status.used ?? {}
    return [...usedBy(quota, takers)].flatMap(([name, ours]) => {
      const charged = parseQuantity(theirs[name] ?? '')
      return charged !== undefined && compare(charged, ours) === 0
        ? []
        : [`${at.namespace} ${quota.name} ${name}: charged ${theirs[name]}, we count ${printQuantity(ours)}`]
    })
  })
}

async function inTurn<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.entries()
  const worker = async () => {
    for (const [i, item] of queue) await work(item, i)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

it(
  `${CASES} random cases: the API server admits, refuses, fills in and charges as the engine says`,
  async () => {
    const cases = fc.sample(randomCase, { numRuns: CASES, seed: SEED })
    const placed: Placed[] = []
    await inTurn(cases, async (one, i) => {
      placed[i] = await place(one, `case-${i}`)
    })
    await followed()
    const different: string[] = []
    await inTurn(placed, async (at) => {
      const takers: Taker[] = []
      // All but the last are made; the last is only asked, by a dry run.
      for (const [i, object] of at.objects.entries()) different.push(...(await ask(at, takers, object, i === at.objects.length - 1)))
      different.push(...(await usedDifference(at, takers)))
    })
    const refused = counted.byQuota + counted.byRange + counted.unsaid + counted.invalid
    console.log(`seed ${SEED}: ${cases.length} cases, ${refused + counted.admitted} questions, ${different.length} differences`, counted)
    expect(different).toEqual([])
    for (const n of [counted.admitted, refused]) expect(n).toBeGreaterThan((refused + counted.admitted) * 0.2)
    for (const n of Object.values(counted)) expect(n).toBeGreaterThan(0)
  },
  LONG ? 900_000 : 240_000,
)

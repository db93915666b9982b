import type { Quantity } from '../quantity.ts'
import { type Ground, type Held, heldIn, judge } from './judge.ts'
import { type Range, rangeOf } from './limitRange.ts'
import { MUST_BE_SAID } from './names.ts'
import type { ContainerNeeds } from './pod.ts'
import { type Quota, share, unsaid } from './quota.ts'
import { less, most, none, only, plus, type Resources, written } from './resources.ts'
import { sensible, withRoom } from './rounding.ts'
import { type Newcomer, newPod } from './takers.ts'
import { workloadsOf } from './workloads.ts'

/** Their names, where nothing of the name is there. */
export const QUOTA_NAME = 'kubeharden-quota'
export const RANGE_NAME = 'kubeharden-defaults'

type Written = Readonly<Record<string, string>>
export interface Proposal {
  readonly hard: Written
  /** For containers that say nothing. */
  readonly defaults?: { readonly defaultRequest?: Written; readonly default?: Written }
}

const COMPUTE = ['requests.cpu', 'requests.memory', 'limits.memory'] as const
const OF_CLAIMS = ['persistentvolumeclaims', 'requests.storage'] as const
const ENDLESS: Quantity = { milli: 10n ** 30n, format: 'decimal' }

/**
 * A quota from what is used today, with room, and never below what the next rollout needs; with defaults for containers that
 * say nothing. What would refuse something of today is not proposed: then there are fewer resources in it, at last pods only.
 */
export function propose(ground: Ground, headroom: number): Proposal | undefined {
  const own = { ...ground, quotas: [], ranges: ground.ranges.filter((r) => r.name !== RANGE_NAME) }
  const pods = newPods(own)
  if (pods.length === 0) return undefined
  const claims = ground.lists.persistentVolumeClaims.length > 0 ? OF_CLAIMS : []
  const said = (name: string) => pods.every(({ taker }) => unsaid(endless([name]), taker) === undefined)
  const limited = said('limits.cpu') && pods.some(({ taker }) => taker.usage.has('limits.cpu')) ? ['limits.cpu'] : []
  const compute = [...COMPUTE, ...limited]
  const defaults = defaultsFor(pods)
  const candidates: readonly Candidate[] = [
    { names: ['pods', ...compute, ...claims], ...(defaults === undefined ? {} : { defaults }) },
    { names: ['pods', ...compute.filter(said), ...claims] },
    { names: ['pods'] },
  ]
  for (const candidate of candidates) {
    const proposal = sized(own, candidate, headroom)
    if (proposal !== undefined) return proposal
  }
  return undefined
}

interface Candidate {
  readonly names: readonly string[]
  readonly defaults?: NonNullable<Proposal['defaults']>
}

function sized(ground: Ground, { names, defaults }: Candidate, headroom: number): Proposal | undefined {
  const ranges = defaults === undefined ? ground.ranges : [...ground.ranges, rangeFrom(defaults)]
  const probe = endless(names)
  const free = { ...ground, ranges, quotas: [probe] }
  const { used, afterRollout } = judge(free)
  const rollout = less(afterRollout.get(probe) ?? none, used.get(probe) ?? none)
  const now = heldIn(free, workloadsOf(ground.lists, ground.now)).reduce<Resources>((sum, held) => plus(sum, greater(probe, held)), none)
  const needed = only(plus(now, rollout), (name) => names.includes(name))
  const hard = new Map(
    [...needed].flatMap(([name, { milli }]): [string, Quantity][] => {
      if (milli <= 0n) return []
      const roomy = withRoom(now.get(name)?.milli ?? 0n, headroom)
      return [[name, sensible(name, roomy > milli ? roomy : milli)]]
    }),
  )
  const { refused } = judge({ ...free, quotas: [{ name: QUOTA_NAME, hard, scopes: [] }] })
  const names2 = new Set([QUOTA_NAME, RANGE_NAME])
  if (hard.size === 0 || refused.some(({ by }) => names2.has(by.name))) return undefined
  return { hard: written(hard), ...(defaults === undefined ? {} : { defaults }) }
}

/** While it is made again, the greater of old and new may be there. */
function greater(quota: Quota, { taker, again }: Held): Resources {
  return most(share(quota, taker), share(quota, again.taker))
}

function endless(names: readonly string[]): Quota {
  return { name: QUOTA_NAME, hard: new Map(names.map((name) => [name, ENDLESS])), scopes: [] }
}

/** Each pod and template, as it would be made now. */
function newPods(ground: Ground): readonly Newcomer[] {
  const workloads = workloadsOf(ground.lists, ground.now)
  const held = heldIn(ground, workloads).filter((h) => h.taker.usage.has('pods'))
  return [...workloads.map((w) => newPod(w.spec, ground.ranges)), ...held.map((h) => h.again)]
}

function containersOf(pods: readonly Newcomer[]): readonly ContainerNeeds[] {
  return pods.flatMap(({ taker: { scoped } }) => (scoped.kind === 'pod' ? [...scoped.pod.containers, ...scoped.pod.init] : []))
}

const LEAST: Readonly<Record<string, Quantity>> = {
  cpu: { milli: 100n, format: 'decimal' },
  memory: { milli: 128n * 1024n * 1024n * 1000n, format: 'binary' },
}

/** What others here ask for, in the middle; as limit of memory twice that, and no less than one asks for that has no limit. */
function defaultsFor(pods: readonly Newcomer[]): Proposal['defaults'] {
  const needy = pods.filter(({ taker }) =>
    [...MUST_BE_SAID].some((name) => name !== 'limits.cpu' && unsaid(endless([name]), taker) !== undefined),
  )
  const lacking = containersOf(needy)
  const all = containersOf(pods)
  const without = (name: string) => lacking.some((c) => !c.requests.has(name))
  const unlimited = lacking.filter((c) => !c.limits.has('memory'))
  const cpu = without('cpu') ? { cpu: middle(all, 'cpu') } : {}
  const memory = without('memory') || unlimited.length > 0 ? { memory: middle(all, 'memory') } : {}
  const asked = unlimited.map((c) => c.requests.get('memory')?.milli ?? 0n)
  const limit = [2n * (memory.memory?.milli ?? 0n), ...asked].reduce((a, b) => (a > b ? a : b))
  const requests = new Map(Object.entries({ ...cpu, ...memory }))
  if (requests.size === 0) return undefined
  return {
    defaultRequest: written(requests),
    ...(unlimited.length === 0 ? {} : { default: written(new Map([['memory', sensible('memory', limit)]])) }),
  }
}

function middle(containers: readonly ContainerNeeds[], name: string): Quantity {
  const asked = containers.flatMap((c) => c.requests.get(name)?.milli ?? []).filter((milli) => milli > 0n)
  const sorted = asked.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const median = sorted[Math.floor(sorted.length / 2)]
  return median === undefined ? (LEAST[name] ?? { milli: 0n, format: 'decimal' }) : sensible(name, median)
}

function rangeFrom({ defaultRequest = {}, default: limits = {} }: NonNullable<Proposal['defaults']>): Range {
  const item = {
    type: 'Container',
    defaultRequest: { ...defaultRequest },
    default: { ...limits },
    min: {},
    max: {},
    maxLimitRequestRatio: {},
  }
  const metadata = {
    name: RANGE_NAME,
    labels: {},
    annotations: {},
    ownerReferences: [],
    managers: [],
    creationTimestamp: undefined,
    deletionTimestamp: undefined,
  }
  return rangeOf({ metadata, spec: { limits: [item] } })
}

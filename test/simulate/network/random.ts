import { type Item, KINDS } from '../../../src/model/kinds.ts'
import type { Policy } from '../../../src/simulate/network/rules.ts'

/** Random numbers that are the same for the same seed (mulberry32). */
export function randomOf(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number) => Math.floor(next() * n)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const chance = (p: number) => next() < p
  const some = <T>(least: number, most: number, make: () => T): T[] => Array.from({ length: least + below(most - least + 1) }, make)
  return { below, pick, chance, some }
}
type Random = ReturnType<typeof randomOf>

/** What random policies are about: namespaces with their labels, labels and addresses of pods, ports and their names. */
export interface Scene {
  readonly namespaces: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[]
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly ips: readonly string[]
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[]
  readonly names: readonly string[]
}

/** A set of policies as objects, as kubectl would apply them. */
export function randomPolicies(random: Random, scene: Scene): object[] {
  let number = 0
  return random.some(1, 7, () => {
    number += 1
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `p${number}`, namespace: random.pick(scene.namespaces).name },
      spec: {
        podSelector: selector(random, scene.labels),
        ...pickOf(random, [{}, {}, { policyTypes: ['Ingress'] }, { policyTypes: ['Egress'] }, { policyTypes: ['Ingress', 'Egress'] }]),
        ...rules(random, scene, 'ingress', 'from'),
        ...rules(random, scene, 'egress', 'to'),
      },
    }
  })
}

export function parsePolicies(objects: readonly object[]): Policy[] {
  return objects.map((o) => KINDS.networkPolicies.schema.parse(o) as Item<'networkPolicies'>)
}

const pickOf = (random: Random, list: readonly object[]) => random.pick(list)

function selector(random: Random, labels: Scene['labels']): object {
  const keys = Object.keys(labels)
  const key = random.pick(keys)
  const values = labels[key] ?? []
  const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist']
  const operator = random.pick(operators)
  const expression = {
    key,
    operator,
    ...(operator === 'In' || operator === 'NotIn' ? { values: [...new Set(random.some(1, 2, () => random.pick(values)))] } : {}),
  }
  const all: (() => object)[] = [
    () => ({}),
    () => ({ matchLabels: { [key]: random.pick(values) } }),
    () => ({ matchExpressions: [expression] }),
    () => {
      const other = random.pick(keys)
      return { matchLabels: { [other]: random.pick(labels[other] ?? []) }, matchExpressions: [expression] }
    },
  ]
  return random.pick(all)()
}

function rules(random: Random, scene: Scene, list: string, peers: string): object {
  if (random.chance(0.35)) return {}
  const rule = () => ({
    ...(random.chance(0.15) ? {} : { [peers]: random.some(random.chance(0.1) ? 0 : 1, 3, () => peer(random, scene)) }),
    ...(random.chance(0.4) ? {} : { ports: random.some(random.chance(0.1) ? 0 : 1, 3, () => port(random, scene)) }),
  })
  return { [list]: random.some(0, 2, rule) }
}

function peer(random: Random, scene: Scene): object {
  const labels: Record<string, string[]> = {}
  for (const { name, labels: own } of scene.namespaces)
    for (const [key, value] of Object.entries({ ...own, 'kubernetes.io/metadata.name': name }))
      labels[key] = [...(labels[key] ?? []), value]
  const namespaceSelector = selector(random, labels)
  const podSelector = selector(random, scene.labels)
  return random.pick([{ podSelector }, { namespaceSelector }, { namespaceSelector, podSelector }, { ipBlock: block(random, scene.ips) }])
}

/** A block around the address of a pod, perhaps with a smaller one of its own left out. */
function block(random: Random, ips: readonly string[]): object {
  const bits = random.pick([0, 8, 24, 27, 28, 29, 30, 31, 32])
  const ip = random.pick(ips)
  const cidr = `${masked(ip, bits)}/${bits}`
  const within = ips.filter((other) => masked(other, bits) === masked(ip, bits))
  if (bits === 32 || random.chance(0.5)) return { cidr }
  const except = random.some(1, 2, () => {
    const less = Math.min(32, bits + 1 + random.below(32 - bits))
    return `${masked(random.pick(within), less)}/${less}`
  })
  return { cidr, except: [...new Set(except)] }
}

function masked(ip: string, bits: number): string {
  const value = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - bits)
  const first = Math.floor(value / size) * size
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')
}

function port(random: Random, scene: Scene): object {
  const { port: number, protocol } = random.pick(scene.ports)
  const said = protocol === 'TCP' && random.chance(0.4) ? {} : { protocol: random.chance(0.85) ? protocol : random.pick(['TCP', 'UDP']) }
  const kind = random.below(10)
  if (kind === 0) return said
  if (kind <= 4) return { ...said, port: number }
  if (kind <= 7) return { ...said, port: random.pick(scene.names) }
  const start = number - random.below(3)
  return { ...said, port: start, endPort: start + random.below(5) }
}

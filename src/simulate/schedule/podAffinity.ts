import type { Rule } from './spread.ts'
import { type Matches, matcherOf } from './terms.ts'
import type { NodeView, PodView, World } from './world.ts'

/** A place: a topology key with its value, as the label of a node. */
type Place = `${string}=${string}`

/**
 * Required affinity and anti-affinity between pods, of the pod itself and of those that are there already.
 * Source: interpodaffinity/filtering.go, in its order: affinity, anti-affinity, anti-affinity of the others.
 */
export function podAffinityRule(pod: PodView, world: World): Rule | undefined {
  const ways = world.exclusions === 'either' ? (['as-written', 'ignored'] as const) : [world.exclusions]
  const own = ways.flatMap((exclusions) => [affinityRule(pod, { ...world, exclusions }), antiRule(pod, { ...world, exclusions })])
  const rules = [...own, othersRule(pod, world)].filter((rule) => rule !== undefined)
  if (rules.length === 0) return undefined
  return (node) => {
    for (const rule of rules) {
      const why = rule(node)
      if (why !== undefined) return why
    }
    return undefined
  }
}

/** Each term's place must hold a pod that matches all terms; the first of its kind may go anywhere that has the keys. */
function affinityRule(pod: PodView, { nodes, namespaces, exclusions }: World): Rule | undefined {
  const terms = pod.spec.affinity.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (terms.length === 0) return undefined
  const matchers = terms.map((term) => matcherOf(term, pod, namespaces, exclusions))
  const all: Matches = (other) => matchers.every((matches) => matches(other))
  const places = new Set<Place>()
  for (const node of nodes) if (node.pods.some(all)) for (const term of terms) add(places, node, term.topologyKey)
  const first = places.size === 0 && all(pod)
  return (node) => {
    const here = terms.map((term) => placeOf(node, term.topologyKey))
    if (here.every((place) => place !== undefined && (first || places.has(place)))) return undefined
    return "node(s) didn't match pod affinity rules"
  }
}

function antiRule(pod: PodView, { nodes, namespaces, exclusions }: World): Rule | undefined {
  const terms = pod.spec.affinity.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (terms.length === 0) return undefined
  const taken = new Set<Place>()
  for (const term of terms) {
    const matches = matcherOf(term, pod, namespaces, exclusions)
    for (const node of nodes) if (node.pods.some(matches)) add(taken, node, term.topologyKey)
  }
  return (node) => {
    const hit = terms.some(({ topologyKey }) => isIn(taken, node, topologyKey))
    return hit ? "node(s) didn't match pod anti-affinity rules" : undefined
  }
}

/** What pods that are there will not have beside them. */
function othersRule(pod: PodView, { nodes }: World): Rule | undefined {
  const taken = new Set<Place>()
  const keys = new Set<string>()
  for (const node of nodes)
    for (const other of node.guarded)
      for (const { topologyKey, matches } of other.guards)
        if (matches(pod)) {
          add(taken, node, topologyKey)
          keys.add(topologyKey)
        }
  if (taken.size === 0) return undefined
  return (node) =>
    [...keys].some((key) => isIn(taken, node, key)) ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined
}

function placeOf(node: NodeView, key: string): Place | undefined {
  return Object.hasOwn(node.labels, key) ? `${key}=${node.labels[key]}` : undefined
}

function add(places: Set<Place>, node: NodeView, key: string): void {
  const place = placeOf(node, key)
  if (place !== undefined) places.add(place)
}

function isIn(places: ReadonlySet<Place>, node: NodeView, key: string): boolean {
  const place = placeOf(node, key)
  return place !== undefined && places.has(place)
}

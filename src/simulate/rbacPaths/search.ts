import type { Graph } from './graph.ts'
import { GOAL, GOAL_ADMISSION, GOAL_NODE } from './hubs.ts'
import type { Edge } from './types.ts'

/** From a node on: the edge to take, and how many steps are left. */
export interface Next {
  readonly edge: Edge
  readonly steps: number
}

/** Every node that reaches a goal, with the first edge of a shortest way; edges without a move cost nothing. */
export function waysToGoals(graph: Graph): ReadonlyMap<string, Next> {
  const into = new Map<string, { readonly from: string; readonly edge: Edge }[]>()
  for (const [from, edges] of graph)
    for (const edge of edges) {
      const list = into.get(edge.to)
      if (list === undefined) into.set(edge.to, [{ from, edge }])
      else list.push({ from, edge })
    }
  const ways = new Map<string, Next>()
  // cluster-admin itself goes before what is only as good.
  const goals = [GOAL, GOAL_NODE, GOAL_ADMISSION]
  const settled = new Set<string>()
  walk(goals, (node, steps, visit) => {
    if (settled.has(node)) return
    settled.add(node)
    for (const { from, edge } of into.get(node) ?? []) {
      const cost = steps + (edge.move === undefined ? 0 : 1)
      const known = ways.get(from)
      if (goals.includes(from) || (known !== undefined && known.steps <= cost)) continue
      ways.set(from, { edge, steps: cost })
      visit(from, cost)
    }
  })
  return ways
}

/** Every node that can be reached from one, with the edge that a shortest way comes in by. */
export function waysFrom(
  graph: Graph,
  start: string,
): ReadonlyMap<string, { readonly from: string; readonly edge: Edge; readonly steps: number }> {
  const ways = new Map<string, { from: string; edge: Edge; steps: number }>()
  const settled = new Set<string>()
  walk([start], (node, steps, visit) => {
    if (settled.has(node)) return
    settled.add(node)
    for (const edge of graph.get(node) ?? []) {
      const cost = steps + (edge.move === undefined ? 0 : 1)
      const known = ways.get(edge.to)
      if (edge.to === start || (known !== undefined && known.steps <= cost)) continue
      ways.set(edge.to, { from: node, edge, steps: cost })
      visit(edge.to, cost)
    }
  })
  return ways
}

/** Level by level: everything that costs nothing is looked at before the next step is taken. */
function walk(starts: readonly string[], look: (node: string, steps: number, visit: (node: string, steps: number) => void) => void): void {
  let level = [...starts]
  for (let steps = 0; level.length > 0; steps += 1) {
    const next: string[] = []
    const visit = (node: string, cost: number) => {
      if (cost === steps) level.push(node)
      else next.push(node)
    }
    // The list grows while it is walked.
    for (let i = 0; i < level.length; i += 1) look(level[i] ?? '', steps, visit)
    level = next
  }
}

/** The edges of a way from a start to a goal. */
export function edgesToGoal(start: string, ways: ReadonlyMap<string, Next>): readonly Edge[] {
  const edges: Edge[] = []
  for (let next = ways.get(start); next !== undefined; next = ways.get(next.edge.to)) edges.push(next.edge)
  return edges
}

/** The edges of a way that was found forwards. */
export function edgesTo(end: string, ways: ReturnType<typeof waysFrom>): readonly Edge[] {
  const edges: Edge[] = []
  for (let at = ways.get(end); at !== undefined; at = ways.get(at.from)) edges.push(at.edge)
  return edges.reverse()
}

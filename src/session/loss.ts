import { HardenError } from '#model/errors.ts'
import type { Kind } from '#model/kinds.ts'
import type { Loss, LossEvent, LossPreview } from '#model/loss.ts'
import type { Gap } from '#model/right.ts'
import { itemsOf, type State } from '#model/state.ts'
import { lossOf } from '#simulate/loss/loss.ts'
import { registriesOf } from '#simulate/loss/pulls.ts'
import { type Scene, sceneOf } from '#simulate/loss/scene.ts'
import type { Exclusions } from '#simulate/schedule/world.ts'
import { minorOfVersion } from '#simulate/versions.ts'
import { unreadable } from './unreadable.ts'

export const LOSS_READS = [
  'namespaces',
  'nodes',
  'pods',
  'deployments',
  'statefulSets',
  'replicaSets',
  'jobs',
  'podDisruptionBudgets',
  'persistentVolumeClaims',
  'persistentVolumes',
] as const satisfies readonly Kind[]

/** What is lost together; nothing named: each node, each zone and each registry by itself. */
export interface LossAsked {
  readonly nodes: readonly string[]
  readonly zones: readonly string[]
  readonly registries: readonly string[]
  /** Only workloads of this namespace are told of; all of them take room. */
  readonly namespace?: string
}

/** What the loss of nodes, zones and registries would leave. Throws HardenError where there is nothing to lose, or a name is not known. */
export function lossPreview(state: State, asked: LossAsked): LossPreview {
  refuseBlind(state)
  const scene = sceneIn(state)
  refuseUnknown(scene, asked, state.cluster.name)
  const { notes, events } = eventsOf(scene, asked)
  const losses = events.map((event) => narrowed(lossOf(scene, event), asked.namespace))
  return { losses, notes: [...notes, ...notesOn(scene)], gaps: LOSS_READS.flatMap((kind) => state.kinds[kind]?.gaps ?? []) }
}

function sceneIn(state: State): Scene {
  const seen = <K extends 'persistentVolumeClaims' | 'persistentVolumes'>(kind: K) =>
    isWhole(state, kind) ? itemsOf(state, kind) : undefined
  return sceneOf({
    nodes: itemsOf(state, 'nodes'),
    pods: itemsOf(state, 'pods'),
    namespaces: itemsOf(state, 'namespaces'),
    deployments: itemsOf(state, 'deployments'),
    statefulSets: itemsOf(state, 'statefulSets'),
    replicaSets: itemsOf(state, 'replicaSets'),
    jobs: itemsOf(state, 'jobs'),
    budgets: itemsOf(state, 'podDisruptionBudgets'),
    claims: seen('persistentVolumeClaims'),
    volumes: seen('persistentVolumes'),
    allPods: isWhole(state, 'pods') && isWhole(state, 'nodes'),
    exclusions: exclusionsOf(state.cluster.version),
  })
}

/** Versions with the scheduler's defect; which of their patches mend it is not known here. */
function exclusionsOf(version: string | undefined): Exclusions {
  const minor = minorOfVersion(version)
  return minor === undefined || (minor >= 34 && minor <= 36) ? 'either' : 'as-written'
}

function isWhole(state: State, kind: Kind): boolean {
  const read = state.kinds[kind]
  return read !== undefined && read.gaps.length === 0 && read.onlyNamespaces === undefined
}

function refuseBlind(state: State): void {
  for (const kind of ['nodes', 'pods'] as const) {
    if (itemsOf(state, kind).length > 0) continue
    const gap = state.kinds[kind]?.gaps.find((g) => g.namespace === undefined && g.reason !== 'malformed')
    if (gap === undefined)
      throw new HardenError(
        'input',
        `There are no ${kind} in ${state.cluster.name}.`,
        'What is lost can only be said of a cluster or its snapshot.',
      )
    throw unseen(gap, kind)
  }
}

function unseen(gap: Gap, what: string): HardenError {
  if (gap.reason === 'not-in-source')
    return new HardenError('input', `There are no ${what} in it.`, 'What is lost can only be said of a cluster or its snapshot.')
  return unreadable(gap, what, 'kubeharden permissions prints the rights.')
}

function refuseUnknown(scene: Scene, asked: LossAsked, cluster: string): void {
  const known = {
    node: scene.lists.nodes.map((n) => n.metadata.name),
    zone: [...new Set(scene.zoneOf.values())],
    registry: registriesOf(scene),
  }
  const named = [
    ...asked.nodes.map((name) => ['node', name] as const),
    ...asked.zones.map((name) => ['zone', name] as const),
    ...asked.registries.map((name) => ['registry', name] as const),
  ]
  for (const [what, name] of named) {
    if (known[what].includes(name)) continue
    const some = known[what].toSorted().slice(0, 10)
    const hint =
      some.length === 0
        ? `There is no ${what} at all.`
        : `There ${some.length === 1 ? 'is' : 'are'} ${some.join(', ')}${known[what].length > 10 ? ', …' : ''}.`
    throw new HardenError('input', `There is no ${what} ${name} in ${cluster}.`, hint)
  }
}

const NONE: LossEvent = { nodes: [], zones: [], registries: [] }

function eventsOf(
  scene: Scene,
  { nodes, zones, registries }: LossAsked,
): { readonly events: readonly LossEvent[]; readonly notes: readonly string[] } {
  if (nodes.length + zones.length + registries.length > 0) return { events: [{ nodes, zones, registries }], notes: [] }
  const allZones = [...new Set(scene.zoneOf.values())].toSorted()
  const oneZone = allZones.length === 1 && scene.zoneOf.size === scene.lists.nodes.length
  const notes =
    allZones.length === 0
      ? ['No node says its zone (topology.kubernetes.io/zone): the loss of a zone is not known.']
      : oneZone
        ? [`All nodes are in zone ${allZones[0]}: with it everything is lost.`]
        : []
  return {
    events: [
      ...scene.lists.nodes
        .map((node) => ({ ...NONE, nodes: [node.metadata.name] }))
        .toSorted((a, b) => ((a.nodes[0] ?? '') < (b.nodes[0] ?? '') ? -1 : 1)),
      ...(oneZone ? [] : allZones.map((zone) => ({ ...NONE, zones: [zone] }))),
      ...registriesOf(scene).map((registry) => ({ ...NONE, registries: [registry] })),
    ],
    notes,
  }
}

function notesOn(scene: Scene): readonly string[] {
  const gated = scene.lists.nodes.length === 1 ? ['There is one node: nothing can move.'] : []
  const pending = scene.lists.pods.filter((p) => (p.spec.nodeName ?? '') === '' && p.status.phase === 'Pending').length
  return [
    ...gated,
    ...(pending === 0 ? [] : [`${pending} ${pending === 1 ? 'pod has' : 'pods have'} no node today already; they take no room here.`]),
  ]
}

function narrowed(loss: Loss, namespace: string | undefined): Loss {
  if (namespace === undefined) return loss
  const own = ({ object }: { readonly object: { readonly namespace?: string } }) => object.namespace === namespace
  return { ...loss, workloads: loss.workloads.filter(own), pulls: loss.pulls.filter(own) }
}

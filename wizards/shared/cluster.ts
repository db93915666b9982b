import { HardenError } from '#model/errors.ts'
import type { Kind } from '#model/kinds.ts'
import { isSystemNamespace, itemsOf, type State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import type { OtherDistribution, Ways } from './ways.ts'

/** Was this kind read, and read whole? Only then may a missing object be called missing. */
export function seenWhole(state: State, kind: Kind): boolean {
  const collected = state.kinds[kind]
  return collected !== undefined && collected.gaps.length === 0 && collected.onlyNamespaces === undefined
}

/** Namespaces of the cluster's users, by name. */
export function userNamespaces(state: State): string[] {
  return itemsOf(state, 'namespaces')
    .filter((n) => !isSystemNamespace(n.metadata.name) && n.status.phase !== 'Terminating')
    .map((n) => n.metadata.name)
    .toSorted()
}

/**
 * Refuses namespaces that the cluster does not have. Where namespaces could not be listed nothing is refused here;
 * the server's dry run says it.
 * @throws HardenError `input`
 */
export function requireNamespaces(state: State, field: string, names: readonly string[]): void {
  if (!seenWhole(state, 'namespaces')) return
  const existing = new Set(itemsOf(state, 'namespaces').map((n) => n.metadata.name))
  const missing = names.filter((n) => !existing.has(n))
  if (missing.length === 0) return
  const known = userNamespaces(state)
  const list = known.slice(0, 10).map(safe).join(', ')
  throw new HardenError(
    'input',
    `${field}: this cluster has no namespace ${missing.map(safe).join(', ')}.`,
    known.length === 0 ? 'Create the namespace first.' : `Choose one of: ${list}${known.length > 10 ? ', …' : ''}; or create it first.`,
  )
}

/** Refuses distributions whose own tools do this; `ways` says for each how. @throws HardenError `input` */
export function refuseDistributions(state: State, what: string, ways: Ways): void {
  const { distribution } = state.cluster
  const way = distribution in ways ? ways[distribution as OtherDistribution] : undefined
  if (way !== undefined) throw new HardenError('input', `${what} is not set up with files of ours on ${distribution}.`, way)
}

/** `1.36` of `v1.36.3-gke.12`; undefined where the version is not known. */
export function minorVersion(state: State): string | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(state.cluster.version ?? '')
  return match === null ? undefined : `${match[1]}.${match[2]}`
}

/** Is this node one of the control plane? */
export function isControlPlane(labels: Readonly<Record<string, string>>): boolean {
  return 'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels
}

/** Names of the control-plane nodes that were seen, sorted. */
export function controlPlaneNodes(state: State): string[] {
  return itemsOf(state, 'nodes')
    .filter((n) => isControlPlane(n.metadata.labels))
    .map((n) => n.metadata.name)
    .toSorted()
}

/** Refuses a node that is not of the control plane; none named, or none seen, is nothing to refuse. @throws HardenError `input` */
export function requireControlPlaneNode(state: State, field: string, node: string | undefined): void {
  const nodes = controlPlaneNodes(state)
  if (node === undefined || nodes.length === 0 || nodes.includes(node)) return
  throw input(
    `${field}: ${safe(node)} is not one of the control-plane nodes.`,
    `Choose one of: ${nodes.map(safe).join(', ')}; or leave it empty.`,
  )
}

export function input(message: string, hint: string): HardenError {
  return new HardenError('input', message, hint)
}

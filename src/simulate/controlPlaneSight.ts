import type { CheckContext } from '#model/check.ts'
import { type Item, KINDS, PROBE_API } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'
import { type Component, componentPods, type Instance } from './controlPlane.ts'

/** Why the flags of something cannot be told. */
export type Blind =
  | 'eks' // managed: the provider runs it
  | 'gke'
  | 'aks'
  | 'notVisible' // no pod of it in kube-system: k3s, Talos' etcd, an etcd outside
  | 'shell' // started through a shell, which hides them
  | 'noPod' // a control-plane node without its pod (a mirror pod is away for a minute or two after a restart)
  | 'nodesHidden' // the nodes may not be listed, so nobody knows whether there are more
  | 'configFile' // a file on the node says it

/** A component as far as it can be seen: instances with their flags, and what could not be seen. */
export interface ComponentSight {
  readonly seen: readonly Instance[]
  readonly blind: readonly { readonly object: ObjectRef; readonly why: Blind }[]
}

const KUBE_SYSTEM: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }
const ROLES = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** What is looked at: the pods of kube-system, and as help the nodes and the API servers' own /flagz. */
export interface ControlPlaneLists {
  readonly pods: readonly Item<'pods'>[]
  readonly nodes: readonly Item<'nodes'>[]
  readonly apiServers: readonly Item<'apiServers'>[]
}

/**
 * The instances of a component on every control-plane node. From mirror pods; an API server without any (managed, k3s) tells
 * its flags by /flagz where it serves it. A control-plane node whose pod is not there is blind, never left out.
 */
export function componentSight(lists: ControlPlaneLists, component: Component, context: CheckContext): ComponentSight {
  const pods = componentPods(lists.pods, component)
  if (pods.length === 0) return withoutPods(lists, component, context)
  const blind: ComponentSight['blind'][number][] = pods.filter(({ hidden }) => hidden).map(({ pod }) => ({ object: pod, why: 'shell' }))
  const live = pods.filter(({ file }) => file !== true)
  if (live.length > 0 && context.hidden?.has('nodes') === true) blind.push({ object: KUBE_SYSTEM, why: 'nodesHidden' })
  for (const { metadata } of lists.nodes)
    if (ROLES.some((role) => role in metadata.labels) && !pods.some(({ node }) => node === metadata.name))
      blind.push({ object: { apiVersion: 'v1', kind: 'Node', name: metadata.name }, why: 'noPod' })
  return { seen: pods.filter(({ hidden }) => !hidden), blind }
}

function withoutPods({ apiServers }: ControlPlaneLists, component: Component, { cluster }: CheckContext): ComponentSight {
  const { distribution } = cluster
  if (component === 'kube-apiserver') {
    const seen = apiServers.flatMap((server) => fromFlagz(server) ?? [])
    if (seen.length > 0 && seen.length === apiServers.length) return { seen, blind: [] }
  }
  const why: Blind = distribution === 'eks' || distribution === 'gke' || distribution === 'aks' ? distribution : 'notVisible'
  return { seen: [], blind: [{ object: KUBE_SYSTEM, why }] }
}

/** /flagz holds every flag with the value in force, defaults too; what is empty there was not given. */
function fromFlagz({ metadata, flags }: Item<'apiServers'>): Instance | undefined {
  if (flags === undefined) return undefined
  const given = Object.entries(flags)
    .map(([name, value]) => [name, value.replace(/^\[(.*)\]$/, '$1')] as const)
    .filter(([, value]) => value !== '')
  const pod = { apiVersion: PROBE_API, kind: KINDS.apiServers.kind, name: metadata.name }
  return { pod, image: '', flags: new Map(given.map(([name, value]) => [name, [value]])) }
}

import * as z from 'zod'
import type { Item } from '#model/kinds.ts'
import type { Answers } from '#model/questions.ts'
import { itemsOf, type State } from '#model/state.ts'
import { inCidr } from '#simulate/network/cidr.ts'
import { accountsWithRights } from '#simulate/network/flowsSystem.ts'
import { directionsOf } from '#simulate/network/rules.ts'
import { selectsAll } from '#simulate/selectors.ts'
import { isControlPlane, userNamespaces } from '../shared/cluster.ts'
import { checkOf, type Opened } from '../shared/opened.ts'
import { METADATA, single } from './cidr.ts'
import { PRIVATE_RANGES, type questions } from './questions.ts'

/** Default deny of what comes in, where it is missing; what the finding asks for, in its namespace alone, where there is one. */
export function defaults(state: State, finding?: Opened, given: Answers = {}): Partial<z.input<typeof questions>> {
  const object = finding?.object
  const named = object?.kind === 'Namespace' ? object.name : object?.namespace
  const inNamespaces = named === undefined ? userNamespaces(state).filter((n) => !deniesByDefault(state, n)) : [named]
  const chosen = z.array(z.string()).safeParse(given.inNamespaces).data ?? inNamespaces
  return {
    mode: checkOf(finding) === 'network/metadata-address' ? 'no-public-egress' : 'default-deny',
    inNamespaces,
    direction: directionOf(state, finding, named),
    dns: true,
    nodeLocalDns: itemsOf(state, 'daemonSets').some((d) => d.metadata.name === 'node-local-dns'),
    allowApiServer: chosen.some((n) => talksToApi(state, n).length > 0) && apiServerBlocks(state) !== undefined,
    ...appOf(state, chosen),
    bothSides: limitsEgress(state, sourceOf(given, chosen)),
    ingressNamespace: ingressNamespace(state),
    privateRanges: ranges(state),
  }
}

function directionOf(state: State, finding: Opened, namespace: string | undefined): 'ingress' | 'egress' {
  const check = checkOf(finding)
  if (check === 'network/default-deny') return 'ingress'
  if (check === 'network/default-deny-egress') return 'egress'
  return namespace !== undefined && deniesByDefault(state, namespace) ? 'egress' : 'ingress'
}

/** Is there a policy that isolates all pods of the namespace for incoming traffic? */
export function deniesByDefault(state: State, namespace: string): boolean {
  return itemsOf(state, 'networkPolicies').some(
    (p) => p.metadata.namespace === namespace && selectsAll(p.spec.podSelector) && directionsOf(p).includes('Ingress'),
  )
}

/** The namespace that connects: the one named, else the same as that of the pods that are reached. */
export function sourceOf(given: Answers, namespaces: readonly string[]): string | undefined {
  const named = z.string().min(1).safeParse(given.fromNamespace).data
  return named ?? namespaces[0]
}

/** Does any policy of this namespace limit what its pods may reach? */
export function limitsEgress(state: State, namespace: string | undefined): boolean {
  return itemsOf(state, 'networkPolicies').some((p) => p.metadata.namespace === namespace && directionsOf(p).includes('Egress'))
}

/** The first Service of these namespaces: what is reached, by its label and the ports of its pods. */
function appOf(state: State, namespaces: readonly string[]): Partial<z.input<typeof questions>> {
  const service = itemsOf(state, 'services').find(
    (s) => namespaces.includes(s.metadata.namespace ?? '') && Object.keys(s.spec.selector).length === 1,
  )
  const label = Object.entries(service?.spec.selector ?? {})[0]
  if (service === undefined || label === undefined) return {}
  const ports = service.spec.ports.flatMap((p) => {
    const target = p.targetPort ?? p.port
    return typeof target === 'number' ? [`${target}/${p.protocol ?? 'TCP'}`] : []
  })
  // A named port would need its number: then all ports are the honest default.
  return { toLabelKey: label[0], toLabelValue: label[1], ports: ports.length === service.spec.ports.length ? ports : [] }
}

const INGRESS_CLASSES = /^(ingress-nginx|nginx-ingress|traefik|haproxy-controller|contour|projectcontour|kong|istio-ingress|istio-system)$/

function ingressNamespace(state: State): string | undefined {
  return userNamespaces(state).find((n) => INGRESS_CLASSES.test(n))
}

/** The private ranges, and the cluster's own addresses where they lie outside of them. */
function ranges(state: State): string[] {
  const addresses = [
    ...itemsOf(state, 'nodes').flatMap((n) => n.status.addresses.filter((a) => a.type === 'InternalIP').map((a) => a.address)),
    ...itemsOf(state, 'services').flatMap((s) => (s.spec.clusterIP === undefined ? [] : [s.spec.clusterIP])),
  ].filter((a) => /^\d+\.\d+\.\d+\.\d+$/.test(a) && a !== METADATA && !a.startsWith('0.') && a !== '255.255.255.255')
  const blocks = itemsOf(state, 'nodes').flatMap((n) => (n.spec.podCIDR === undefined ? [] : [n.spec.podCIDR]))
  const outside = addresses.filter((a) => ![...PRIVATE_RANGES, ...blocks].some((r) => inCidr(r, a)))
  const pods = blocks.filter((b) => !PRIVATE_RANGES.some((r) => inCidr(r, b.split('/')[0] ?? '')))
  return [...new Set([...PRIVATE_RANGES, ...pods, ...outside.map(single)])]
}

/** Service accounts of running pods in this namespace that hold rights: their pods talk to the API server. */
export function talksToApi(state: State, namespace: string): string[] {
  const bound = accountsWithRights(state)
  const used = itemsOf(state, 'pods')
    .filter((p) => p.metadata.namespace === namespace)
    .map((p: Item<'pods'>) => p.spec.serviceAccountName ?? 'default')
  return [...new Set(used)].filter((name) => bound.has(`${namespace}/${name}`)).toSorted()
}

export interface ApiServerBlocks {
  readonly service: string
  readonly endpoints: readonly string[]
}

/** Whether policies see the address before or after translation is undefined, so both are allowed. */
export function apiServerBlocks(state: State): ApiServerBlocks | undefined {
  const service = itemsOf(state, 'services').find((s) => s.metadata.name === 'kubernetes' && s.metadata.namespace === 'default')?.spec
    .clusterIP
  const endpoints = itemsOf(state, 'nodes')
    .filter((n) => isControlPlane(n.metadata.labels))
    .flatMap((n) => n.status.addresses.filter((a) => a.type === 'InternalIP').map((a) => single(a.address)))
  return service === undefined || service === 'None' || endpoints.length === 0 ? undefined : { service: single(service), endpoints }
}

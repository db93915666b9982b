import { groupOf, type Item, KINDS, type Kind } from '#model/kinds.ts'
import type { PolicyRule } from '#model/objects/access.ts'
import { itemsOf, type State } from '#model/state.ts'
import { violates } from '../podSecurity/evaluate.ts'
import type { PodLike } from '../podSecurity/pod.ts'
import { minorOf, parsePolicyVersion } from '../podSecurity/version.ts'
import type { Grant } from '../rbacGrants.ts'
import { canonical } from '../rbacNamed.ts'
import { minorOfVersion } from '../versions.ts'
import { isFinished, isMirrorPod } from '../workloads.ts'
import { tokenSecrets } from './tokenSecrets.ts'

/** What the paths are looked for in, besides RBAC itself. */
export const PATH_KINDS = [
  'namespaces',
  'nodes',
  'pods',
  'serviceAccounts',
  'secrets',
  'deployments',
  'daemonSets',
  'statefulSets',
  'replicaSets',
  'cronJobs',
  'replicationControllers',
  'mutatingWebhooks',
] as const satisfies readonly Kind[]

export interface RunningPod {
  readonly namespace: string
  readonly name: string
  readonly account: string
  readonly node?: string
  /** A token of its account is in it. */
  readonly token: boolean
  /** Root in it is root on its node. */
  readonly escapes: boolean
  /**
   * Its image and its debug containers can be changed: it is no node's own, and nothing in it violates what Pod Security enforces
   * by now. Of one that does, every such change is refused.
   */
  readonly changeable: boolean
}

export interface Workload {
  readonly group: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

export interface TokenSecret {
  readonly namespace: string
  readonly name: string
  readonly account: string
  /** Guessed by its name: whose it is is in its annotations, which are not read. */
  readonly guessed: boolean
}

/** Everything around the grants that decides where a right leads. */
export interface World {
  /** Rules of all ClusterRoles, bound or not. */
  readonly clusterRoles: ReadonlyMap<string, readonly PolicyRule[]>
  readonly grants: readonly Grant[]
  readonly namespaces: ReadonlySet<string>
  /** By namespace: service accounts that are there. */
  readonly accounts: ReadonlyMap<string, ReadonlySet<string>>
  /** By namespace: bound, and not there; whoever makes one of that name has its rights. */
  readonly missing: ReadonlyMap<string, ReadonlySet<string>>
  readonly pods: readonly RunningPod[]
  readonly tokenSecrets: readonly TokenSecret[]
  /** What has a pod template that can be changed. */
  readonly workloads: readonly Workload[]
  /** By namespace, then name: the rules of Roles. */
  readonly roles: ReadonlyMap<string, ReadonlyMap<string, readonly PolicyRule[]>>
  readonly nodes: ReadonlyMap<string, { readonly controlPlane: boolean }>
  /** Is there a node of the control plane among the nodes? Managed ones have none. */
  readonly controlPlane: 'seen' | 'none' | 'unknown'
  readonly webhooks: readonly string[]
  /** Does Pod Security keep a privileged pod, or root in a pod, out of a namespace? */
  readonly refuses: (namespace: string, pod: 'privileged' | 'root') => boolean
  /** Minor version of the API server; undefined where it is not known. */
  readonly minor: number | undefined
}

/** The world of a state. */
export function worldOf(state: State, grants: readonly Grant[]): World {
  const accounts = accountsIn(state, grants)
  const violatesIn = podSecurityOf(state)
  const nodes = new Map(itemsOf(state, 'nodes').map((node) => [node.metadata.name, { controlPlane: isControlPlane(node) }]))
  return {
    clusterRoles: new Map(itemsOf(state, 'clusterRoles').map((r) => [r.metadata.name, r.rules])),
    grants,
    namespaces: new Set([...itemsOf(state, 'namespaces').map((n) => n.metadata.name), ...accounts.there.keys()]),
    accounts: accounts.there,
    missing: accounts.missing,
    pods: podsIn(state, violatesIn),
    tokenSecrets: tokenSecrets(itemsOf(state, 'secrets'), itemsOf(state, 'serviceAccounts'), accounts.there),
    workloads: workloadsIn(state),
    roles: rolesIn(state),
    nodes,
    controlPlane: [...nodes.values()].some((n) => n.controlPlane) ? 'seen' : isWhole(state, 'nodes') ? 'none' : 'unknown',
    webhooks: itemsOf(state, 'mutatingWebhooks').map((w) => w.metadata.name),
    refuses: (namespace, pod) => violatesIn(namespace, PROBES[pod]),
    minor: minorOfVersion(state.cluster.version),
  }
}

/** Was a kind read with no gap? A folder of manifests shows what it holds, not what a cluster holds. */
function isWhole(state: State, kind: Kind): boolean {
  return state.source !== 'manifests' && state.kinds[kind]?.gaps.length === 0
}

function isControlPlane(node: Item<'nodes'>): boolean {
  return ['control-plane', 'master', 'controlplane'].some((role) => `node-role.kubernetes.io/${role}` in node.metadata.labels)
}

type ByNamespace = Map<string, Set<string>>

/** Accounts that are there; where they were not all read, those that are bound count as there. */
function accountsIn(state: State, grants: readonly Grant[]): { readonly there: ByNamespace; readonly missing: ByNamespace } {
  const [there, missing]: [ByNamespace, ByNamespace] = [new Map(), new Map()]
  const add = (to: ByNamespace, namespace: string, name: string) => to.set(namespace, (to.get(namespace) ?? new Set()).add(name))
  for (const { metadata } of itemsOf(state, 'serviceAccounts')) add(there, metadata.namespace ?? 'default', metadata.name)
  const whole = isWhole(state, 'serviceAccounts')
  for (const grant of grants)
    for (const subject of grant.subjects) {
      const named = canonical(subject, grant.meta.namespace)
      if (named?.kind !== 'ServiceAccount' || there.get(named.namespace)?.has(named.name) === true) continue
      add(whole ? missing : there, named.namespace, named.name)
    }
  return { there, missing }
}

function podsIn(state: State, violatesIn: ReturnType<typeof podSecurityOf>): readonly RunningPod[] {
  const accounts = new Map(itemsOf(state, 'serviceAccounts').map((a) => [`${a.metadata.namespace}/${a.metadata.name}`, a]))
  return itemsOf(state, 'pods')
    .filter((pod) => !isFinished(pod))
    .map((pod) => {
      const { namespace = 'default', name } = pod.metadata
      const account = pod.spec.serviceAccountName || 'default'
      const automount =
        pod.spec.automountServiceAccountToken ?? accounts.get(`${namespace}/${account}`)?.automountServiceAccountToken ?? true
      const mirror = isMirrorPod(pod)
      return {
        namespace,
        name,
        account,
        ...(pod.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
        token: !mirror && (automount || pod.spec.volumes.some((v) => v.projected !== undefined)),
        escapes: escapes(pod.spec),
        changeable: !mirror && !violatesIn(namespace, { annotations: pod.metadata.annotations, spec: pod.spec }),
      }
    })
}

/** Folders of a node that make root out of who can write or read them. */
const POWERFUL = /^\/?$|^\/(etc|root|run|var|var\/run|var\/lib|var\/lib\/kubelet|etc\/kubernetes)(\/pki|\/manifests)?\/?$|\.sock$/

function escapes(spec: Item<'pods'>['spec']): boolean {
  const all = [...spec.containers, ...spec.initContainers, ...(spec.ephemeralContainers ?? [])]
  if (all.some((c) => c.securityContext.privileged === true)) return true
  return spec.volumes.some((v) => v.hostPath !== undefined && POWERFUL.test(v.hostPath.path))
}

const TEMPLATED = ['deployments', 'daemonSets', 'statefulSets', 'replicaSets', 'cronJobs', 'replicationControllers'] as const

function workloadsIn(state: State): readonly Workload[] {
  return TEMPLATED.flatMap((kind) =>
    itemsOf(state, kind).map(({ metadata: { namespace = 'default', name } }) => ({
      group: groupOf(kind),
      resource: KINDS[kind].plural,
      namespace,
      name,
    })),
  )
}

function rolesIn(state: State): World['roles'] {
  const byNamespace = Map.groupBy(itemsOf(state, 'roles'), (role) => role.metadata.namespace ?? 'default')
  return new Map([...byNamespace].map(([ns, roles]) => [ns, new Map(roles.map((r) => [r.metadata.name, r.rules]))]))
}

const ENFORCE = 'pod-security.kubernetes.io/enforce'

/** What the label of a namespace keeps out. Without a label Pod Security lets everything in, unless the API server has a default of its own. */
function podSecurityOf(state: State): (namespace: string, pod: PodLike) => boolean {
  const labels = new Map(itemsOf(state, 'namespaces').map((n) => [n.metadata.name, n.metadata.labels]))
  return (namespace, pod) => {
    const own = labels.get(namespace) ?? {}
    const level = own[ENFORCE]
    if (level !== 'baseline' && level !== 'restricted') return false
    const minor = minorOf(parsePolicyVersion(own[`${ENFORCE}-version`] ?? 'latest') ?? 'latest', state.cluster.version)
    return violates(level, minor, pod)
  }
}

function podLike({ hostPID, securityContext }: { readonly hostPID?: boolean; readonly securityContext: object }): PodLike {
  const spec = { ...(hostPID === undefined ? {} : { hostPID }), containers: [{ name: 'c', securityContext }] }
  const parsed = KINDS.pods.schema.parse({ metadata: { name: 'p', namespace: 'n' }, spec })
  return { annotations: {}, spec: parsed.spec }
}

const PROBES: Readonly<Record<'privileged' | 'root', PodLike>> = {
  privileged: podLike({ hostPID: true, securityContext: { privileged: true } }),
  root: podLike({ securityContext: { runAsUser: 0 } }),
}

import type { PolicyRule } from '#model/objects/access.ts'
import { type Cover, coverOf, type Wanted } from '../rbacCover.ts'
import type { Grant } from '../rbacGrants.ts'
import type { RightVia } from '../rbacRights.ts'
import type { HeldRight } from './types.ts'

const RBAC = 'rbac.authorization.k8s.io'
const CSR = 'certificates.k8s.io'
const ADMISSION = 'admissionregistration.k8s.io'
const CHANGE = ['update', 'patch']

function wants(verbs: readonly string[], group: string, ...resources: readonly string[]): readonly Wanted[] {
  return resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })))
}

const APPS = ['deployments', 'daemonsets', 'statefulsets', 'replicasets']

/** What can be a part of a step, each with the rights any one of which is enough. */
const NAMESPACED = {
  runPods: [
    ...wants(['create'], '', 'pods'),
    ...wants(['create'], 'apps', ...APPS),
    ...wants(['create'], 'batch', 'jobs', 'cronjobs'),
    ...wants(['create'], '', 'replicationcontrollers'),
  ],
  changeWorkloads: [
    ...wants(CHANGE, 'apps', ...APPS),
    ...wants(CHANGE, 'batch', 'cronjobs'),
    ...wants(CHANGE, '', 'replicationcontrollers'),
  ],
  execPods: wants(['create'], '', 'pods/exec'),
  /** Enough before 1.35, by WebSocket. */
  getExec: wants(['get'], '', 'pods/exec'),
  debugPods: wants(CHANGE, '', 'pods/ephemeralcontainers'),
  swapImages: wants(CHANGE, '', 'pods'),
  mintTokens: wants(['create'], '', 'serviceaccounts/token'),
  createAccounts: wants(['create'], '', 'serviceaccounts'),
  readSecrets: wants(['get', 'list', 'watch'], '', 'secrets'),
  createSecrets: wants(['create'], '', 'secrets'),
  createClaims: wants(['create'], '', 'persistentvolumeclaims'),
  labelNamespaces: wants(CHANGE, '', 'namespaces'),
  impersonateAccounts: wants(['impersonate'], '', 'serviceaccounts'),
  bindClusterRoles: wants(['bind'], RBAC, 'clusterroles'),
  bindRoles: wants(['bind'], RBAC, 'roles'),
  createBindings: wants(['create'], RBAC, 'rolebindings'),
  changeBindings: wants(CHANGE, RBAC, 'rolebindings'),
  escalateRoles: wants(['escalate'], RBAC, 'roles'),
  createRoles: wants(['create'], RBAC, 'roles'),
  changeRoles: wants(CHANGE, RBAC, 'roles'),
} as const satisfies Record<string, readonly Wanted[]>

/** These are on what lies in no namespace: a RoleBinding does not give them. */
const CLUSTER_WIDE = {
  impersonateUsers: wants(['impersonate'], '', 'users'),
  impersonateGroups: wants(['impersonate'], '', 'groups'),
  createClusterBindings: wants(['create'], RBAC, 'clusterrolebindings'),
  changeClusterBindings: wants(CHANGE, RBAC, 'clusterrolebindings'),
  escalateClusterRoles: wants(['escalate'], RBAC, 'clusterroles'),
  changeClusterRoles: wants(CHANGE, RBAC, 'clusterroles'),
  nodesProxy: wants(['get', 'create'], '', 'nodes/proxy'),
  createVolumes: wants(['create'], '', 'persistentvolumes'),
  createCsr: wants(['create'], CSR, 'certificatesigningrequests'),
  approveCsr: wants(CHANGE, CSR, 'certificatesigningrequests/approval'),
  approveSigner: wants(['approve'], CSR, 'signers'),
  createMutating: wants(['create'], ADMISSION, 'mutatingwebhookconfigurations'),
  changeMutating: wants(CHANGE, ADMISSION, 'mutatingwebhookconfigurations'),
  createMutatingPolicy: wants(['create'], ADMISSION, 'mutatingadmissionpolicies'),
  createMutatingBinding: wants(['create'], ADMISSION, 'mutatingadmissionpolicybindings'),
} as const satisfies Record<string, readonly Wanted[]>

export type Power = keyof typeof NAMESPACED | keyof typeof CLUSTER_WIDE
const POWERS: ReadonlyMap<Power, readonly Wanted[]> = new Map(
  Object.entries({ ...NAMESPACED, ...CLUSTER_WIDE }) as [Power, readonly Wanted[]][],
)
const ONLY_CLUSTER_WIDE: ReadonlySet<string> = new Set(Object.keys(CLUSTER_WIDE))

const IN_NAMESPACES: ReadonlySet<string> = new Set(
  Object.values(NAMESPACED).flatMap((all) => all.map(({ group, resource }) => `${group}/${resource}`)),
)

/** Does the resource lie in namespaces? ClusterRoles do not, though bind on them is asked for in the namespace of a binding. */
export function liesInNamespace({ group, resource }: Wanted): boolean {
  return resource !== 'clusterroles' && IN_NAMESPACES.has(`${group}/${resource}`)
}

interface Found {
  readonly power: Power
  readonly wanted: Wanted
  readonly cover: Cover
  readonly rule: PolicyRule
}

/** The powers in a list of rules. Roles are bound many times: each list is looked at once. */
export function powersIn(rules: readonly PolicyRule[]): readonly Found[] {
  return rules.flatMap((rule) =>
    [...POWERS].flatMap(([power, all]) =>
      all.flatMap((wanted) => {
        const cover = coverOf(rule, wanted)
        return cover === undefined ? [] : [{ power, wanted, cover, rule }]
      }),
    ),
  )
}

/** What one identity holds of the powers, sorted by power. */
export type Holding = ReadonlyMap<Power, readonly HeldRight[]>

/** Gathers holdings, each list of rules looked at once. */
export function holdings(): (
  grants: readonly { readonly grant: Pick<Grant, 'rules' | 'scope'>; readonly via?: Omit<RightVia, 'rule'> }[],
) => Holding {
  const known = new Map<readonly PolicyRule[], readonly Found[]>()
  return (grants) => {
    const held = new Map<Power, HeldRight[]>()
    for (const { grant, via } of grants) {
      const found = known.get(grant.rules) ?? powersIn(grant.rules)
      known.set(grant.rules, found)
      for (const { power, wanted, cover, rule } of found) {
        if (grant.scope.kind === 'namespace' && ONLY_CLUSTER_WIDE.has(power)) continue
        const one = { wanted, cover, scope: grant.scope, rule, ...(via === undefined ? {} : { via: { ...via, rule } }) }
        const all = held.get(power)
        if (all === undefined) held.set(power, [one])
        else all.push(one)
      }
    }
    return held
  }
}

/** Where a power is held on all objects: everywhere, or in which namespaces; the first right that gives it. */
export interface Span {
  readonly everywhere?: HeldRight
  readonly namespaces: ReadonlyMap<string, HeldRight>
}

export function spanOf(holding: Holding, power: Power, only: (held: HeldRight) => boolean = onAll): Span {
  const namespaces = new Map<string, HeldRight>()
  let everywhere: HeldRight | undefined
  for (const held of holding.get(power) ?? []) {
    if (!only(held)) continue
    if (held.scope.kind === 'cluster') everywhere ??= held
    else if (!namespaces.has(held.scope.namespace)) namespaces.set(held.scope.namespace, held)
  }
  return { ...(everywhere === undefined ? {} : { everywhere }), namespaces }
}

function onAll({ cover }: HeldRight): boolean {
  return cover.on === 'all'
}

/** Places where two powers are held together. `undefined` as namespace: everywhere. */
export function together(a: Span, b: Span): readonly (readonly [namespace: string | undefined, a: HeldRight, b: HeldRight])[] {
  if (a.everywhere !== undefined && b.everywhere !== undefined) return [[undefined, a.everywhere, b.everywhere]]
  const names = new Set([...a.namespaces.keys(), ...b.namespaces.keys()])
  return [...names].flatMap((namespace) => {
    const [one, other] = [a.everywhere ?? a.namespaces.get(namespace), b.everywhere ?? b.namespaces.get(namespace)]
    return one === undefined || other === undefined ? [] : [[namespace, one, other] as const]
  })
}

/** The places of a span: `undefined` is everywhere, and then says it all. */
export function placesOf(span: Span): readonly (readonly [namespace: string | undefined, held: HeldRight])[] {
  return span.everywhere === undefined ? [...span.namespaces] : [[undefined, span.everywhere]]
}

/** The rights of a power that are limited to names. */
export function namedOnes(holding: Holding, power: Power): readonly { readonly held: HeldRight; readonly names: readonly string[] }[] {
  return (holding.get(power) ?? []).flatMap((held) => (held.cover.on === 'names' ? [{ held, names: held.cover.names }] : []))
}

/** Does the right cover this name? */
export function covers({ cover }: HeldRight, name: string): boolean {
  return cover.on === 'all' || cover.names.includes(name)
}

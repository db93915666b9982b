import { isEverything } from '../../rbacCover.ts'
import type { Grant } from '../../rbacGrants.ts'
import { ANY_PLACE, bindingHub, bindingsHub, CLUSTER, everythingIn, GOAL, roleHub, rolesHub } from '../hubs.ts'
import type { Index } from '../indexes.ts'
import { covers, type Holding, namedOnes, type Span, spanOf, together } from '../powers.ts'
import type { Edge, HeldRight, Need, StepKind } from '../types.ts'

/** Handing out roles with bind, and writing into roles with escalate: the two ways round the server's check of escalation. */
export function roleSteps(holding: Holding, index: Index, own: readonly Grant[]): readonly Edge[] {
  return [
    ...newBindings(holding, index),
    ...newBindingsIn(holding, index),
    ...bindRoles(holding, index),
    ...changedBindings(holding, index),
    ...escalateSteps(holding, own),
  ]
}

/** `bind` on a ClusterRole, and a new ClusterRoleBinding of it. With bind on all of them: of cluster-admin. */
function newBindings(holding: Holding, { clusterRoles }: Index): readonly Edge[] {
  const create = spanOf(holding, 'createClusterBindings').everywhere
  if (create === undefined) return []
  return (holding.get('bindClusterRoles') ?? [])
    .filter(({ scope }) => scope.kind === 'cluster')
    .flatMap((bind) => {
      const names = bind.cover.on === 'all' ? ['cluster-admin'] : bind.cover.names.filter((name) => clusterRoles.has(name))
      return names.map((name) => {
        const all = bind.cover.on === 'all' || clusterRoles.get(name)?.some(isEverything) === true
        return to(all ? GOAL : roleHub('ClusterRole', name), 'bind-role', bind, name, { held: create, name: 'none' })
      })
    })
}

/** The same in a namespace, one's own or whichever: what a ClusterRole gives of what lies there. */
function newBindingsIn(holding: Holding, { clusterRoles }: Index): readonly Edge[] {
  const create = spanOf(holding, 'createBindings')
  const all = together(spanOf(holding, 'bindClusterRoles'), create).map(([ns, bind, write]) =>
    to(everythingIn(ns ?? ANY_PLACE), 'bind-role', bind, 'cluster-admin', { held: write, name: 'none' }),
  )
  const named = namedOnes(holding, 'bindClusterRoles').flatMap(({ held, names }) =>
    writesFor(held, create).flatMap(([place, write]) =>
      names
        .filter((name) => clusterRoles.has(name))
        .map((name) => {
          const all = clusterRoles.get(name)?.some(isEverything) === true
          return to(all ? everythingIn(place) : roleHub('ClusterRole', name, place), 'bind-role', held, name, { held: write, name: 'none' })
        }),
    ),
  )
  return [...all, ...named]
}

/** Where bindings can be written besides the right to bind. */
function writesFor({ scope }: HeldRight, create: Span): readonly (readonly [place: string, write: HeldRight])[] {
  if (scope.kind === 'cluster') return create.everywhere === undefined ? [...create.namespaces] : [[ANY_PLACE, create.everywhere]]
  const write = create.everywhere ?? create.namespaces.get(scope.namespace)
  return write === undefined ? [] : [[scope.namespace, write]]
}

/** `bind` on Roles of a namespace. */
function bindRoles(holding: Holding, { placesByName }: Index): readonly Edge[] {
  const create = spanOf(holding, 'createBindings')
  const needs = (write: HeldRight, bind: HeldRight): readonly Need[] => [
    { held: write, name: 'none' },
    { held: bind, name: 'role' },
  ]
  const all = together(spanOf(holding, 'bindRoles'), create).map(([ns, bind, write]): Edge => {
    return { to: rolesHub(ns), move: { kind: 'bind-role', needs: needs(write, bind) } }
  })
  const named = namedOnes(holding, 'bindRoles').flatMap(({ held, names }) =>
    names.flatMap((name) =>
      (placesByName.get(`role/${name}`) ?? []).flatMap((namespace): readonly Edge[] => {
        const write = create.everywhere ?? create.namespaces.get(namespace)
        if (write === undefined || (held.scope.kind === 'namespace' && held.scope.namespace !== namespace)) return []
        return [{ to: roleHub('Role', name, namespace), move: { kind: 'bind-role', needs: needs(write, held) } }]
      }),
    ),
  )
  return [...all, ...named]
}

/** Oneself added to a binding that is there: takes bind on its role as well, which cannot be changed. */
function changedBindings(holding: Holding, { bindings }: Index): readonly Edge[] {
  const ways = [
    ['changeClusterBindings', 'bindClusterRoles', 'ClusterRole'],
    ['changeBindings', 'bindClusterRoles', 'ClusterRole'],
    ['changeBindings', 'bindRoles', 'Role'],
  ] as const
  return ways.flatMap(([changing, binding, kind]) =>
    (holding.get(changing) ?? []).flatMap((change) =>
      (holding.get(binding) ?? []).flatMap((bind) => {
        const place = placeOf(change, bind)
        if (place === undefined) return []
        const edge = (node: string): Edge => ({
          to: node,
          move: {
            kind: 'change-binding',
            needs: [
              { held: change, name: 'binding' },
              { held: bind, name: 'role' },
            ],
          },
        })
        if (change.cover.on === 'all' && bind.cover.on === 'all') return [edge(bindingsHub(kind, place))]
        const { cover } = change
        const keys = cover.on === 'names' ? cover.names.map((n) => `binding ${n}`) : namesOf(bind).map((n) => `${kind} ${n}`)
        return keys
          .flatMap((key) => bindings.get(`${place}/${key}`) ?? [])
          .filter((g) => g.roleRef.kind === kind && covers(bind, g.roleRef.name))
          .map((g) => edge(bindingHub(g.scope.kind === 'cluster' ? CLUSTER : g.scope.namespace, g.roleRef, g.meta.name)))
      }),
    ),
  )
}

function namesOf({ cover }: HeldRight): readonly string[] {
  return cover.on === 'names' ? cover.names : []
}

/** Where a binding can be changed and its role bound: `*` in all namespaces; undefined where nowhere. */
function placeOf(change: HeldRight, bind: HeldRight): string | undefined {
  if (change.wanted.resource === 'clusterrolebindings') return bind.scope.kind === 'cluster' ? CLUSTER : undefined
  if (change.scope.kind === 'cluster') return bind.scope.kind === 'cluster' ? '*' : bind.scope.namespace
  return bind.scope.kind === 'cluster' || bind.scope.namespace === change.scope.namespace ? change.scope.namespace : undefined
}

/**
 * `escalate` on a role and a right to change it: it gets every right. It must be one that the identity has through a binding;
 * an aggregated one will do, until its controller comes by.
 */
function escalateSteps(holding: Holding, own: readonly Grant[]): readonly Edge[] {
  if (!holding.has('escalateClusterRoles') && !holding.has('escalateRoles')) return []
  const steps: Edge[] = []
  for (const grant of own) {
    const { kind, name } = grant.roleRef
    const place = kind === 'Role' && grant.scope.kind === 'namespace' ? grant.scope.namespace : undefined
    const held = (power: 'escalateClusterRoles' | 'changeClusterRoles' | 'escalateRoles' | 'changeRoles') =>
      holding.get(power)?.find((h) => covers(h, name) && (h.scope.kind === 'cluster' || h.scope.namespace === place))
    const escalate = held(kind === 'Role' ? 'escalateRoles' : 'escalateClusterRoles')
    const change = held(kind === 'Role' ? 'changeRoles' : 'changeClusterRoles')
    if (escalate === undefined || change === undefined || grant.role !== 'found') continue
    const goal = grant.scope.kind === 'cluster' ? GOAL : everythingIn(grant.scope.namespace)
    steps.push(to(goal, 'escalate-role', escalate, name, { held: change, name: { name } }, place))
    if (goal === GOAL) break
  }
  return steps
}

function to(node: string, kind: StepKind, bind: HeldRight, role: string, write: Need, namespace?: string): Edge {
  const at = namespace === undefined ? {} : { namespace }
  return {
    to: node,
    move: {
      kind,
      needs: [
        { ...write, ...at },
        { held: bind, name: { name: role }, ...at },
      ],
    },
  }
}

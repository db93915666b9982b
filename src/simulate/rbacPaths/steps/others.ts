import { ANYONE, accountNode, accountsHub, GOAL, GOAL_ADMISSION, GROUPS, groupNode, KUBELETS, nodeHub, USERS, userNode } from '../hubs.ts'
import type { Index } from '../indexes.ts'
import { covers, type Holding, namedOnes, placesOf, spanOf } from '../powers.ts'
import type { Edge, HeldRight, Need, StepKind } from '../types.ts'
import type { World } from '../world.ts'

const MASTERS = 'system:masters'

/** Acting as somebody else. A group takes some user beside it, whom one may act as too. */
export function impersonateSteps(holding: Holding, { placesByName }: Index): readonly Edge[] {
  const users = holding.get('impersonateUsers') ?? []
  const groups = holding.get('impersonateGroups') ?? []
  const places = placesOf(spanOf(holding, 'impersonateAccounts'))
  const named = namedOnes(holding, 'impersonateAccounts').flatMap(({ held, names }) => {
    const { scope } = held
    return names.flatMap((name) =>
      (placesByName.get(`account/${name}`) ?? [])
        .filter((namespace) => scope.kind === 'cluster' || scope.namespace === namespace)
        .map((namespace) => ({ held, namespace, name })),
    )
  })
  const steps: Edge[] = []
  for (const held of users)
    if (held.cover.on === 'all') steps.push(edge(USERS, 'impersonate', [{ held, name: 'subject' }]))
    else for (const name of held.cover.names) steps.push(edge(userNode(name), 'impersonate', [{ held, name: 'subject' }]))
  for (const [namespace, held] of places) steps.push(edge(accountsHub(namespace), 'impersonate', [{ held, name: 'account' }]))
  for (const { held, namespace, name } of named)
    steps.push(edge(accountNode(namespace, name), 'impersonate', [{ held, name: 'account', namespace }]))
  const beside = besideGroups(users, places, named)
  if (beside === undefined) return steps
  for (const held of groups) {
    if (covers(held, MASTERS)) steps.push(edge(GOAL, 'impersonate', [{ held, name: { name: MASTERS } }, beside]))
    if (held.cover.on === 'all') steps.push(edge(GROUPS, 'impersonate', [{ held, name: 'subject' }, beside]))
    else for (const name of held.cover.names) steps.push(edge(groupNode(name), 'impersonate', [{ held, name: { name } }, beside]))
  }
  return steps
}

/** Whoever acts as a group acts as a user in it: any name that is allowed. */
function besideGroups(
  users: readonly HeldRight[],
  accounts: readonly (readonly [string | undefined, HeldRight])[],
  named: readonly { readonly held: HeldRight; readonly namespace: string; readonly name: string }[],
): Need | undefined {
  const [user] = users
  if (user !== undefined) return { held: user, name: { name: user.cover.on === 'all' ? 'anybody' : (user.cover.names[0] ?? '') } }
  const [account] = accounts
  if (account !== undefined) return { held: account[1], name: { name: 'default' }, namespace: account[0] ?? 'default' }
  const [one] = named
  return one === undefined ? undefined : { held: one.held, name: { name: one.name }, namespace: one.namespace }
}

/** The kubelet's own API runs commands in every pod of its node, as root where a pod is the node's own. */
export function nodeSteps(holding: Holding): readonly Edge[] {
  return (holding.get('nodesProxy') ?? []).flatMap((held) => {
    if (held.cover.on === 'all') return [edge(nodeHub(), 'node-proxy', [{ held, name: 'node' }])]
    return held.cover.names.map((name) => edge(nodeHub(name), 'node-proxy', [{ held, name: 'node' }]))
  })
}

const CLIENT = 'kubernetes.io/kube-apiserver-client'
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet'

/** A certificate for any name: asked for, approved, signed by the controller. system:masters is refused for this signer. */
export function certificateSteps(holding: Holding): readonly Edge[] {
  const create = holding.get('createCsr')?.find(({ cover }) => cover.on === 'all')
  const approve = holding.get('approveCsr')?.[0]
  if (create === undefined || approve === undefined) return []
  const signer = (name: string) => holding.get('approveSigner')?.find((held) => covers(held, name) || covers(held, 'kubernetes.io/*'))
  const step = (name: string, to: string) => {
    const held = signer(name)
    if (held === undefined) return []
    const request = approve.cover.on === 'all' ? ('none' as const) : { name: approve.cover.names[0] ?? '' }
    const signerName = covers(held, name) ? name : 'kubernetes.io/*'
    return [
      edge(to, 'approve-certificate', [
        { held: create, name: 'none' },
        { held: approve, name: request },
        { held, name: { name: signerName } },
      ]),
    ]
  }
  return [...step(CLIENT, ANYONE), ...step(KUBELET, KUBELETS)]
}

/** Whoever changes what others write, changes what cluster-admins and controllers write. */
export function admissionSteps(holding: Holding, { webhooks }: World): readonly Edge[] {
  const [create] = holding.get('createMutating') ?? []
  const change = (holding.get('changeMutating') ?? []).find((held) => webhooks.some((name) => covers(held, name)))
  const name = change === undefined ? undefined : webhooks.find((one) => covers(change, one))
  const [policy] = holding.get('createMutatingPolicy') ?? []
  const [bind] = holding.get('createMutatingBinding') ?? []
  const ways: (readonly Need[])[] = [
    ...(create === undefined ? [] : [[{ held: create, name: 'none' as const }]]),
    ...(change === undefined || name === undefined ? [] : [[{ held: change, name: { name } }]]),
    ...(policy === undefined || bind === undefined
      ? []
      : [
          [
            { held: policy, name: 'none' as const },
            { held: bind, name: 'none' as const },
          ],
        ]),
  ]
  return ways.slice(0, 1).map((needs) => edge(GOAL_ADMISSION, 'change-admission', needs))
}

function edge(to: string, kind: StepKind, needs: readonly Need[]): Edge {
  return { to, move: { kind, needs } }
}

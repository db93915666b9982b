import { isEverything } from '../rbacCover.ts'
import { canonical, identityOf, type NamedSubject, subjectKey } from '../rbacNamed.ts'
import {
  ANYONE,
  accountNode,
  accountsHub,
  bindingHub,
  bindingsHub,
  CLUSTER,
  changeHub,
  enterHub,
  everythingIn,
  GOAL,
  GOAL_NODE,
  GROUPS,
  groupNode,
  KUBELETS,
  missingHub,
  nodeHub,
  podHub,
  roleHub,
  rolesHub,
  runHub,
  secretHub,
  secretsHub,
  swapHub,
  USERS,
  workloadHub,
} from './hubs.ts'
import type { Edge } from './types.ts'
import type { World } from './world.ts'

/** What costs no step: what a namespace holds, what is in a pod, which groups a subject is in. */
export function structure(world: World): Map<string, Edge[]> {
  const graph = new Map<string, Edge[]>()
  const link = (from: string, to: string) => {
    const edges = graph.get(from)
    if (edges === undefined) graph.set(from, [{ to }])
    else edges.push({ to })
  }
  accounts(world, link)
  pods(world, link)
  nodes(world, link)
  secrets(world, link)
  templates(world, link)
  bindings(world, link)
  subjects(world, link)
  return graph
}

type Link = (from: string, to: string) => void

function accounts({ accounts: there, missing, refuses, namespaces }: World, link: Link): void {
  for (const [namespace, names] of there) {
    link(accountsHub(), accountsHub(namespace))
    link(runHub(namespace), accountsHub(namespace))
    for (const name of names) link(accountsHub(namespace), accountNode(namespace, name))
  }
  for (const [namespace, names] of missing) {
    link(missingHub(), missingHub(namespace))
    for (const name of names) link(missingHub(namespace), accountNode(namespace, name))
  }
  for (const namespace of namespaces) {
    link(runHub(), runHub(namespace))
    if (!refuses(namespace, 'privileged')) link(runHub(namespace), nodeHub())
  }
}

function pods({ pods: running }: World, link: Link): void {
  const seen = new Set<string>()
  for (const { namespace, name, account, node, token, escapes, changeable } of running) {
    const pod = podHub(namespace, name)
    if (!seen.has(namespace)) {
      seen.add(namespace)
      link(enterHub(), enterHub(namespace))
      link(swapHub(), swapHub(namespace))
    }
    link(enterHub(namespace), pod)
    if (changeable) link(swapHub(namespace), pod)
    if (token) link(pod, accountNode(namespace, account))
    if (escapes && node !== undefined) link(pod, nodeHub(node))
    if (token) link(KUBELETS, accountNode(namespace, account))
    if (token && node !== undefined) link(nodeHub(node), accountNode(namespace, account))
  }
}

function nodes({ nodes: known, controlPlane, pods: running }: World, link: Link): void {
  const names = new Set([...known.keys(), ...running.flatMap((p) => p.node ?? [])])
  for (const name of names) {
    link(nodeHub(), nodeHub(name))
    if (known.get(name)?.controlPlane === true) link(nodeHub(name), GOAL_NODE)
  }
  // Not seen is not absent: a cluster with nodes of its control plane is the usual one.
  if (controlPlane === 'unknown') link(nodeHub(), GOAL_NODE)
}

function secrets({ tokenSecrets }: World, link: Link): void {
  const seen = new Set<string>()
  for (const { namespace, name, account } of tokenSecrets) {
    if (!seen.has(namespace)) {
      seen.add(namespace)
      link(secretsHub(), secretsHub(namespace))
    }
    link(secretsHub(namespace), secretHub(namespace, name))
    link(secretHub(namespace, name), accountNode(namespace, account))
  }
}

function templates({ workloads, roles }: World, link: Link): void {
  const seen = new Set<string>()
  const once = (from: string, to: string) => {
    if (seen.has(from + to)) return
    seen.add(from + to)
    link(from, to)
  }
  for (const { group, resource, namespace, name } of workloads) {
    once(changeHub(group, resource), changeHub(group, resource, namespace))
    link(changeHub(group, resource, namespace), workloadHub(group, resource, namespace, name))
    link(workloadHub(group, resource, namespace, name), runHub(namespace))
  }
  for (const [namespace, names] of roles) {
    link(rolesHub(), rolesHub(namespace))
    for (const name of names.keys()) link(rolesHub(namespace), roleHub('Role', name, namespace))
  }
}

function bindings({ grants }: World, link: Link): void {
  const seen = new Set<string>()
  for (const grant of grants) {
    const { kind, name } = grant.roleRef
    if (grant.role === 'missing') continue
    const all = grant.rules.some(isEverything)
    const cluster = grant.scope.kind === 'cluster'
    const place = grant.scope.kind === 'cluster' ? CLUSTER : grant.scope.namespace
    const one = bindingHub(place, grant.roleRef, grant.meta.name)
    if (!cluster && !seen.has(`${kind} ${place}`)) link(bindingsHub(kind), bindingsHub(kind, place))
    seen.add(`${kind} ${place}`)
    link(bindingsHub(kind, place), one)
    link(one, cluster ? (all ? GOAL : roleHub(kind, name)) : all ? everythingIn(place) : roleHub(kind, name, place))
  }
}

/** Users, groups and accounts that are known, and the groups that each is in. */
function subjects(world: World, link: Link): void {
  const bound = new Map<string, NamedSubject>()
  for (const grant of world.grants)
    for (const subject of grant.subjects) {
      const named = canonical(subject, grant.meta.namespace)
      if (named !== undefined) bound.set(subjectKey(named), named)
    }
  const all = new Map(bound)
  for (const [namespace, names] of world.accounts)
    for (const name of names) all.set(accountNode(namespace, name), { kind: 'ServiceAccount', namespace, name })
  for (const [node, subject] of all) {
    if (subject.kind === 'User') link(USERS, node)
    if (subject.kind === 'Group' && subject.name !== 'system:masters') link(GROUPS, node)
    if (node !== groupNode('system:masters')) link(ANYONE, node)
    for (const group of identityOf(subject).groups.map(groupNode)) if (group !== node && bound.has(group)) link(node, group)
  }
}

import { type NamedSubject, subjectKey } from '../rbacNamed.ts'

/*
 * The nodes of the graph are strings. Subjects are their keys (`User alice`); everything else begins with `#`: a hub is a
 * power over many subjects (any account of a namespace), so that who holds it needs one edge and not one for each.
 */

/** Any pod in a namespace can be made: any account of it, and its nodes where Pod Security lets it. No namespace: all of them. */
export const runHub = (namespace?: string) => `#run/${namespace ?? '*'}`
/** Code in any running pod. */
export const enterHub = (namespace?: string) => `#enter/${namespace ?? '*'}`
/** The image and the debug containers of any pod that can be changed. */
export const swapHub = (namespace?: string) => `#swap/${namespace ?? '*'}`
/** The template of any workload of a kind. */
export const changeHub = (group: string, resource: string, namespace?: string) => `#change/${namespace ?? '*'}/${group}/${resource}`
export const workloadHub = (group: string, resource: string, namespace: string, name: string) =>
  `#workload/${namespace}/${group}/${resource}/${name}`
/** The rights of any Role of a namespace. */
export const rolesHub = (namespace?: string) => `#roles/${namespace ?? '*'}`
/** Any binding of a place to a role of a kind: oneself can be added to it. No namespace: RoleBindings of all namespaces. */
export const bindingsHub = (role: string, namespace?: string) => `#bindings/${namespace ?? '*'}/${role}`
export const bindingHub = (namespace: string, role: { readonly kind: string; readonly name: string }, name: string) =>
  `#binding/${namespace}/${role.kind}/${role.name}/${name}`
/** In place of a namespace: ClusterRoleBindings; whichever namespace one chooses. Neither can be a namespace's name. */
export const CLUSTER = '%cluster'
export const ANY_PLACE = '+'
/** A token of any account. */
export const accountsHub = (namespace?: string) => `#accounts/${namespace ?? '*'}`
/** Accounts that are bound but not there. */
export const missingHub = (namespace?: string) => `#missing/${namespace ?? '*'}`
/** The contents of any Secret. */
export const secretsHub = (namespace?: string) => `#secrets/${namespace ?? '*'}`
export const podHub = (namespace: string, name: string) => `#pod/${namespace}/${name}`
export const secretHub = (namespace: string, name: string) => `#secret/${namespace}/${name}`
/** Root on a node, or on whichever one chooses. */
export const nodeHub = (name?: string) => `#node/${name ?? '*'}`
/** The identity of any kubelet: the tokens of the pods on its node. */
export const KUBELETS = '#kubelets'
/** Any user; any subject at all but system:masters, by a certificate. */
export const USERS = '#users'
export const GROUPS = '#groups'
export const ANYONE = '#anyone'
/** The rights of one role, in one namespace or everywhere. */
export const roleHub = (kind: string, name: string, namespace?: string) => `#role/${kind}/${namespace ?? '*'}/${name}`
/** Everything in one namespace. */
export const everythingIn = (namespace: string) => `#everything/${namespace}`

/** cluster-admin, and what is as good. */
export const GOAL = '#goal'
export const GOAL_NODE = '#goal/node'
export const GOAL_ADMISSION = '#goal/admission'
export const GOALS: ReadonlySet<string> = new Set([GOAL, GOAL_NODE, GOAL_ADMISSION])

export const accountNode = (namespace: string, name: string): string => subjectKey({ kind: 'ServiceAccount', namespace, name })
export const userNode = (name: string): string => subjectKey({ kind: 'User', name })
export const groupNode = (name: string): string => subjectKey({ kind: 'Group', name })

/** The namespace a hub is of; undefined for those of all namespaces, and for what is none. */
export function namespaceOfHub(node: string): string | undefined {
  const [, namespace = ''] = /^#(?:role\/\w+|\w+)\/([^/]+)/.exec(node) ?? []
  return node.startsWith('#node/') || NO_NAMESPACE.has(namespace) || GOALS.has(node) ? undefined : namespace
}

const NO_NAMESPACE: ReadonlySet<string> = new Set(['', '*', CLUSTER, ANY_PLACE])

/** The subject a node is; undefined for hubs. */
export function subjectOfNode(node: string): NamedSubject | undefined {
  if (node.startsWith('#')) return undefined
  const [kind = '', name = ''] = [node.slice(0, node.indexOf(' ')), node.slice(node.indexOf(' ') + 1)]
  if (kind === 'User' || kind === 'Group') return { kind, name }
  const slash = name.indexOf('/')
  return { kind: 'ServiceAccount', namespace: name.slice(0, slash), name: name.slice(slash + 1) }
}

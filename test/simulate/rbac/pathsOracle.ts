import type { KubeObject } from '#model/refs.ts'
import type { Request, ResourceRequest } from '#simulate/rbac.ts'
import { accountIdentity, type Identity } from '#simulate/rbacSubjects.ts'

/*
 * Who gets to cluster-admin, found out by brute force: every object is tried one by one, with no graph, no hubs and no rules of
 * roles: only the question whether somebody may do one thing. Slow, small, and written apart from the engine.
 */

/** Somebody: an identity, or the rights of one role in a place, which came by binding it. */
export type Somebody =
  | { readonly key: string; readonly identity: Identity }
  | { readonly key: string; readonly role: { readonly kind: string; readonly name: string }; readonly at: string | undefined }

export type Ask = (who: Somebody, request: Request) => boolean | Promise<boolean>

export interface Facts {
  readonly objects: readonly KubeObject[]
  readonly places: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[]
  readonly ask: Ask
}

const RBAC = 'rbac.authorization.k8s.io'
const GOAL = 'goal'
type Named = { kind: string; name: string; namespace?: string }
interface Loose extends KubeObject {
  readonly roleRef?: { kind: string; name: string }
  readonly subjects?: readonly Named[]
  readonly type?: string
  readonly rules?: readonly { verbs: readonly string[]; apiGroups?: readonly string[]; resources?: readonly string[] }[]
  readonly spec?: { serviceAccountName?: string; nodeName?: string; automountServiceAccountToken?: boolean }
}

export const person = (kind: string, name: string, namespace = ''): Somebody => {
  if (kind === 'ServiceAccount') return { key: `ServiceAccount ${namespace}/${name}`, identity: accountIdentity(namespace, name) }
  const groups = kind === 'Group' ? [name, 'system:authenticated'] : ['system:authenticated']
  return { key: `${kind} ${name}`, identity: { name: kind === 'User' ? name : '', groups } }
}

/** Can `start` get to cluster-admin, to root on a node of the control plane, or to change everybody's writes? */
export async function reachesAdmin(start: Somebody, facts: Facts): Promise<boolean> {
  const seen = new Map<string, Somebody>([[start.key, start]])
  for (const who of seen.values()) {
    const next = await oneStep(who, facts)
    if (next === GOAL) return true
    for (const one of next) if (!seen.has(one.key)) seen.set(one.key, one)
  }
  return false
}

async function oneStep(who: Somebody, facts: Facts): Promise<typeof GOAL | readonly Somebody[]> {
  const objects = facts.objects as readonly Loose[]
  const may = async (verb: string, resource: string, more: Partial<ResourceRequest> = {}, group = '') => {
    const [plain = '', subresource] = resource.split('/')
    return await facts.ask(who, { verb, group, resource: plain, ...(subresource === undefined ? {} : { subresource }), ...more })
  }
  const any = async (verbs: readonly string[], resource: string, more: Partial<ResourceRequest> = {}, group = '') => {
    for (const verb of verbs) if (await may(verb, resource, more, group)) return true
    return false
  }
  const CHANGE = ['update', 'patch']
  const found: Somebody[] = []
  if (await may('*', '*', {}, '*')) return GOAL
  if (await may('create', 'mutatingwebhookconfigurations', {}, 'admissionregistration.k8s.io')) return GOAL

  const of = (kind: string, namespace?: string) =>
    objects.filter((o) => o.kind === kind && (namespace === undefined || o.metadata.namespace === namespace))
  const subjects = objects.flatMap((o) => (o.subjects ?? []).map((s) => ({ ...s, namespace: s.namespace ?? o.metadata.namespace ?? '' })))
  const there = of('ServiceAccount').map((o) => ({ name: o.metadata.name, namespace: o.metadata.namespace ?? '' }))
  const gone = subjects.filter((s) => s.kind === 'ServiceAccount' && !there.some((a) => a.name === s.name && a.namespace === s.namespace))
  const root = async (node: string): Promise<boolean> => {
    if (
      of('Node').some(
        (n) => n.metadata.name === node && 'node-role.kubernetes.io/control-plane' in ((n.metadata.labels as object | undefined) ?? {}),
      )
    )
      return true
    for (const pod of of('Pod'))
      if (pod.spec?.nodeName === node && pod.spec.automountServiceAccountToken !== false)
        found.push(person('ServiceAccount', pod.spec.serviceAccountName ?? '', pod.metadata.namespace))
    return false
  }
  for (const node of of('Node'))
    if (await any(['get', 'create'], 'nodes/proxy', { name: node.metadata.name })) if (await root(node.metadata.name)) return GOAL

  for (const { name: namespace, labels } of facts.places) {
    const inside = { namespace }
    const level = labels['pod-security.kubernetes.io/enforce'] ?? 'privileged'
    let runs = await may('create', 'pods', inside)
    for (const kind of ['deployments', 'daemonsets', 'statefulsets', 'replicasets']) runs ||= await may('create', kind, inside, 'apps')
    for (const kind of ['jobs', 'cronjobs']) runs ||= await may('create', kind, inside, 'batch')
    runs ||= await may('create', 'replicationcontrollers', inside)
    const makes = runs
    for (const d of of('Deployment', namespace)) runs ||= await any(CHANGE, 'deployments', { ...inside, name: d.metadata.name }, 'apps')
    const loosens = await any(CHANGE, 'namespaces', { ...inside, name: namespace })
    const mounts =
      level === 'baseline' && (await may('create', 'persistentvolumeclaims', inside)) && (await may('create', 'persistentvolumes'))
    if (runs && level === 'privileged') return GOAL
    if (makes && (loosens || mounts)) return GOAL
    for (const a of there.filter((one) => one.namespace === namespace))
      if (
        runs ||
        (await may('create', 'serviceaccounts/token', { ...inside, name: a.name })) ||
        (await may('impersonate', 'serviceaccounts', { ...inside, name: a.name }))
      )
        found.push(person('ServiceAccount', a.name, namespace))
    const reads = await any(['get', 'list', 'watch'], 'secrets', inside)
    if (reads && (await may('create', 'secrets', inside)))
      for (const a of there) if (a.namespace === namespace) found.push(person('ServiceAccount', a.name, namespace))
    for (const secret of of('Secret', namespace))
      if (await any(['get', 'list', 'watch'], 'secrets', { ...inside, name: secret.metadata.name }))
        found.push(person('ServiceAccount', secret.metadata.name.replace(/-token$/, ''), namespace))
    if ((await may('create', 'serviceaccounts', inside)) && (makes || (await may('create', 'serviceaccounts/token', inside))))
      for (const a of gone) if (a.namespace === namespace) found.push(person('ServiceAccount', a.name, namespace))
    for (const pod of of('Pod', namespace)) {
      const name = { ...inside, name: pod.metadata.name }
      // Every pod there violates restricted, so Pod Security refuses each change of it.
      const changes = level !== 'restricted' && ((await any(CHANGE, 'pods/ephemeralcontainers', name)) || (await any(CHANGE, 'pods', name)))
      const enters = changes || (await may('create', 'pods/exec', name))
      if (enters && pod.spec?.automountServiceAccountToken !== false)
        found.push(person('ServiceAccount', pod.spec?.serviceAccountName ?? '', namespace))
    }
  }

  const users = new Set(subjects.filter((s) => s.kind === 'User').map((s) => s.name))
  const groups = new Set(subjects.filter((s) => s.kind === 'Group').map((s) => s.name))
  let acts = await may('impersonate', 'users', { name: 'nobody' })
  for (const name of users) {
    if (!(await may('impersonate', 'users', { name }))) continue
    acts = true
    found.push(person('User', name))
  }
  for (const name of [...groups, 'system:masters', 'dev']) acts ||= await may('impersonate', 'users', { name })
  for (const { name: namespace } of facts.places)
    for (const name of [...there.map((a) => a.name), 'default']) acts ||= await may('impersonate', 'serviceaccounts', { namespace, name })
  if (acts && (await may('impersonate', 'groups', { name: 'system:masters' }))) return GOAL
  for (const name of groups) if (acts && (await may('impersonate', 'groups', { name }))) found.push(person('Group', name))

  const signs = async (name: string) =>
    (await may('approve', 'signers', { name }, 'certificates.k8s.io')) ||
    (await may('approve', 'signers', { name: 'kubernetes.io/*' }, 'certificates.k8s.io'))
  if (
    (await may('create', 'certificatesigningrequests', {}, 'certificates.k8s.io')) &&
    (await any(CHANGE, 'certificatesigningrequests/approval', { name: 'x' }, 'certificates.k8s.io'))
  ) {
    if (await signs('kubernetes.io/kube-apiserver-client')) {
      for (const s of subjects) if (s.name !== 'system:masters') found.push(person(s.kind, s.name, s.namespace))
      for (const a of there) found.push(person('ServiceAccount', a.name, a.namespace))
    }
    if (await signs('kubernetes.io/kube-apiserver-client-kubelet'))
      for (const pod of of('Pod'))
        if (pod.spec?.automountServiceAccountToken !== false)
          found.push(person('ServiceAccount', pod.spec?.serviceAccountName ?? '', pod.metadata.namespace))
  }
  const more = await rolesOf(who, facts, may)
  return more === GOAL ? GOAL : [...found, ...more]
}

async function rolesOf(
  who: Somebody,
  facts: Facts,
  may: (verb: string, resource: string, more?: Partial<ResourceRequest>, group?: string) => Promise<boolean>,
): Promise<typeof GOAL | readonly Somebody[]> {
  const objects = facts.objects as readonly Loose[]
  const found: Somebody[] = []
  const role = (kind: string, name: string, at: string | undefined): Somebody => ({
    key: `role ${kind} ${name} ${at ?? '*'}`,
    role: { kind, name },
    at,
  })
  const writes = async (resource: string, more: Partial<ResourceRequest>) =>
    (await may('update', resource, more, RBAC)) || (await may('patch', resource, more, RBAC))
  const isAdmin = (name: string) => name === 'cluster-admin'
  for (const { metadata } of objects.filter((o) => o.kind === 'ClusterRole')) {
    const { name } = metadata
    const give = (at: string | undefined) => {
      if (isAdmin(name) && at === undefined) return true
      found.push(role('ClusterRole', name, at))
      return false
    }
    if (await may('bind', 'clusterroles', { name }, RBAC)) {
      if (await may('create', 'clusterrolebindings', {}, RBAC)) if (give(undefined)) return GOAL
      for (const b of objects.filter((o) => o.kind === 'ClusterRoleBinding' && o.roleRef?.name === name))
        if (await writes('clusterrolebindings', { name: b.metadata.name })) if (give(undefined)) return GOAL
    }
    for (const { name: namespace } of facts.places) {
      if (!(await may('bind', 'clusterroles', { name, namespace }, RBAC))) continue
      let written = await may('create', 'rolebindings', { namespace }, RBAC)
      for (const b of objects.filter(
        (o) =>
          o.kind === 'RoleBinding' && o.metadata.namespace === namespace && o.roleRef?.kind === 'ClusterRole' && o.roleRef.name === name,
      ))
        written ||= await writes('rolebindings', { namespace, name: b.metadata.name })
      if (written) give(namespace)
    }
  }
  for (const { metadata } of objects.filter((o) => o.kind === 'Role')) {
    const { name, namespace = '' } = metadata
    if ((await may('bind', 'roles', { name, namespace }, RBAC)) && (await may('create', 'rolebindings', { namespace }, RBAC)))
      found.push(role('Role', name, namespace))
  }
  if (!('identity' in who)) return found
  const { identity } = who
  const mine = (s: Named, at?: string) =>
    s.kind === 'User'
      ? s.name === identity.name
      : s.kind === 'Group'
        ? identity.groups.includes(s.name)
        : identity.name === `system:serviceaccount:${s.namespace ?? at}:${s.name}`
  for (const b of objects) {
    const { roleRef, subjects = [] } = b
    const { namespace } = b.metadata
    if (roleRef === undefined || !subjects.some((s) => mine(s, namespace))) continue
    const cluster = roleRef.kind === 'ClusterRole'
    if (
      !objects.some((o) => o.kind === roleRef.kind && o.metadata.name === roleRef.name && (cluster || o.metadata.namespace === namespace))
    )
      continue
    const resource = cluster ? 'clusterroles' : 'roles'
    const on = { name: roleRef.name, ...(cluster || namespace === undefined ? {} : { namespace }) }
    if (!(await may('escalate', resource, on, RBAC)) || !(await writes(resource, on))) continue
    if (b.kind === 'ClusterRoleBinding') return GOAL
    found.push(role('ClusterRole', 'cluster-admin', namespace))
  }
  return found
}

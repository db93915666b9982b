import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Item, KINDS } from '#model/kinds.ts'
import type { Subject } from '#model/objects/access.ts'
import { rulesOfClusterRoles } from '#simulate/rbacAggregate.ts'
import { foreignSubjects } from '#simulate/rbacForeign.ts'
import { can, type Grant, grantsFor, grantsOf, whoCan } from '#simulate/rbacGrants.ts'
import { accountIdentity, accountOf, subjectLabel, subjectMatches, systemBinding, systemSubject } from '#simulate/rbacSubjects.ts'

const role = (name: string, rules: unknown[], namespace?: string): Item<'roles'> =>
  KINDS.roles.schema.parse({ metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, rules })
const bind = (name: string, kind: string, to: string, subjects: Subject[], namespace?: string, labels = {}): Item<'roleBindings'> =>
  KINDS.roleBindings.schema.parse({
    metadata: { name, labels, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { kind, name: to },
    subjects,
  })
const rule = (verbs: string[], resources: string[]) => ({ verbs, apiGroups: [''], resources })
const ada: Subject = { kind: 'User', name: 'ada' }
const DEFAULTS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }

const lists = {
  clusterRoles: [role('nodes', [rule(['get'], ['nodes']), { verbs: ['get'], nonResourceURLs: ['/metrics'] }]), role('view', [])],
  clusterRoleBindings: [bind('all', 'ClusterRole', 'nodes', [ada]), bind('ops', 'ClusterRole', 'edit', [{ kind: 'Group', name: 'ops' }])],
  roles: [role('pods', [rule(['get'], ['pods'])], 'shop'), role('pods', [rule(['delete'], ['pods'])], 'blog')],
  roleBindings: [
    bind('one', 'Role', 'pods', [{ kind: 'ServiceAccount', name: 'ci' }], 'shop'),
    bind('two', 'ClusterRole', 'nodes', [ada], 'shop'),
    bind('three', 'Role', 'gone', [ada], 'shop'),
    bind('four', 'ClusterRole', 'view', [ada], 'shop'),
  ],
}
const grants = grantsOf(lists)
const named = (name: string): Grant => {
  const grant = grants.find((g) => g.binding.name === name)
  if (grant === undefined) throw new Error(`no binding ${name}`)
  return grant
}

describe('grantsOf', () => {
  test('takes the role of the binding’s own namespace, and the binding’s scope', () => {
    expect(named('one').rules.map((r) => r.verbs)).toEqual([['get']])
    expect(named('one').scope).toEqual({ kind: 'namespace', namespace: 'shop' })
    expect(named('two').scope).toEqual({ kind: 'namespace', namespace: 'shop' })
    expect(named('all').scope).toEqual({ kind: 'cluster' })
    expect(named('one').binding).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      namespace: 'shop',
      name: 'one',
    })
    expect('namespace' in named('all').binding).toBe(false)
  })

  test('a role that is not there is missing, one of the API server’s own is known, one that was read counts as read', () => {
    expect([named('three').role, named('three').rules]).toEqual(['missing', []])
    expect(named('ops').role).toBe('builtin')
    expect(named('ops').rules.length).toBeGreaterThan(5)
    expect([named('four').role, named('four').rules]).toEqual(['found', []])
  })

  test('a Role of the same name in no namespace is not taken for a ClusterRole', () => {
    const [grant] = grantsOf({ clusterRoles: [], clusterRoleBindings: [bind('x', 'Role', 'pods', [ada])], roles: lists.roles })
    expect(grant?.role).toBe('missing')
  })
})

describe('aggregated roles', () => {
  test('roles that all gather each other are each looked at once', () => {
    const part = role('part', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }])
    const metadata = { labels: { all: 'yes' } }
    const circle = Array.from({ length: 60 }, (_, i) =>
      KINDS.clusterRoles.schema.parse({
        metadata: { ...metadata, name: `all-${i}` },
        rules: [],
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: metadata.labels }] },
      }),
    )
    const found = rulesOfClusterRoles([...circle, { ...part, metadata: { ...part.metadata, ...metadata } }])
    for (const { metadata: own } of circle) expect(found.get(own.name)).toEqual(part.rules)
  })

  const part = (name: string, labels: Record<string, string>, rules: unknown[], selects?: Record<string, string>): Item<'clusterRoles'> =>
    KINDS.clusterRoles.schema.parse({
      metadata: { name, labels },
      rules,
      ...(selects === undefined ? {} : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: selects }] } }),
    })
  const rulesOf = (...roles: Item<'clusterRoles'>[]) =>
    grantsOf({ clusterRoles: roles, clusterRoleBindings: [bind('x', 'ClusterRole', 'top', [ada])] }).flatMap((g) =>
      g.rules.map((r) => r.verbs[0]),
    )

  test('rules that no controller has filled in yet are gathered, through several steps', () => {
    const middle = part('middle', { to: 'top' }, [], { to: 'middle' })
    const leaf = part('leaf', { to: 'middle' }, [rule(['get'], ['pods'])])
    const stranger = part('stranger', { to: 'other' }, [rule(['delete'], ['pods'])])
    expect(rulesOf(part('top', {}, [], { to: 'top' }), middle, leaf, stranger)).toEqual(['get'])
  })

  test('rules that are filled in count as they are; a circle ends', () => {
    const leaf = part('leaf', { to: 'top' }, [rule(['get'], ['pods'])])
    expect(rulesOf(part('top', {}, [rule(['list'], ['pods'])], { to: 'top' }), leaf)).toEqual(['list'])
    expect(rulesOf(part('top', { to: 'top' }, [], { to: 'top' }), leaf)).toEqual(['get'])
    expect(rulesOf(part('top', {}, []), leaf)).toEqual([])
  })
})

describe('who can', () => {
  const ci = accountIdentity('shop', 'ci')
  const get = (resource: string, namespace?: string) => ({
    verb: 'get',
    group: '',
    resource,
    ...(namespace === undefined ? {} : { namespace }),
  })

  test('a namespaced grant reaches its namespace only: no node, no path, no other namespace', () => {
    const local = grants.filter((g) => g.scope.kind === 'namespace')
    const user = { name: 'ada', groups: [] }
    expect(can(local, user, get('nodes'))).toBe(false)
    expect(can(local, user, { verb: 'get', path: '/metrics' })).toBe(false)
    expect(can(local, user, get('nodes', 'shop'))).toBe(true)
    expect(can(grants, user, get('nodes'))).toBe(true)
    expect(can(grants, user, { verb: 'get', path: '/metrics' })).toBe(true)
    expect(can(grants, ci, get('pods', 'shop'))).toBe(true)
    expect(can(grants, ci, get('pods', 'blog'))).toBe(false)
    expect(can(grants, ci, get('pods'))).toBe(false)
  })

  test('names the subject, the binding and the rule', () => {
    const found = whoCan(grants, get('pods', 'shop')).map(
      ({ subject, grant }) => `${subject.kind} ${subject.name} by ${grant.binding.name}`,
    )
    expect(found).toEqual(['Group ops by ops', 'ServiceAccount ci by one'])
  })

  test('system:masters passes without any binding', () => {
    expect(can([], { name: 'root', groups: ['system:masters'] }, get('secrets'))).toBe(true)
    expect(can([], { name: 'system:masters', groups: [] }, get('secrets'))).toBe(false)
  })

  test('another binding never takes a right away', () => {
    const any = fc.subarray([...grants])
    fc.assert(
      fc.property(
        any,
        any,
        fc.constantFrom('pods', 'nodes', 'secrets'),
        fc.constantFrom('shop', 'blog', undefined),
        (a, b, resource, ns) => {
          const user = { name: 'ada', groups: ['ops'] }
          return !can(a, user, get(resource, ns)) || can([...b, ...a], user, get(resource, ns))
        },
      ),
    )
  })
})

describe('subjects', () => {
  test('a service account is the same, written as a ServiceAccount, as a user or by its groups', () => {
    const ci = accountIdentity('shop', 'ci')
    const matching: Subject[] = [
      { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' },
      { kind: 'User', name: 'system:serviceaccount:shop:ci' },
      { kind: 'Group', name: 'system:serviceaccounts' },
      { kind: 'Group', name: 'system:serviceaccounts:shop' },
      { kind: 'Group', name: 'system:authenticated' },
    ]
    const others: Subject[] = [
      { kind: 'ServiceAccount', name: 'ci', namespace: 'blog' },
      { kind: 'ServiceAccount', name: 'ci' },
      { kind: 'User', name: 'ci' },
      { kind: 'Group', name: 'system:serviceaccounts:blog' },
      { kind: 'User', name: 'system:authenticated' },
    ]
    for (const subject of matching) expect(subjectMatches(subject, ci), subjectLabel(subject)).toBe(true)
    for (const subject of others) expect(subjectMatches(subject, ci), subjectLabel(subject)).toBe(false)
    expect(subjectMatches({ kind: 'ServiceAccount', name: 'ci' }, ci, 'shop')).toBe(true)
    expect(accountOf({ kind: 'User', name: 'system:serviceaccount:shop:ci' })).toEqual({ namespace: 'shop', name: 'ci' })
    expect(grantsFor(grants, ci).map((g) => g.binding.name)).toEqual(['one'])
  })

  test('only the cluster’s own are the cluster’s own, and each has its reason', () => {
    const own: Subject[] = [
      { kind: 'User', name: 'system:kube-scheduler' },
      { kind: 'Group', name: 'system:nodes' },
      { kind: 'Group', name: 'system:bootstrappers:kubeadm:default-node-token' },
      { kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' },
      { kind: 'User', name: 'system:serviceaccount:kube-system:node-controller' },
    ]
    const foreign: Subject[] = [
      { kind: 'Group', name: 'system:authenticated' },
      { kind: 'Group', name: 'system:unauthenticated' },
      { kind: 'User', name: 'system:anonymous' },
      { kind: 'Group', name: 'system:serviceaccounts' },
      { kind: 'Group', name: 'system:serviceaccounts:shop' },
      { kind: 'Group', name: 'system:masters' },
      { kind: 'User', name: 'system:serviceaccount:shop:ci' },
      { kind: 'ServiceAccount', name: 'coredns', namespace: 'shop' },
      { kind: 'ServiceAccount', name: 'default', namespace: 'kube-system' },
      { kind: 'User', name: 'kube-scheduler' },
    ]
    for (const subject of own) expect(systemSubject(subject), subjectLabel(subject)).toMatch(/\w/)
    for (const subject of foreign) expect(systemSubject(subject), subjectLabel(subject)).toBeUndefined()
  })

  test('a label alone does not make a binding the cluster’s own', () => {
    expect(systemBinding({ name: 'x', namespace: undefined, labels: DEFAULTS }, 'my-role')).toBeUndefined()
    expect(systemBinding({ name: 'kubeadm:evil', namespace: undefined, labels: {} }, 'cluster-admin')).toBeUndefined()
    expect(systemBinding({ name: 'kubeadm:get-nodes', namespace: undefined, labels: {} }, 'kubeadm:get-nodes')).toBe('made by kubeadm')
    expect(systemBinding({ name: 'kubeadm:get-nodes', namespace: 'shop', labels: {} }, 'kubeadm:get-nodes')).toBeUndefined()
    expect(systemBinding({ name: 'kubeadm:get-nodes', namespace: undefined, labels: {} }, 'cluster-admin')).toBeUndefined()
    expect(systemBinding({ name: 'cluster-admin', namespace: undefined, labels: DEFAULTS }, 'cluster-admin')).toMatch(/API server/)
  })

  test('of a shipped binding only what was added is foreign', () => {
    const masters: Subject = { kind: 'Group', name: 'system:masters' }
    const scheduler: Subject = { kind: 'User', name: 'system:kube-scheduler' }
    const foreign = (name: string, to: string, subjects: Subject[], labels = DEFAULTS) =>
      grantsOf({
        clusterRoles: [role('system:kube-scheduler', []), role('system:discovery', [{ verbs: ['get'], nonResourceURLs: ['/api'] }])],
        clusterRoleBindings: [bind(name, 'ClusterRole', to, subjects, undefined, labels)],
      }).flatMap((g) => foreignSubjects(g).map((s) => s.name))
    expect(foreign('cluster-admin', 'cluster-admin', [masters, ada, scheduler])).toEqual(['ada', 'system:kube-scheduler'])
    expect(foreign('system:kube-scheduler', 'system:kube-scheduler', [scheduler, ada])).toEqual(['ada'])
    expect(foreign('mine', 'system:kube-scheduler', [scheduler], {} as typeof DEFAULTS)).toEqual(['system:kube-scheduler'])
    const all = [
      { kind: 'Group', name: 'system:authenticated' },
      { kind: 'Group', name: 'system:unauthenticated' },
    ]
    expect(foreign('system:discovery', 'system:discovery', all)).toEqual(['system:unauthenticated'])
    expect(
      foreign('kubeadm:cluster-admins', 'cluster-admin', [{ kind: 'Group', name: 'kubeadm:cluster-admins' }, ada], {} as typeof DEFAULTS),
    ).toEqual(['ada'])
  })
})

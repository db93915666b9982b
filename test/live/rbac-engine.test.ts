import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import { sightOf } from '../../src/evaluate/see.ts'
import type { Check } from '../../src/model/check.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import type { Request } from '../../src/simulate/rbac.ts'
import { rulesAllow } from '../../src/simulate/rbac.ts'
import { rulesOfClusterRoles } from '../../src/simulate/rbacAggregate.ts'
import { BUILTIN_ROLES } from '../../src/simulate/rbacBuiltin.ts'
import { can, grantsOf } from '../../src/simulate/rbacGrants.ts'
import { accountIdentity, type Identity } from '../../src/simulate/rbacSubjects.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const NOW = new Date('2026-06-01T00:00:00Z')
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ name: 'rbac', auditLog: false })
  await cluster.createNamespace('shop')
  await cluster.createNamespace('blog')
})
afterAll(async () => {
  await cluster?.stop()
})

async function state() {
  const kinds = { clusterroles: 'ClusterRole', clusterrolebindings: 'ClusterRoleBinding', roles: 'Role', rolebindings: 'RoleBinding' }
  const objects: KubeObject[] = []
  for (const [plural, kind] of Object.entries(kinds)) {
    const answer = await cluster.api(`/apis/${RBAC}/${plural}`)
    const { items } = JSON.parse(answer.text) as { items: KubeObject[] }
    objects.push(...items.map((item) => ({ ...item, apiVersion: RBAC, kind })))
  }
  return stateFromObjects(objects, { source: 'snapshot', name: 'real', now: NOW, complete: true })
}

async function grants() {
  const { kinds } = await state()
  return grantsOf({
    clusterRoles: kinds.clusterRoles?.items ?? [],
    clusterRoleBindings: kinds.clusterRoleBindings?.items ?? [],
    roles: kinds.roles?.items ?? [],
    roleBindings: kinds.roleBindings?.items ?? [],
  })
}

async function create(object: { kind: string; metadata: { namespace?: string } } & object): Promise<void> {
  const { namespace } = object.metadata
  const at = namespace === undefined ? '' : `/namespaces/${namespace}`
  const body = { apiVersion: RBAC, ...object }
  const answer = await cluster.api(`/apis/${RBAC}${at}/${object.kind.toLowerCase()}s`, { method: 'POST', body })
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
}

/** What the API server itself says. */
async function serverAllows({ name, groups }: Identity, request: Request): Promise<boolean> {
  const attributes = 'path' in request ? { nonResourceAttributes: request } : { resourceAttributes: request }
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: name, groups, ...attributes },
  }
  const answer = await cluster.api('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body })
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  return (JSON.parse(answer.text) as { status: { allowed: boolean } }).status.allowed
}

it('no access check speaks of what a fresh API server holds', async () => {
  const fresh = await state()
  const folder = new URL('../../src/checks/access/', import.meta.url)
  const spoken: string[] = []
  for (const file of readdirSync(folder)) {
    const { check } = (await import(new URL(file, folder).href)) as { check?: Check }
    if (check === undefined || !check.reads.includes('clusterRoleBindings') || check.reads.includes('pods')) continue
    const { seen } = sightOf(fresh, check)
    if (seen === undefined) throw new Error(`${check.id} saw nothing`)
    const findings = [...check.evaluate(seen, { now: NOW, cluster: fresh.cluster, complete: true })]
    spoken.push(...findings.filter((f) => f.status !== 'manual').map((f) => `${check.id}: ${f.status} ${f.object.name} ${f.saw}`))
  }
  expect(spoken).toEqual([])
})

it('the built-in roles we carry for folders of manifests give nothing that the real ones do not, and every risky right', async () => {
  const { kinds } = await state()
  for (const [name, rules] of BUILTIN_ROLES) {
    // There is no controller here that fills in admin, edit and view; the engine gathers them itself.
    const real = rulesOfClusterRoles(kinds.clusterRoles?.items ?? []).get(name) ?? []
    const triples = rules.flatMap((r) =>
      r.verbs.flatMap((verb) => r.apiGroups.flatMap((group) => r.resources.map((resource) => ({ verb, group, resource })))),
    )
    const split = ({ verb, group, resource }: (typeof triples)[number]): Request => {
      const [plain = '', subresource] = resource.split('/')
      return { verb, group, resource: plain, ...(subresource === undefined ? {} : { subresource }) }
    }
    const invented = triples.filter((t) => !rulesAllow(real, split(t))).map((t) => `${name}: ${t.verb} ${t.resource}.${t.group}`)
    expect(invented).toEqual([])
    const risky = [
      'secrets',
      'pods',
      'pods/exec',
      'pods/attach',
      'serviceaccounts',
      'serviceaccounts/token',
      'nodes/proxy',
      'persistentvolumes',
    ]
    for (const resource of risky)
      for (const verb of ['get', 'list', 'watch', 'create', 'patch', 'impersonate']) {
        const request = split({ verb, group: '', resource })
        expect(rulesAllow(rules, request), `${name}: ${verb} ${resource}`).toBe(rulesAllow(real, request))
      }
  }
})

const some = (values: readonly string[], least = 1) => fc.array(fc.constantFrom(...values), { minLength: least, maxLength: 3 })
const VERBS = ['get', 'list', 'create', 'impersonate', '*']
const RESOURCES = ['pods', 'nodes', 'secrets', 'deployments']
const ENTRIES = ['*', '*/*', 'pods/*', '*/exec', ...RESOURCES, 'pods/exec', 'nodes/proxy']
const onResources = fc.record({
  verbs: some(VERBS),
  apiGroups: some(['', 'apps', '*']),
  resources: some(ENTRIES),
  resourceNames: some(['a', 'b'], 0),
})
const onPaths = fc.record({ verbs: some(['get', '*']), nonResourceURLs: some(['/metrics', '/healthz/*', '/heal*', '*']) })
const SUBJECTS = [
  { kind: 'User', name: 'ada', apiGroup: 'rbac.authorization.k8s.io' },
  { kind: 'User', name: 'system:serviceaccount:shop:ci', apiGroup: 'rbac.authorization.k8s.io' },
  { kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' },
  { kind: 'Group', name: 'system:serviceaccounts:shop', apiGroup: 'rbac.authorization.k8s.io' },
  { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' },
]
const SEED = 20260601

/** Random roles, bound at random, and a wait until the authorizer knows them. */
async function createRandomRights(): Promise<void> {
  const clusterRoles = fc.sample(fc.oneof({ weight: 4, arbitrary: onResources }, onPaths), { numRuns: 20, seed: SEED })
  const roles = fc.sample(onResources, { numRuns: 10, seed: SEED + 1 })
  const who = fc.sample(fc.constantFrom(...SUBJECTS), { numRuns: 40, seed: SEED + 2 })
  const where = fc.sample(fc.constantFrom(undefined, 'shop', 'blog'), { numRuns: 20, seed: SEED + 3 })
  const roleRef = (kind: string, name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })
  for (const [i, rule] of clusterRoles.entries()) {
    const namespace = where[i]
    await create({ kind: 'ClusterRole', metadata: { name: `r${i}` }, rules: [rule] } as Parameters<typeof create>[0])
    const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding'
    const metadata = { name: `r${i}`, ...(namespace === undefined ? {} : { namespace }) }
    await create({ kind, metadata, roleRef: roleRef('ClusterRole', `r${i}`), subjects: [who[i]] } as Parameters<typeof create>[0])
  }
  for (const [i, rule] of roles.entries()) {
    const metadata = { name: `l${i}`, namespace: i % 2 === 0 ? 'shop' : 'blog' }
    await create({ kind: 'Role', metadata, rules: [rule] } as Parameters<typeof create>[0])
    await create({ kind: 'RoleBinding', metadata, roleRef: roleRef('Role', `l${i}`), subjects: [who[20 + i]] } as Parameters<
      typeof create
    >[0])
  }
  // The authorizer follows by watches: wait for a mark that was written last, in each kind.
  await create({
    kind: 'Role',
    metadata: { name: 'mark', namespace: 'shop' },
    rules: [{ verbs: ['get'], apiGroups: ['mark'], resources: ['x'] }],
  } as Parameters<typeof create>[0])
  const mark = { kind: 'RoleBinding', metadata: { name: 'mark', namespace: 'shop' } }
  await create({ ...mark, roleRef: roleRef('Role', 'mark'), subjects: [{ ...SUBJECTS[0], name: 'mark' }] } as Parameters<typeof create>[0])
  const marked = { verb: 'get', group: 'mark', resource: 'x', namespace: 'shop' }
  await vi.waitFor(async () => expect(await serverAllows({ name: 'mark', groups: [] }, marked)).toBe(true), { timeout: 10_000 })
}

/** Who asks, and for what. */
function question(): fc.Arbitrary<[Identity, Request]> {
  const identity = fc.constantFrom<Identity>(
    { name: 'ada', groups: ['system:authenticated'] },
    { name: 'eve', groups: ['dev', 'system:authenticated'] },
    { name: 'nobody', groups: [] },
    accountIdentity('shop', 'ci'),
    accountIdentity('shop', 'other'),
    accountIdentity('blog', 'ci'),
  )
  const resource = fc.record(
    {
      verb: fc.constantFrom(...VERBS, 'delete'),
      group: fc.constantFrom('', 'apps', 'batch'),
      resource: fc.constantFrom(...RESOURCES),
      subresource: fc.constantFrom('exec', 'proxy', 'log'),
      namespace: fc.constantFrom('shop', 'blog'),
      name: fc.constantFrom('a', 'b', 'c'),
    },
    { requiredKeys: ['verb', 'group', 'resource'] },
  )
  const path = fc.record({ verb: fc.constantFrom('get', 'post'), path: fc.constantFrom('/metrics', '/healthz/etcd', '/healthz', '/apis') })
  return fc.tuple(identity, fc.oneof({ weight: 5, arbitrary: resource }, path))
}

it('says the same as SubjectAccessReview, on random roles, bindings and requests', async () => {
  await createRandomRights()
  const questions = fc.sample(question(), { numRuns: 600, seed: SEED + 4 })
  const known = await grants()
  const wrong: string[] = []
  let allowed = 0
  for (const [who, request] of questions) {
    const theirs = await serverAllows(who, request)
    if (theirs) allowed += 1
    if (theirs !== can(known, who, request)) wrong.push(`${who.name} ${JSON.stringify(request)}: server says ${theirs}`)
  }
  expect(wrong).toEqual([])
  // A comparison of refusals only would prove nothing.
  expect(allowed).toBeGreaterThan(60)
  expect(allowed).toBeLessThan(540)
})

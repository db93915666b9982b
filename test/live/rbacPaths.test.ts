import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { connectLive } from '../../src/cluster/index.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import { itemsOf, type State } from '../../src/model/state.ts'
import { PATH_READS, rbacPaths } from '../../src/session/rbacPaths.ts'
import { grantsIn } from '../../src/session/whoCan.ts'
import { rulesAllow } from '../../src/simulate/rbac.ts'
import { reaches } from '../../src/simulate/rbacGrants.ts'
import { canonical, subjectKey } from '../../src/simulate/rbacNamed.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { type Ask, person, reachesAdmin } from '../simulate/rbac/pathsOracle.ts'
import { certificateRequest, Driver } from './support/pathsDrive.ts'
import { placesAt, randomPaths, surroundings } from './support/pathsRandom.ts'
import { bind } from './support/rbacRandom.ts'

const ROUNDS = process.env.KUBEHARDEN_LONG ? 60 : 6
const SEED = 20261125
const PLURAL: Readonly<Record<string, string>> = {
  Node: '/api/v1/nodes',
  ServiceAccount: '/api/v1/serviceaccounts',
  Pod: '/api/v1/pods',
  Secret: '/api/v1/secrets',
  Deployment: '/apis/apps/v1/deployments',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Role: '/apis/rbac.authorization.k8s.io/v1/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/rolebindings',
}
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ name: 'paths', auditLog: false })
  for (const { name } of placesAt(0)) if (name !== 'kube-system') await cluster.createNamespace(name)
  for (const object of surroundings()) await create(object)
  const rules = [{ verbs: ['get'], apiGroups: ['mark'], resources: ['x'] }]
  await create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'view-marks' },
    rules,
  } as unknown as KubeObject)
})
afterAll(async () => {
  await cluster?.stop()
})

function urlOf({ kind, metadata: { namespace } }: KubeObject): string {
  const all = PLURAL[kind] ?? ''
  if (namespace === undefined) return all
  const slash = all.lastIndexOf('/')
  return `${all.slice(0, slash)}/namespaces/${namespace}${all.slice(slash)}`
}

async function create(object: KubeObject): Promise<void> {
  const answer = await cluster.api(urlOf(object), { method: 'POST', body: object })
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
}

async function remove(object: KubeObject): Promise<void> {
  const answer = await cluster.api(`${urlOf(object)}/${object.metadata.name}`, { method: 'DELETE' })
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
}

/** The labels of Pod Security as they are drawn. */
async function guard(seed: number): Promise<void> {
  for (const { name, labels } of placesAt(seed)) {
    const body = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': null, ...labels } } }
    const answer = await cluster.api(`/api/v1/namespaces/${name}`, {
      method: 'PATCH',
      body,
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  }
}

async function read(): Promise<State> {
  const { reader } = await connectLive({ kubeconfig: cluster.adminKubeconfig, version: 'test', env: {} })
  try {
    return await reader.collect(PATH_READS)
  } finally {
    await reader.close()
  }
}

async function everything(): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    Object.entries(PLURAL).map(async ([kind, url]) =>
      (await cluster.api(url)).json<{ items: KubeObject[] }>().items.map((item) => ({ ...item, kind })),
    ),
  )
  return lists.flat()
}

/** The server's own answers; only for the rights of a role that nobody has, its rules are read. */
function asking(state: State): Ask {
  const known = new Map<string, Promise<boolean>>()
  return (who, request) => {
    if (!('identity' in who)) {
      const kind = who.role.kind === 'Role' ? ('roles' as const) : ('clusterRoles' as const)
      const rules = itemsOf(state, kind).find(
        (r) => r.metadata.name === who.role.name && (kind === 'clusterRoles' || r.metadata.namespace === who.at),
      )?.rules
      const scope = who.at === undefined ? ({ kind: 'cluster' } as const) : ({ kind: 'namespace', namespace: who.at } as const)
      return reaches(scope, request) && rulesAllow(rules ?? [], request)
    }
    const { name, groups } = who.identity
    const key = JSON.stringify([name, groups, request])
    const before = known.get(key)
    if (before !== undefined) return before
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: name, groups, resourceAttributes: request },
    }
    const answer = cluster.api('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body }).then((a) => {
      if (a.status !== 201) throw new Error(a.text)
      return a.json<{ status: { allowed: boolean } }>().status.allowed
    })
    known.set(key, answer)
    return answer
  }
}

/** The authorizer follows by watches: it knows a binding that was written last. */
async function followed(round: number): Promise<void> {
  const name = `mark-${round}`
  const mark = bind(name, 'ClusterRole', 'view-marks', [{ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' }], 'shop')
  await create(mark)
  const spec = { user: name, resourceAttributes: { verb: 'get', group: 'mark', resource: 'x', namespace: 'shop' } }
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }
  await vi.waitFor(
    async () => {
      const answer = await cluster.api('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body })
      expect(answer.json<{ status: { allowed: boolean } }>().status.allowed).toBe(true)
    },
    { timeout: 20_000 },
  )
  await remove(mark)
}

it('every chain that is found can be taken on a real API server to its end; who has none is not found one by brute force', {
  timeout: 1_800_000,
}, async () => {
  const wrong: string[] = []
  const kinds = new Map<string, number>()
  let [driven, without, longest] = [0, 0, 0]
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = SEED + round * 7
    const objects = randomPaths(seed)
    for (const object of objects) await create(object)
    await guard(seed)
    await followed(round)
    const state = await read()
    const answer = rbacPaths(state, { groups: [], builtin: false })
    expect(answer.gaps).toEqual([])
    const driver = new Driver(cluster)
    for (const { subject, steps } of answer.subjects) {
      if (
        subject.kind === 'ServiceAccount' &&
        !itemsOf(state, 'serviceAccounts').some((a) => a.metadata.name === subject.name && a.metadata.namespace === subject.namespace)
      )
        continue
      for (const { kind } of steps) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      driven += 1
      longest = Math.max(longest, steps.length)
      await driver.drive(subject, steps).catch((error: Error) => {
        wrong.push(
          `round ${round} ${subjectKey(subject)} ${JSON.stringify(steps.map((s) => [s.kind, s.rights.map(({ via: _, ...r }) => r), s.to]))}: ${error.message}`,
        )
      })
    }
    driver.close()
    const found = new Set(answer.subjects.map((s) => subjectKey(s.subject)))
    const drawn = new Set(objects.map((o) => o.metadata.name))
    const named = grantsIn(state)
      .filter((g) => drawn.has(g.meta.name))
      .flatMap((g) => g.subjects.flatMap((s) => canonical(s, g.meta.namespace) ?? []))
    const places = itemsOf(state, 'namespaces').map((n) => ({ name: n.metadata.name, labels: n.metadata.labels }))
    const facts = { objects: await everything(), places, ask: asking(state) }
    for (const [key, one] of new Map(named.map((s) => [subjectKey(s), s]))) {
      if (found.has(key)) continue
      without += 1
      if (await reachesAdmin(person(one.kind, one.name, one.kind === 'ServiceAccount' ? one.namespace : undefined), facts))
        wrong.push(`round ${round} ${key}: no chain was found, brute force finds one`)
    }
    for (const object of objects.toReversed()) await remove(object)
  }
  console.log(
    `${driven} chains driven (longest ${longest}), ${without} subjects without one, ${wrong.length} differences; steps ${JSON.stringify([...kinds])}`,
  )
  expect(wrong).toEqual([])
  expect(driven).toBeGreaterThan(ROUNDS)
  expect(without).toBeGreaterThan(0)
})

const GROUP = 'rbac.authorization.k8s.io'
const people = (name: string) => [{ kind: 'User', name, apiGroup: GROUP }]
const role = (name: string, ...rules: readonly (readonly [verbs: string, group: string, resources: string])[]) =>
  ({
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRole',
    metadata: { name },
    rules: rules.map(([verbs, group, resources]) => ({ verbs: verbs.split(' '), apiGroups: [group], resources: resources.split(' ') })),
  }) as unknown as KubeObject

it('steps that are rarely drawn can be taken too', { timeout: 300_000 }, async () => {
  const gone = [{ kind: 'ServiceAccount', namespace: 'blog', name: 'gone' }]
  const objects = [
    role('maker', ['create', '', 'serviceaccounts serviceaccounts/token']),
    bind('maker', 'ClusterRole', 'maker', people('maker'), 'blog'),
    bind('gone', 'ClusterRole', 'cluster-admin', gone, 'cluster'),
    role('joiner', ['bind', GROUP, 'clusterroles'], ['update', GROUP, 'clusterrolebindings']),
    bind('joiner', 'ClusterRole', 'joiner', people('joiner'), 'cluster'),
    role('mounter', ['create', '', 'persistentvolumes']),
    bind('mounter', 'ClusterRole', 'mounter', people('mounter'), 'cluster'),
    role('claimer', ['create', '', 'persistentvolumeclaims pods']),
    bind('claimer', 'ClusterRole', 'claimer', people('mounter'), 'blog'),
    role('tagger', ['patch', '', 'namespaces'], ['create', 'batch', 'cronjobs']),
    bind('tagger', 'ClusterRole', 'tagger', people('tagger'), 'bank'),
  ]
  for (const object of objects) await create(object)
  await guard(0)
  await followed(0.5)
  const { subjects } = rbacPaths(await read(), { groups: [], builtin: false })
  const driver = new Driver(cluster)
  const kinds: string[] = []
  for (const name of ['maker', 'joiner', 'mounter', 'tagger']) {
    const path = subjects.find((s) => s.subject.name === name)
    if (path === undefined) throw new Error(`${name} has no path`)
    kinds.push(...path.steps.map((s) => s.kind))
    await driver.drive(path.subject, path.steps)
  }
  driver.close()
  expect(kinds).toEqual(['make-account', 'change-binding', 'host-volume', 'loosen-namespace'])
  for (const object of objects.toReversed()) await remove(object)
})

it('what is said to be no step is refused by the server', async () => {
  const objects = [
    role(
      'writer',
      ['create update patch', GROUP, 'clusterroles clusterrolebindings'],
      ['create', 'certificates.k8s.io', 'certificatesigningrequests'],
    ),
    bind('writer', 'ClusterRole', 'writer', people('writer'), 'cluster'),
  ]
  for (const object of objects) await create(object)
  await followed(0.25)
  const driver = new Driver(cluster)
  const client = await driver.credential({ kind: 'User', name: 'writer' })
  const roles = `/apis/${GROUP}/v1/clusterroles`
  const merge = { 'content-type': 'application/merge-patch+json' }
  const body = { metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } } }
  const refused = [
    // A label that makes others' rules part of view.
    client.request(`${roles}/system:kube-scheduler`, { method: 'PATCH', headers: merge, body }),
    client.request(roles, {
      method: 'POST',
      body: { metadata: { name: 'all' }, rules: [], aggregationRule: { clusterRoleSelectors: [{}] } },
    }),
    client.request(`/apis/${GROUP}/v1/clusterrolebindings`, {
      method: 'POST',
      body: bind('me', 'ClusterRole', 'cluster-admin', people('writer'), 'cluster'),
    }),
    client.request('/apis/certificates.k8s.io/v1/certificatesigningrequests', { method: 'POST', body: await masters() }),
  ]
  for (const answer of await Promise.all(refused)) expect([answer.status, answer.text]).toEqual([403, expect.any(String)])
  const { subjects } = rbacPaths(await read(), { groups: [], builtin: true })
  expect(subjects.map((s) => s.subject.name)).not.toContain('writer')
  driver.close()
  for (const object of objects.toReversed()) await remove(object)
})

async function masters(): Promise<object> {
  const spec = {
    request: await certificateRequest(cluster.dir, '/O=system:masters/CN=x'),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
  }
  return { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'masters' }, spec }
}

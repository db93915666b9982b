import type { TestCluster } from '../../cluster/apiserver.ts'

/** A right as a sweep finds it: `list secrets`, `create pods/exec`, `get networkpolicies.networking.k8s.io`. */
export type Grant = string

export interface Resource {
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** One object, where a right is asked for that object alone. */
  readonly name?: string
  readonly namespace?: string
}

/** Every verb that means something to RBAC, the special ones too. */
const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
  'escalate',
  'bind',
  'approve',
  'sign',
  'use',
  'proxy',
]

/** Rights on things that no discovery lists, or that stand for more than they say. */
const UNLISTED: readonly Resource[] = [
  { group: '', resource: 'users' },
  { group: '', resource: 'groups' },
  { group: 'authentication.k8s.io', resource: 'userextras', subresource: 'scopes' },
  { group: 'authentication.k8s.io', resource: 'uids' },
  { group: 'certificates.k8s.io', resource: 'signers' },
  { group: '', resource: 'nodes', subresource: 'metrics' },
  { group: '', resource: 'nodes', subresource: 'stats' },
  { group: '', resource: 'nodes', subresource: 'configz' },
  { group: '*', resource: '*' },
]

const get = async <T>(cluster: TestCluster, path: string): Promise<T> => JSON.parse((await cluster.api(path)).text) as T

/** Every resource and subresource that the server serves, and those that only authorization knows. */
export async function resourcesOf(cluster: TestCluster): Promise<readonly Resource[]> {
  const { groups } = await get<{ groups: { name: string; versions: { groupVersion: string }[] }[] }>(cluster, '/apis')
  const lists = [
    { group: '', path: '/api/v1' },
    ...groups.flatMap((g) => g.versions.map((v) => ({ group: g.name, path: `/apis/${v.groupVersion}` }))),
  ]
  const found = await Promise.all(
    lists.map(async ({ group, path }) =>
      (await get<{ resources: { name: string }[] }>(cluster, path)).resources.map(({ name }): Resource => {
        const [resource = '', subresource] = name.split('/')
        return { group, resource, ...(subresource === undefined ? {} : { subresource }) }
      }),
    ),
  )
  const byName = new Map([...found.flat(), ...UNLISTED].map((r) => [label('', r), r]))
  return [...byName.values()]
}

function label(verb: string, { group, resource, subresource }: Resource): Grant {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`
}

async function review(cluster: TestCluster, user: string, attributes: object): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups: ['system:authenticated'], ...attributes },
  }
  const answer = await cluster.api('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body })
  if (answer.status !== 201) throw new Error(answer.text)
  return (JSON.parse(answer.text) as { status: { allowed: boolean } }).status.allowed
}

/** Somebody who is signed in and was granted nothing. */
export const NOBODY = 'nobody-at-all'

/** Runs a few at a time: a thousand questions at once only wait for each other. */
async function filter<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = []
  const queue = items.values()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const item of queue) if (await test(item)) kept.push(item)
    }),
  )
  return kept
}

/** All that a user may do in the whole cluster, asked of the server by SubjectAccessReview, one question for each verb and resource. */
export async function allowedOf(cluster: TestCluster, user: string, resources: readonly Resource[]): Promise<readonly Grant[]> {
  const asks = resources.flatMap((r) => VERBS.map((verb) => ({ verb, ...r })))
  return (await filter(asks, (ask) => review(cluster, user, { resourceAttributes: ask }))).map((ask) => label(ask.verb, ask))
}

const PATHS = [
  '/',
  '/metrics',
  '/metrics/slis',
  '/version',
  '/api',
  '/apis',
  '/healthz',
  '/livez',
  '/readyz',
  '/openapi/v3',
  '/logs',
  '/logs/x',
  '/debug/pprof',
  '/debug/flags/v',
  '/configz',
  '/statusz',
  '/flagz',
  '/api/v1/x',
  '/.well-known/openid-configuration',
]

/** Paths that are no resources: which of them a user may use beyond what everybody may. */
export async function baselinePaths(
  cluster: TestCluster,
  user: string,
): Promise<{ readonly gained: readonly Grant[]; readonly checked: number }> {
  const asks = PATHS.flatMap((path) => ['get', 'post', 'put', 'delete'].map((verb) => ({ verb, path })))
  const of = (name: string) => filter(asks, (ask) => review(cluster, name, { nonResourceAttributes: ask }))
  const [all, mine] = await Promise.all([of(NOBODY), of(user)])
  return { gained: mine.filter((m) => !all.includes(m)).map((m) => `${m.verb} ${m.path}`), checked: asks.length }
}

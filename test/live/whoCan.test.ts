import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { connectLive } from '../../src/cluster/index.ts'
import type { KubeObject } from '../../src/model/refs.ts'
import type { State } from '../../src/model/state.ts'
import { grantsIn, RBAC_READS, type WhoCanAnswer, whoCan } from '../../src/session/whoCan.ts'
import type { Request } from '../../src/simulate/rbac.ts'
import { can } from '../../src/simulate/rbacGrants.ts'
import { type Identity, subjectMatches } from '../../src/simulate/rbacSubjects.ts'
import { BUILTIN_RESOURCES } from '../../src/simulate/resourceNames.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { bind, NAMESPACES, questions, randomRights } from './support/rbacRandom.ts'

const SEED = 20261125
const QUESTIONS = process.env.KUBEHARDEN_LONG ? 20_000 : 1_000
const AT_ONCE = 8
const RBAC = 'rbac.authorization.k8s.io/v1'
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ name: 'who-can', auditLog: false })
  for (const namespace of NAMESPACES) await cluster.createNamespace(namespace)
})
afterAll(async () => {
  await cluster?.stop()
})

async function create(object: KubeObject): Promise<void> {
  const { namespace } = object.metadata
  const at = namespace === undefined ? '' : `/namespaces/${namespace}`
  const answer = await cluster.api(`/apis/${RBAC}${at}/${object.kind.toLowerCase()}s`, { method: 'POST', body: object })
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
}

/** What the API server itself says. */
async function serverAllows({ name, groups }: Identity, request: Request): Promise<boolean> {
  const attributes = 'path' in request ? { nonResourceAttributes: request } : { resourceAttributes: request }
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: { user: name, groups, ...attributes } }
  const answer = await cluster.api('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body })
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  return answer.json<{ status: { allowed: boolean } }>().status.allowed
}

/** The authorizer follows by watches: what was written last, in each kind, is known to it. */
async function followed(): Promise<void> {
  const rules = [{ verbs: ['get'], apiGroups: ['mark'], resources: ['x'] }]
  const who = (name: string) => [{ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' }]
  await create({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: 'mark' }, rules } as KubeObject)
  await create({ apiVersion: RBAC, kind: 'Role', metadata: { name: 'mark', namespace: 'shop' }, rules } as KubeObject)
  await create(bind('mark', 'ClusterRole', 'mark', who('mark1'), 'cluster'))
  await create(bind('mark', 'Role', 'mark', who('mark2'), 'shop'))
  const request = { verb: 'get', group: 'mark', resource: 'x', namespace: 'shop' }
  for (const name of ['mark1', 'mark2'])
    await vi.waitFor(async () => expect(await serverAllows({ name, groups: [] }, request)).toBe(true), { timeout: 20_000 })
}

async function read(): Promise<State> {
  const { reader } = await connectLive({ kubeconfig: cluster.adminKubeconfig, version: 'test', env: {} })
  try {
    return await reader.collect(RBAC_READS)
  } finally {
    await reader.close()
  }
}

function ask(state: State, request: Request): WhoCanAnswer {
  if ('path' in request) return whoCan(state, { verb: request.verb, what: request.path, allNamespaces: false })
  const { verb, group, resource, subresource, namespace, name } = request
  const what = subresource === undefined ? resource : `${resource}/${subresource}`
  const where = namespace === undefined ? { allNamespaces: true } : { allNamespaces: false, namespace }
  return whoCan(state, { verb, what, group, ...where, ...(name === undefined ? {} : { name }) })
}

it('who-can and the rights of one subject say the same as SubjectAccessReview', { timeout: 900_000 }, async () => {
  const rights = randomRights(40, SEED)
  // Roles before what binds them.
  for (const object of rights.toSorted((a, b) => Number(a.kind.endsWith('Binding')) - Number(b.kind.endsWith('Binding'))))
    await create(object)
  await followed()
  const state = await read()
  const grants = grantsIn(state)
  const wrong: string[] = []
  let allowed = 0
  const all = questions(QUESTIONS, SEED + 7)
  for (let at = 0; at < all.length; at += AT_ONCE)
    await Promise.all(
      all.slice(at, at + AT_ONCE).map(async ([who, request]) => {
        const theirs = await serverAllows(who, request)
        const answer = ask(state, request)
        const named = answer.subjects.some((subject) => subjectMatches(subject, who))
        if (theirs) allowed += 1
        if (answer.gaps.length > 0) wrong.push(`${JSON.stringify(request)}: gaps ${JSON.stringify(answer.gaps)}`)
        if (theirs !== named) wrong.push(`who-can ${who.name} ${JSON.stringify(request)}: server says ${theirs}`)
        if (theirs !== can(grants, who, request)) wrong.push(`can ${who.name} ${JSON.stringify(request)}: server says ${theirs}`)
      }),
    )
  console.log(`${all.length} questions, ${allowed} allowed, ${wrong.length} differences`)
  expect(wrong).toEqual([])
  expect(allowed).toBeGreaterThan(all.length * 0.1)
  expect(allowed).toBeLessThan(all.length * 0.9)
})

it('names are read as this API server serves them: custom resources by kind and short name, and everything that we know ourselves', async () => {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const names = { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['gd'] }
  const spec = { group: 'example.org', scope: 'Cluster', names, versions: [{ name: 'v1', served: true, storage: true, schema }] }
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'gadgets.example.org' }, spec }
  const made = await cluster.api('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { method: 'POST', body: crd })
  expect(made.status).toBe(201)
  const { reader } = await connectLive({ kubeconfig: cluster.adminKubeconfig, version: 'test', env: {} })
  try {
    const state = await reader.collect(RBAC_READS)
    const resources = await vi.waitFor(
      async () => {
        const all = (await reader.resources?.()) ?? []
        expect(all.map((r) => r.kind)).toContain('Gadget')
        return all
      },
      { timeout: 20_000 },
    )
    const asked = { verb: 'get', what: 'gd', allNamespaces: false }
    expect(whoCan(state, asked, resources)).toMatchObject({ request: { group: 'example.org', resource: 'gadgets' }, notes: [] })
    expect(whoCan(state, asked).notes).toEqual([expect.stringContaining('gd is not known here'), expect.any(String)])
    // What is built in for folders of manifests is as this server says it.
    const served = new Map(resources.map((r) => [`${r.plural}.${r.group}`, r]))
    // Alpha and beta groups are off by default; what is served must be the same.
    const wrong = BUILTIN_RESOURCES.filter((r) => {
      const there = served.get(`${r.plural}.${r.group}`)
      return (
        there !== undefined && (there.namespaced !== r.namespaced || there.kind !== r.kind || r.short.some((s) => !there.short.includes(s)))
      )
    })
    expect(wrong).toEqual([])
    expect(BUILTIN_RESOURCES.filter((r) => !served.has(`${r.plural}.${r.group}`)).map((r) => r.plural)).toEqual([])
  } finally {
    await reader.close()
  }
})

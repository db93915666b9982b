import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { connectPractice } from '#cluster/practice/index.ts'
import { ApplyConflict, type Connection, type Writer } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { ALL_KINDS } from '#model/kinds.ts'
import { type KubeObject, type ObjectRef, refOf } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { comparable, type Step, steps } from './operations.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const A = { fieldManager: 'kubeharden:a' }
const B = { fieldManager: 'kubeharden:b' }
let connection: Connection
let writer: Writer

const writerOf = (c: Connection): Writer => {
  if (c.writer === undefined) throw new Error('no writer')
  return c.writer
}
beforeEach(async () => {
  connection = await connectPractice()
  writer = writerOf(connection)
})

const collect = (): Promise<State> => connection.reader.collect(ALL_KINDS)
const refusal = async (promise: Promise<unknown>): Promise<HardenError> => {
  const error = await promise.then(
    () => new Error('was not refused'),
    (e: unknown) => e,
  )
  if (error instanceof HardenError) return error
  throw error
}
const role = (rules: readonly object[] = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }], name = 'reader', namespace = 'shop') =>
  ({ apiVersion: RBAC, kind: 'Role', metadata: { name, namespace }, rules }) as unknown as KubeObject
const labelled = (labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels },
})
const live = async (ref: ObjectRef): Promise<KubeObject> => {
  const object = await writer.get(ref)
  if (object === undefined) throw new Error('is not there')
  return object
}

describe('apply', () => {
  it('creates what is not there, and changes nothing the second time', async () => {
    const first = await writer.apply(role(), A)
    expect(first.object.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
    const second = await writer.apply(role(), A)
    expect(second.object).toEqual(first.object)
    expect(itemsOf(await collect(), 'roles').some((r) => r.metadata.name === 'reader')).toBe(true)
  })

  it('takes back what the same manager no longer applies, and leaves the rest', async () => {
    await writer.apply(labelled({ 'pod-security.kubernetes.io/enforce': 'baseline', team: 'a' }), A)
    await writer.apply(labelled({ owner: 'b' }), B)
    const { object } = await writer.apply(labelled({ team: 'a' }), A)
    expect(object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'shop', owner: 'b', team: 'a' })
  })

  it('names manager and field of a conflict, and takes the field over only when forced', async () => {
    const policy = (...policyTypes: string[]) =>
      ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'allow-all', namespace: 'payments' },
        spec: { policyTypes },
      }) as unknown as KubeObject
    const error = await refusal(writer.apply(policy('Ingress'), A))
    expect(error.code).toBe('conflict')
    expect(error.cause).toBeInstanceOf(ApplyConflict)
    expect((error.cause as ApplyConflict).conflicts).toEqual([{ manager: 'kubectl-client-side-apply', field: '.spec.policyTypes' }])
    const { object } = await writer.apply(policy('Ingress'), { ...A, force: true })
    expect(object.spec).toMatchObject({ podSelector: {}, policyTypes: ['Ingress'], ingress: [{}], egress: [{}] })
    await writer.apply(policy('Ingress'), B)
    expect((await refusal(writer.apply(policy('Egress'), B))).message).toContain('kubeharden:a')
  })

  it('merges containers and env by name', async () => {
    const patch = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api', namespace: 'shop' },
      spec: { template: { spec: { containers: [{ name: 'api', env: [{ name: 'NEW', value: '1' }] }] } } },
    }
    const { object } = await writer.apply(patch as unknown as KubeObject, A)
    const spec = object.spec as { template: { spec: { containers: { image: string; env: { name: string }[] }[] } } }
    expect(spec.template.spec.containers).toHaveLength(1)
    expect(spec.template.spec.containers[0]?.image).toBe('registry.example.com/shop/api:2.14.0')
    expect(spec.template.spec.containers[0]?.env.map((e) => e.name)).toEqual(['DB_HOST', 'DB_USER', 'DB_PASSWORD', 'NEW'])
  })
})

describe('preconditions', () => {
  it('hold for replace and remove', async () => {
    const { object } = await writer.create(role(), A)
    const { uid = '' } = object.metadata
    await writer.apply({ ...role(), metadata: { name: 'reader', namespace: 'shop', labels: { a: 'b' } } }, B)
    expect((await refusal(writer.replace(object, A))).code).toBe('conflict')
    expect((await refusal(writer.remove(refOf(object), { uid, resourceVersion: object.metadata.resourceVersion }))).code).toBe('conflict')
    expect((await refusal(writer.remove(refOf(object), { uid: 'another' }))).code).toBe('conflict')
    await writer.remove(refOf(object), { uid })
    expect(await writer.get(refOf(object))).toBeUndefined()
    expect((await refusal(writer.replace(object, A))).code).toBe('conflict')
    expect((await refusal(writer.remove(refOf(object), { uid }))).code).toBe('not-found')
  })

  it('give values and ownership back exactly, as undo does', async () => {
    const ref = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'payments', name: 'allow-all' }
    const before = await live(ref)
    const changed = await writer.replace({ ...before, spec: { podSelector: {}, policyTypes: ['Ingress'] } }, A)
    expect(changed.object.metadata.managedFields).not.toEqual(before.metadata.managedFields)
    const back = await writer.replace({ ...changed.object, spec: before.spec }, { fieldManager: 'undo' })
    const after = await writer.jsonPatch(
      ref,
      [
        { op: 'test', path: '/metadata/resourceVersion', value: back.object.metadata.resourceVersion },
        { op: 'replace', path: '/metadata/managedFields', value: before.metadata.managedFields },
      ],
      { fieldManager: 'undo' },
    )
    const rest = ({ metadata: { resourceVersion: _r, generation: _g, ...metadata }, ...o }: KubeObject) => ({ ...o, metadata })
    expect(rest(after.object)).toEqual(rest(before))
    expect((await refusal(writer.jsonPatch(ref, [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }], A))).code).toBe('rejected')
  })
})

describe('refusals', () => {
  it.each([
    ['an unknown field', { ...role(), rule: [] }, 'rejected', 'unknown field "rule"'],
    ['a name with a slash', role([], 'a/b'), 'rejected', 'metadata.name'],
    ['a namespace that is not there', role([], 'a', 'nowhere'), 'not-found', 'namespaces "nowhere" not found'],
    [
      'a kind that is not served',
      { apiVersion: 'velero.io/v1', kind: 'Schedule', metadata: { name: 'a', namespace: 'shop' } },
      'not-found',
      'does not serve',
    ],
    ['a Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'shop' } }, 'internal', 'never read or written'],
    ['a rule without verbs', role([{ apiGroups: [''], resources: ['pods'], verbs: [] }]), 'rejected', 'verbs'],
    ['managedFields', { ...role(), metadata: { name: 'a', namespace: 'shop', managedFields: [] } }, 'rejected', 'managedFields'],
    [
      'another roleRef',
      {
        apiVersion: RBAC,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'developers' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      },
      'conflict',
      'kubectl',
    ],
  ])('of %s', async (_what, object, code, message) => {
    const error = await refusal(writer.apply(object as unknown as KubeObject, A))
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
    expect(error.hint).not.toBe('')
  })

  it('of a roleRef that changes, even when forced', async () => {
    const binding = {
      apiVersion: RBAC,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'developers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    }
    expect(await refusal(writer.apply(binding, { ...A, force: true }))).toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('cannot change roleRef'),
    })
  })

  it('of an interrupted write', async () => {
    expect((await refusal(writer.apply(role(), { ...A, signal: AbortSignal.abort() }))).code).toBe('interrupted')
    expect(await writer.get(refOf(role()))).toBeUndefined()
  })

  it('of creating what exists', async () => {
    await writer.create(role(), A)
    expect((await refusal(writer.create(role(), A))).code).toBe('conflict')
  })
})

describe('the cluster around it', () => {
  it('fills a new namespace, and empties a removed one', async () => {
    const { object } = await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } }, A)
    expect(await writer.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'new', name: 'default' })).toBeDefined()
    await writer.create(role([], 'r', 'new'), A)
    await writer.remove(refOf(object), { uid: object.metadata.uid ?? '' })
    expect((await collect()).kinds.roles?.items.some((r) => r.metadata.namespace === 'new')).toBe(false)
  })

  it('shows changes of a workload in its pods', async () => {
    const deployment = await live({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' })
    await writer.replace({ ...deployment, spec: { ...(deployment.spec as object), replicas: 3 } }, A)
    expect(itemsOf(await collect(), 'pods').filter((p) => p.metadata.labels.app === 'web')).toHaveLength(3)
  })

  it('hands out copies', async () => {
    const object = (await live(refOf(labelled({})))) as { metadata: { labels?: Record<string, string> } }
    if (object.metadata.labels !== undefined) object.metadata.labels.changed = 'yes'
    expect((await live(refOf(labelled({})))).metadata.labels).not.toHaveProperty('changed')
  })
})

describe('properties', () => {
  const kinds = ['Role', 'RoleBinding', 'NetworkPolicy', 'CronJob', 'ConfigMap', 'Namespace'] as const
  const sequence = fc.constantFrom(...kinds).chain((kind) => fc.array(steps(kind), { minLength: 1, maxLength: 6 }))
  let round = 0

  async function play(list: readonly ((namespace: string) => Step)[], each: (run: () => Promise<unknown>) => Promise<void>): Promise<void> {
    round += 1
    const namespace = `round-${round}`
    await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, A)
    for (const make of list) await each(() => make(namespace).run(writer))
  }

  it('only HardenErrors come out, and what is stored is what was answered', async () => {
    await fc.assert(
      fc.asyncProperty(sequence, async (list) => {
        await play(list, async (run) => {
          await run().catch((error: unknown) => expect(error).toBeInstanceOf(HardenError))
        })
        expect(Object.values((await collect()).kinds).flatMap((k) => k.gaps)).toEqual([])
      }),
      { numRuns: 12 },
    )
  })

  it('apply twice is apply once; a dry run changes nothing; apply then remove is the start', async () => {
    const applies = fc
      .constantFrom(...kinds)
      .chain((kind) => steps(kind))
      .filter((make) => make('x').text.startsWith('apply'))
    await fc.assert(
      fc.asyncProperty(applies, async (make) => {
        round += 1
        const namespace = `round-${round}`
        await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, A)
        const step = make(namespace)
        const [, options = '{}', object = '{}'] = /^apply (\{.*?\}) (\{.*\})$/.exec(step.text) ?? []
        const sent = JSON.parse(object) as KubeObject
        const manager = (JSON.parse(options) as { fieldManager: string }).fieldManager
        const dry = await writer.apply(sent, { fieldManager: manager, dryRun: true }).catch((e: HardenError) => e)
        expect(await writer.get(refOf(sent))).toBeUndefined()
        const first = await writer.apply(sent, { fieldManager: manager }).catch((e: HardenError) => e)
        expect(dry instanceof HardenError).toBe(first instanceof HardenError)
        if (first instanceof HardenError || dry instanceof HardenError) return
        expect(comparable(dry.object)).toEqual(comparable(first.object))
        // Where nothing was owned, the second apply writes down that somebody was there before, as the server does.
        const second = await writer.apply(sent, { fieldManager: manager })
        if (first.object.metadata.managedFields !== undefined) expect(second.object).toEqual(first.object)
        await writer.remove(refOf(sent), { uid: first.object.metadata.uid ?? '' })
        expect(await writer.get(refOf(sent))).toBeUndefined()
      }),
      { numRuns: 150 },
    )
  })
})

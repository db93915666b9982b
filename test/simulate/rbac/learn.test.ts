import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AuditEvent, auditEvent } from '#model/audit.ts'
import { learn } from '#session/learn.ts'
import { callsOf } from '#simulate/learn/calls.ts'
import { usedNow } from '#simulate/learn/compare.ts'
import { grantsFromObjects } from '#simulate/learn/objects.ts'
import type { LearnOptions } from '#simulate/learn/propose.ts'
import { gathering } from '#simulate/learn/uses.ts'
import { questions } from '../../live/support/rbacRandom.ts'
import { withoutEachRule } from './withoutRule.ts'

const USER = 'system:serviceaccount:shop:ci'
const STRICT: LearnOptions = { maxNames: 2, maxNamespaces: 1, verbs: 'strict' }
let ids = 0

function event(verb: string, objectRef: object | undefined, more: object = {}): AuditEvent {
  ids += 1
  return auditEvent.parse({
    auditID: `id-${ids}`,
    stage: 'ResponseComplete',
    verb,
    user: { username: USER, groups: ['system:authenticated'] },
    ...(objectRef === undefined ? {} : { objectRef }),
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestReceivedTimestamp: '2026-11-25T10:00:00.000000Z',
    ...more,
  })
}

async function learned(events: readonly AuditEvent[], options = STRICT) {
  const lines = async function* () {
    for (const one of events) yield { event: one }
  }
  const { subjects } = await learn({ subject: USER, options, lines })
  const [subject] = subjects
  if (subject === undefined) throw new Error('nobody')
  return subject
}

const rulesOf = (subject: Awaited<ReturnType<typeof learned>>) =>
  subject.objects.flatMap(
    (o) => (o as unknown as { rules?: { verbs: string[]; resources?: string[]; resourceNames?: string[] }[] }).rules ?? [],
  )

/** Events of random requests, as a server would log them. */
function drawn(seed: number): readonly AuditEvent[] {
  return questions(40, seed)
    .filter(([, request]) => request.verb !== '*')
    .map(([, request]) => {
      if ('path' in request) return event(request.verb, undefined, { requestURI: `${request.path}?timeout=1s` })
      const { group, verb, ...ref } = request
      return event(verb, { ...ref, apiGroup: group })
    })
}

describe('rbac learn', () => {
  test('what is learned lets every logged allowed call happen again, and each strict rule is needed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.record({ maxNames: fc.nat(3), maxNamespaces: fc.nat(3), verbs: fc.constantFrom('strict' as const, 'informer' as const) }),
        async (seed, options) => {
          const events = drawn(seed)
          const subject = await learned(events, options)
          expect(subject.replay).toMatchObject({ denied: 0, examples: [] })
          if (options.verbs === 'strict') expect(withoutEachRule(USER, subject.objects, events).filter((r) => r.denied === 0)).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  test('of what was used, the proposal itself grants everything, and no binding grants nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
        const { gathered, add } = gathering(() => true)
        for (const one of drawn(seed)) add(one)
        const [used] = [...gathered.users.values()]
        if (used === undefined) return
        const subject = await learned(drawn(seed))
        const all = used.uses.size + used.paths.size
        const own = usedNow(used, grantsFromObjects(subject.objects))
        expect([own.unchanged.length, own.missing]).toEqual([all, []])
        expect(usedNow(used, []).missing.length).toBeGreaterThanOrEqual(used.uses.size)
      }),
      { numRuns: 60 },
    )
  })

  test('create and deletecollection lose the name, a subresource of a named object keeps it', async () => {
    const pods = { resource: 'pods', namespace: 'shop', name: 'web-1' }
    const token = { resource: 'serviceaccounts', subresource: 'token', namespace: 'shop', name: 'builder' }
    const rules = rulesOf(await learned([event('create', pods), event('deletecollection', pods), event('create', token)]))
    expect(rules).toContainEqual({ verbs: ['create', 'deletecollection'], apiGroups: [''], resources: ['pods'] })
    expect(rules).toContainEqual({ verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['builder'] })
  })

  test('a list without a name is never narrowed to the names of another request', async () => {
    const maps = { resource: 'configmaps', namespace: 'shop' }
    const rules = rulesOf(
      await learned([event('list', maps), event('get', { ...maps, name: 'a' }), event('watch', { ...maps, name: 'a' })]),
    )
    expect(rules).toContainEqual({ verbs: ['list'], apiGroups: [''], resources: ['configmaps'] })
    expect(rules).toContainEqual({ verbs: ['get', 'watch'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'] })
  })

  test('what was forbidden is told and not granted; a 404, and a 403 of admission, needed their right', async () => {
    const forbid = { annotations: { 'authorization.k8s.io/decision': 'forbid' }, responseStatus: { code: 403 } }
    const subject = await learned([
      event('get', { resource: 'secrets', namespace: 'shop', name: 'db' }, forbid),
      event('get', { resource: 'services', namespace: 'shop', name: 'web' }, { responseStatus: { code: 404 } }),
      event('create', { resource: 'services', namespace: 'shop' }, { responseStatus: { code: 403 } }),
    ])
    expect(rulesOf(subject).flatMap((r) => r.resources)).not.toContain('secrets')
    expect(
      rulesOf(subject)
        .flatMap((r) => r.verbs)
        .toSorted(),
    ).toEqual(['create', 'get'])
    expect(subject.wanted).toEqual([{ right: 'get secrets in shop', calls: 1 }])
  })

  test('reads of Secrets stay with their names and namespaces, however many; update never becomes patch', async () => {
    const secrets = ['a', 'b', 'c', 'd'].flatMap((name) =>
      ['x', 'y'].map((namespace) => event('get', { resource: 'secrets', namespace, name })),
    )
    const subject = await learned([...secrets, event('update', { resource: 'services', namespace: 'x', name: 'w' })])
    expect(subject.objects.map((o) => o.kind)).toEqual(['Role', 'RoleBinding', 'Role', 'RoleBinding'])
    expect(rulesOf(subject)[0]?.resourceNames).toEqual(['a', 'b', 'c', 'd'])
    expect(rulesOf(subject).flatMap((r) => r.verbs)).not.toContain('patch')
  })

  test('many namespaces become a ClusterRole; paths lose their query; what everybody may do is left out', async () => {
    const list = ['a', 'b', 'c'].map((namespace) => event('list', { resource: 'pods', namespace }))
    const paths = ['/metrics?a=1', '/metrics?b=2', '/version', '/api/v1?timeout=32s'].map((requestURI) =>
      event('get', undefined, { requestURI }),
    )
    const subject = await learned([...list, ...paths])
    expect(subject.objects.map((o) => o.kind)).toEqual(['ClusterRole', 'ClusterRoleBinding'])
    expect(rulesOf(subject)).toEqual([
      { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
    ])
  })

  test('hidden needs: impersonation, exec over WebSocket, objects that an apply made', () => {
    const as = { impersonatedUser: { username: 'ada', groups: ['dev', 'system:authenticated'] } }
    const asked = (e: AuditEvent) => callsOf(e).map((c) => `${c.user} ${c.request.verb} ${'path' in c.request ? '' : c.request.resource}`)
    expect(asked(event('get', { resource: 'pods', namespace: 'a', name: 'p' }, as))).toEqual([
      'ada get pods',
      `${USER} impersonate users`,
      `${USER} impersonate groups`,
    ])
    const exec = event('get', { resource: 'pods', subresource: 'exec', namespace: 'a', name: 'p' })
    expect(asked(exec)).toEqual([`${USER} get pods`, `${USER} create pods`])
    const applied = event('patch', { resource: 'services', namespace: 'a', name: 's' }, { responseStatus: { code: 201 } })
    expect(asked(applied)).toEqual([`${USER} patch services`, `${USER} create services`])
  })

  test('other stages and copies of an event are not counted again; control plane users are refused', async () => {
    const one = event('get', { resource: 'services', namespace: 'a', name: 's' })
    const subject = await learned([{ ...one, stage: 'RequestReceived' }, one, one])
    expect(subject.used).toEqual([{ right: 'get services in a', calls: 1, last: '2026-11-25T10:00:00.000000Z' }])
    const lines = async function* () {
      yield { event: one }
    }
    for (const user of ['system:node:n1', 'system:kube-scheduler', 'system:serviceaccount:kube-system:deployment-controller'])
      await expect(learn({ subject: user, options: STRICT, lines })).rejects.toMatchObject({ code: 'usage' })
  })
})

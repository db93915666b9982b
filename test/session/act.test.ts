import { describe, expect, it } from 'vitest'
import type { Writer } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import { DENY, errorOf, gate, readyOf, settled, statusOf, World } from './support.ts'

const POLICY: ObjectRef = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'default-deny-ingress' }
const ADMIN = 'access/cluster-admin-bindings'

async function label(writer: Writer, ref: ObjectRef, name: string): Promise<KubeObject> {
  const live = await writer.get(ref)
  if (live === undefined) throw new Error('it is there')
  const metadata = { ...live.metadata, labels: { ...live.metadata.labels, [name]: 'x' } }
  return (await writer.replace({ ...live, metadata }, { fieldManager: 'kubectl-edit' })).object
}

/** Opens the wizard on the first failing finding of a check, and previews what it suggests. */
async function replaceBinding(world: World) {
  const session = await world.ready()
  const finding = readyOf(session)
    .assessment.checks.find((c) => c.id === ADMIN)
    ?.findings.find((f) => f.status === 'fail' && f.object.kind === 'ClusterRoleBinding')
  if (finding === undefined) throw new Error('the practice cluster has such a binding')
  const { answers } = session.open('rbac-replace-binding', finding)
  return { session, finding, answers, preview: await session.preview('rbac-replace-binding', answers) }
}

describe('opening a wizard', () => {
  it('takes its answers from the cluster, the finding and what is given already', async () => {
    const session = await new World().ready()
    const plain = session.open('rbac-replace-binding')
    const finding = readyOf(session)
      .assessment.checks.find((c) => c.id === ADMIN)
      ?.findings.find((f) => f.status === 'fail' && f.object.name !== plain.answers.binding)
    const onFinding = session.open('rbac-replace-binding', finding)
    expect(finding).toBeDefined()
    expect(onFinding.answers.binding).toBe(finding?.object.name)
    expect(session.open('network-policies', undefined, { mode: 'no-public-egress' }).answers.mode).toBe('no-public-egress')
    expect(() => session.open('nothing')).toThrow(/There is no wizard nothing/)
    expect(session.wizardsFor(ADMIN).map((w) => w.id)).toContain('rbac-replace-binding')
    expect(session.wizardsFor('x/y')).toEqual([])
  })

  it.each([
    [{ ...DENY, mode: 'nothing' }, /mode/],
    [{ ...DENY, nope: 1 }, /nope: unknown field/],
    [{ ...DENY, inNamespaces: ['../etc'] }, /inNamespaces/],
    [{ ...DENY, inNamespaces: ['shop\u001b[2J'] }, /inNamespaces/],
  ])('refuses wrong answers %j', async (answers, said) => {
    const world = new World()
    const session = await world.ready()
    const error = await errorOf(session.preview('network-policies', answers))
    expect(error.code).toBe('input')
    expect(error.message).toMatch(said)
    expect(world.sent).toEqual([])
  })
})

describe('apply', () => {
  it('writes what was previewed, proves it, and journals it first', async () => {
    const world = new World()
    const session = await world.ready()
    const before = readyOf(session).assessment
    const preview = await session.preview('network-policies', DENY)
    expect(preview).toMatchObject({ ok: true, wizard: 'network-policies' })
    expect(world.sent).toEqual([])
    expect(world.saved).toEqual([])
    const steps: string[] = []
    const outcome = await session.apply(preview, { onProgress: ({ entry }) => steps.push(entry.state) })
    expect(world.saved[0]?.entries.map((e) => e.state)).toEqual(['planned'])
    expect(steps).toEqual(['sent', 'done'])
    expect(world.sent).toEqual(['apply'])
    expect(outcome.verification.ok).toBe(true)
    expect(outcome.verification.objects).toEqual([{ ref: POLICY, ok: true, detail: 'is stored as previewed' }])
    const row = outcome.verification.checks.find((c) => c.check === 'network/default-deny')
    expect(row?.before).toBe('fail')
    expect(row?.failsAfter).toBe((row?.failsBefore ?? 0) - 1)
    expect(readyOf(session).runs).toEqual([{ ...outcome.run, verification: outcome.verification }])
    expect(readyOf(session).assessment).not.toBe(before)
    expect(outcome.run).toMatchObject({ who: 'ada', kind: 'apply', cluster: { name: 'practice' } })
  })

  it('writes nothing where somebody edited the object after the preview', async () => {
    const world = new World()
    const { session, preview } = await replaceBinding(world)
    const touched = preview.items.find((i) => i.kind === 'object' && i.action !== 'create')
    if (touched?.kind !== 'object') throw new Error('the binding is edited or removed')
    await label(await world.other(), touched.ref, 'foreign')
    const error = await errorOf(session.apply(preview))
    expect(error).toMatchObject({ code: 'conflict', exitCode: 4 })
    expect(world.sent).toEqual([])
    expect(world.saved).toEqual([])
    expect(await (await world.other()).get(touched.ref)).toMatchObject({ metadata: { labels: { foreign: 'x' } } })
  })

  it('writes nothing where somebody made the object after the preview', async () => {
    const world = new World()
    const session = await world.ready()
    const preview = await session.preview('network-policies', DENY)
    const { apiVersion, kind, namespace, name } = POLICY
    const other = await world.other()
    const theirs = { apiVersion, kind, metadata: { name, namespace }, spec: { podSelector: {}, policyTypes: ['Egress'] } } as KubeObject
    await other.create(theirs, { fieldManager: 'kubectl' })
    expect((await errorOf(session.apply(preview))).code).toBe('conflict')
    expect(world.sent).toEqual([])
    expect(await other.get(POLICY)).toMatchObject({ spec: { policyTypes: ['Egress'] } })
  })

  it('is refused for a preview of another connection, or that nobody made', async () => {
    const world = new World()
    const session = await world.ready()
    const preview = await session.preview('network-policies', DENY)
    await session.choose({ kind: 'context', context: 'another' })
    expect(await errorOf(session.apply(preview))).toMatchObject({ code: 'conflict' })
    const fresh = await session.preview('network-policies', DENY)
    expect(await errorOf(session.apply({ ...fresh }))).toMatchObject({ code: 'conflict' })
    expect(world.sent).toEqual([])
    expect((await session.apply(fresh)).verification.ok).toBe(true)
  })

  it('asked twice is done once', async () => {
    const world = new World()
    const session = await world.ready()
    const preview = await session.preview('network-policies', DENY)
    const [first, second] = await Promise.allSettled([session.apply(preview), session.apply(preview)])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } })
    expect(world.sent).toEqual(['apply'])
  })

  it('ends before the session does: the lock is held until the journal is written', async () => {
    const world = new World()
    const session = await world.ready()
    const preview = await session.preview('network-policies', DENY)
    const locks: number[] = []
    world.atSave = () => void locks.push(world.open.locks)
    const under = gate()
    const applied = session.apply(preview, { onProgress: () => under.resolve() })
    await under.promise
    const closed = session.close()
    expect((await applied).run.entries[0]?.state).toBe('done')
    await closed
    expect(new Set(locks)).toEqual(new Set([1]))
    expect(world.open).toEqual({ readers: 0, locks: 0, unlocked: 0 })
  })

  it('says that it is done but not proven where the cluster cannot be read again', async () => {
    const world = new World()
    const session = await world.ready()
    const preview = await session.preview('network-policies', DENY)
    world.atCollect = () => Promise.reject(new HardenError('unreachable', 'The API server is gone.', 'Wait.'))
    const error = await errorOf(session.apply(preview))
    expect(error).toMatchObject({ code: 'change-failed', exitCode: 4 })
    expect(error.message).toMatch(/were made, but not proven: The API server is gone/)
    expect(error.hint).toContain(`kubeharden undo ${readyOf(session).runs[0]?.id}`)
    expect(readyOf(session).runs[0]?.entries[0]?.state).toBe('done')
    expect(await (await world.other()).get(POLICY)).toBeDefined()
  })

  it('does not find a run of its own under way as one that a crash left', async () => {
    const world = new World()
    const session = await world.ready()
    const [first, second] = [await session.preview('network-policies', DENY), { ...DENY, inNamespaces: ['kube-system'] }]
    const at = gate()
    const states: string[] = []
    world.atSave = (run) => void states.push(run.entries.map((e) => e.state).join())
    const applied = session.apply(first, { onProgress: () => at.resolve() })
    await at.promise
    await session.preview('network-policies', second)
    await applied
    expect(states).toEqual(['planned', 'sent', 'done', 'done', 'done'])
  })
})

describe('undo', () => {
  it('must be previewed, and does exactly that', async () => {
    const world = new World()
    const { session, preview } = await replaceBinding(world)
    const before = statusOf(session, ADMIN)
    const other = await world.other()
    const refs = preview.items.flatMap((i) => (i.kind === 'object' ? [i.ref] : []))
    const old = await Promise.all(refs.map((ref) => other.get(ref)))
    const { run, verification } = await session.apply(preview)
    expect(verification.ok).toBe(true)

    expect(await errorOf(session.undo(run.id))).toMatchObject({ code: 'internal' })
    const sent = world.sent.length
    const back = await session.previewUndo(run.id)
    expect(back).toMatchObject({ ok: true, wizard: 'undo' })
    expect(world.sent).toHaveLength(sent)
    const undone = await session.undo(run.id)
    expect(undone.run).toMatchObject({ kind: 'undo', undoes: run.id })
    expect(undone.verification.ok).toBe(true)
    expect(statusOf(session, ADMIN)).toBe(before)
    const now = await Promise.all(refs.map((ref) => other.get(ref)))
    expect(now.map((o) => o?.subjects)).toEqual(old.map((o) => o?.subjects))
    expect(await errorOf(session.undo(run.id))).toMatchObject({ code: 'internal' })
    expect(await errorOf(session.previewUndo(run.id))).toMatchObject({ code: 'input' })
    expect(await errorOf(session.previewUndo('20260101T000000000Z-000000'))).toMatchObject({ code: 'not-found' })
  })

  it('does nothing where the object moved on after the preview of the undo', async () => {
    const world = new World()
    const session = await world.ready()
    const { run } = await session.apply(await session.preview('network-policies', DENY))
    await session.previewUndo(run.id)
    await label(await world.other(), POLICY, 'foreign')
    const sent = world.sent.length
    expect((await errorOf(session.undo(run.id))).code).toBe('conflict')
    expect(world.sent).toHaveLength(sent)
    expect(await (await world.other()).get(POLICY)).toBeDefined()
  })

  it('leaves what others did beside it, and still proves itself', async () => {
    const world = new World()
    const session = await world.ready()
    const namespace: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' }
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { ours: '1' } } }
    const { run } = await session.apply(await session.previewObjects([object]))
    await label(await world.other(), namespace, 'theirs')
    await session.previewUndo(run.id)
    const { verification } = await session.undo(run.id)
    expect(verification.objects).toMatchObject([{ ok: true }])
    const live = await (await world.other()).get(namespace)
    expect(live?.metadata.labels).toHaveProperty('theirs')
    expect(live?.metadata.labels).not.toHaveProperty('ours')
  })

  it('is forgotten when the cluster is left', async () => {
    const world = new World()
    const session = await world.ready()
    const { run } = await session.apply(await session.preview('network-policies', DENY))
    await session.previewUndo(run.id)
    await session.choose({ kind: 'practice' })
    expect((await errorOf(session.undo(run.id))).code).toBe('internal')
    expect(world.sent).toEqual(['apply'])
  })
})

describe('a session that only reads', () => {
  it('previews, and never writes, locks, settles or remembers', async () => {
    const world = new World()
    const writing = await world.ready()
    const { run } = await writing.apply(await writing.preview('network-policies', DENY))
    // As a crash leaves it.
    const open = { ...run, id: `${run.id}0`, endedAt: undefined, entries: run.entries.map((e) => ({ ...e, state: 'sent' as const })) }
    await world.journal.save(open)
    await writing.close()
    const [sent, saved, kept] = [world.sent.length, world.saved.length, world.kept.length]

    const session = await world.ready({ readOnly: true })
    expect(world.open).toEqual({ readers: 1, locks: 0, unlocked: 1 })
    expect(readyOf(session).readOnly).toBe('started with --read-only')
    const preview = await session.preview('network-policies', { ...DENY, inNamespaces: ['default'] })
    expect(preview.ok).toBe(true)
    expect((await errorOf(session.apply(preview))).code).toBe('read-only')
    expect((await session.previewUndo(run.id)).items).toHaveLength(1)
    expect((await errorOf(session.undo(run.id))).code).toBe('read-only')
    expect((await errorOf(session.previewUndo(open.id))).code).toBe('conflict')
    const until = '2027-01-01'
    const risk = { check: ADMIN, scope: {}, owner: 'o', reason: 'r', expires: until }
    expect((await errorOf(session.accept(risk))).code).toBe('read-only')
    expect((await errorOf(session.attest({ check: ADMIN, by: 'b', evidence: 'e', until }))).code).toBe('read-only')
    await session.refresh()
    await session.close()
    expect([world.sent.length, world.saved.length, world.kept.length]).toEqual([sent, saved, kept])
    expect(world.open).toEqual({ readers: 0, locks: 0, unlocked: 0 })
  })

  it('has a door that lets only dry runs through, whoever asks', async () => {
    const { dryRunsOnly } = await import('#session/readOnly.ts')
    const world = new World()
    const real = await world.other()
    const writer = dryRunsOnly(real, 'told so')
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x', uid: 'u', resourceVersion: '1' } }
    const ref: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: 'x' }
    const fieldManager = 'm'
    const tries = [
      () => writer.apply(object, { fieldManager }),
      () => writer.create(object, { fieldManager, dryRun: false }),
      () => writer.replace(object, { fieldManager }),
      () => writer.jsonPatch(ref, [], { fieldManager }),
      () => writer.remove(ref, { uid: 'u' }),
    ]
    for (const attempt of tries) expect((await errorOf(attempt())).code).toBe('read-only')
    const plain = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }
    expect((await writer.apply(plain, { fieldManager, dryRun: true })).object.metadata.name).toBe('x')
    expect(await real.get(ref)).toBeUndefined()
  })

  it('finds out at the next real session what a crash left open', async () => {
    const world = new World()
    const writing = await world.ready()
    const { run } = await writing.apply(await writing.preview('network-policies', DENY))
    await world.journal.save({ ...run, entries: run.entries.map((e) => ({ ...e, state: 'sent' as const, uidAfter: undefined })) })
    await writing.close()
    const session = await world.ready()
    expect(readyOf(session).runs[0]?.entries[0]).toMatchObject({ state: 'done' })
    await settled()
    expect((await session.previewUndo(run.id)).ok).toBe(true)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { previewChanges } from '#change/preview.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import { connectLive } from '#cluster/index.ts'
import type { Change } from '#model/change.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import { testTemplates } from '../change/support.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { changeRoom, type Room, stateOf, timeless } from './support/changeRoom.ts'
import { OBJECTS, ROLE, role, roleRef, rule } from './support/objects.ts'

let cluster: TestCluster
let room: Room
let counter = 0
const templates = testTemplates()

beforeAll(async () => {
  cluster = await startCluster({ name: 'change' })
  room = await changeRoom((await connectLive({ kubeconfig: cluster.adminKubeconfig })).writer)
})
afterAll(async () => {
  await cluster?.stop()
})

async function namespace(): Promise<string> {
  counter += 1
  const name = `ns-${counter}`
  await cluster.createNamespace(name)
  return name
}

async function given(object: Record<string, unknown>): Promise<void> {
  await cluster.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(object) })
}

describe('apply and undo', () => {
  it.each(OBJECTS)('brings a $kind back, its owners too', async ({ object, edit }) => {
    const ns = await namespace()
    const start = object(ns) as unknown as KubeObject
    await given(start as never)
    const ref: ObjectRef = {
      apiVersion: start.apiVersion,
      kind: start.kind,
      namespace: start.metadata.namespace,
      name: start.metadata.name,
    }
    const before = await stateOf(room.writer, [ref])
    const run = await room.apply([edit(ref)])
    expect(run.entries.map((e) => e.state)).toEqual(['done'])
    expect(await stateOf(room.writer, [ref])).not.toEqual(before)
    expect(JSON.stringify(await room.journal.list())).not.toContain('hunter2')
    await room.undo(run)
    expect(await stateOf(room.writer, [ref])).toEqual(before)
    expect((await room.journal.get(run.id))?.entries.map((e) => e.state)).toEqual(['undone'])
  })

  it('creates, applies again, removes, and takes all of it back', async () => {
    const ns = await namespace()
    const refs = [roleRef(ns, 'new'), roleRef(ns, 'old')]
    await given({ apiVersion: ROLE, kind: 'Role', metadata: { name: 'old', namespace: ns, labels: { a: 'b' } }, rules: [rule(['list'])] })
    const before = await stateOf(room.writer, refs)
    const first = await room.apply([role(ns, 'new', [rule(['get', 'list'])]), { kind: 'remove', ref: roleRef(ns, 'old') }])
    expect(first.entries.map((e) => [e.action, e.state])).toEqual([
      ['create', 'done'],
      ['delete', 'done'],
    ])
    const narrowed = await room.apply([role(ns, 'new', [rule(['get'])])])
    expect(narrowed.entries.map((e) => e.action)).toEqual(['update'])
    expect((await room.writer.get(roleRef(ns, 'new')))?.rules).toEqual([rule(['get'])])
    expect((await room.preview([role(ns, 'new', [rule(['get'])])])).items).toMatchObject([{ action: 'none' }])
    const early = await previewUndo(first, room)
    expect(early.ok).toBe(false)
    await room.undo(narrowed)
    expect((await room.writer.get(roleRef(ns, 'new')))?.rules).toEqual([rule(['get', 'list'])])
    await room.undo(first)
    expect(await stateOf(room.writer, refs)).toEqual(before)
  })

  it('applies twice by a wizard without losing what it set before', async () => {
    const ns = await namespace()
    const label = async (labels: object) => {
      const live = await room.writer.apply(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns, labels: labels as never } },
        { fieldManager: 'kubeharden:test' },
      )
      return live.object.metadata.labels
    }
    expect(await label({ one: '1' })).toMatchObject({ one: '1' })
    const { mergeOwned } = await import('#change/owned.ts')
    const live = await room.writer.get({ apiVersion: 'v1', kind: 'Namespace', name: ns })
    const merged = mergeOwned(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns, labels: { two: '2' } } },
      live as KubeObject,
      'kubeharden:test',
    )
    expect(merged.object.metadata.labels).toEqual({ two: '2', one: '1' })
    expect(await label(merged.object.metadata.labels ?? {})).toMatchObject({ one: '1', two: '2' })
  })
})

describe('others in between', () => {
  it('shows a clash on the same field, and lets other edits live on with their owner', async () => {
    const ns = await namespace()
    const ref: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: ns }
    const edit: Change = { kind: 'edit', ref, edits: [{ op: 'set', path: ['metadata', 'labels', 'ours'], value: '1' }] }
    const start = timeless(await room.writer.get(ref)) as unknown as KubeObject
    const run = await room.apply([edit])
    await cluster.kubectl(['label', 'namespace', ns, 'theirs=2', '--field-manager=colleague'])
    await cluster.kubectl(['label', '--overwrite', 'namespace', ns, 'ours=3', '--field-manager=colleague'])
    const clash = await previewUndo(run, room)
    expect(clash).toMatchObject({ ok: false, items: [{ conflicts: [{ manager: 'colleague', field: 'metadata.labels.ours' }] }] })
    await expect(applyUndo(clash, { ...room, who: 'tester' })).rejects.toMatchObject({ code: 'conflict' })
    await cluster.kubectl(['label', '--overwrite', 'namespace', ns, 'ours=1', '--field-manager=colleague'])
    await room.undo(run)
    const after = await room.writer.get(ref)
    expect(after?.metadata.labels).toEqual({ ...start.metadata.labels, theirs: '2' })
    expect(JSON.stringify(after?.metadata.managedFields)).toContain('colleague')
    expect(JSON.stringify(after?.metadata.managedFields)).not.toContain('kubeharden')
  })

  it('does not delete what a colleague changed since', async () => {
    const ns = await namespace()
    const run = await room.apply([role(ns, 'shared', [rule(['get'])])])
    await cluster.kubectl(['label', '-n', ns, 'role/shared', 'kept=yes', '--field-manager=colleague'])
    expect(await previewUndo(run, room)).toMatchObject({ ok: false, items: [{ action: 'delete', conflicts: [{ manager: 'colleague' }] }] })
  })

  it('names kubectl as the owner of a field, and does not force it', async () => {
    const ns = await namespace()
    await given({ apiVersion: ROLE, kind: 'Role', metadata: { name: 'theirs', namespace: ns }, rules: [rule(['*'], ['*'])] })
    const preview = await room.preview([role(ns, 'theirs', [rule(['get'])])])
    expect(preview).toMatchObject({
      ok: false,
      items: [{ action: 'update', conflicts: [{ manager: 'kubectl-client-side-apply', field: '.rules' }] }],
    })
    await expect(applyPreview(preview, { ...room, who: 'tester' })).rejects.toMatchObject({ code: 'rejected' })
  })

  it('refuses a preview that the cluster has overtaken, and writes nothing', async () => {
    const ns = await namespace()
    await given({ apiVersion: ROLE, kind: 'Role', metadata: { name: 'moving', namespace: ns }, rules: [rule(['get'])] })
    const edit: Change = { kind: 'edit', ref: roleRef(ns, 'moving'), edits: [{ op: 'set', path: ['metadata', 'labels', 'a'], value: '1' }] }
    const preview = await room.preview([role(ns, 'before', [rule(['get'])]), edit])
    expect(preview.ok).toBe(true)
    await cluster.kubectl(['label', '-n', ns, 'role/moving', 'b=2'])
    await expect(applyPreview(preview, { ...room, who: 'tester' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await room.writer.get(roleRef(ns, 'before'))).toBeUndefined()
  })

  it('sends uid and resourceVersion with an apply over an existing object', async () => {
    const ns = await namespace()
    const { object } = await room.writer.apply(
      { apiVersion: ROLE, kind: 'Role', metadata: { name: 'pre', namespace: ns }, rules: [] },
      { fieldManager: 'x' },
    )
    const over = (metadata: object) =>
      room.writer.apply({ ...object, metadata: { name: 'pre', namespace: ns, ...metadata } }, { fieldManager: 'x' })
    await expect(over({ uid: '00000000-0000-0000-0000-000000000000' })).rejects.toThrow(/uid/i)
    await expect(over({ resourceVersion: '1' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(over({ uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion })).resolves.toBeDefined()
    expect(JSON.stringify((await room.writer.get(roleRef(ns, 'pre')))?.metadata.managedFields)).not.toContain('f:uid')
  })

  it('previews and applies what the same plan makes first: a namespace, and a role for its binding', async () => {
    const inShop: Change[] = [
      { kind: 'apply', template: 't/namespace', values: { name: 'shop' } },
      { kind: 'apply', template: 't/config', values: { name: 'x', data: { a: '1' } } },
    ]
    const shop = await previewChanges({ wizard: 'w', changes: inShop, cluster: { name: 'c' }, writer: room.writer, templates })
    expect(shop).toMatchObject({
      ok: true,
      items: [
        { action: 'create', warnings: [] },
        { action: 'create', warnings: [] },
      ],
      impacts: [{ level: 'info', params: { count: 1, what: 'shop' } }],
    })
    const made = await applyPreview(shop, { ...room, who: 'tester', templates })
    expect(made.entries.map((e) => e.state)).toEqual(['done', 'done'])
    expect((await room.preview([role('no-such', 'r', [rule(['get'])])])).items).toMatchObject([
      { refused: { message: expect.stringContaining('no-such') } },
    ])
    const ns = await namespace()
    const rights = [
      rule(['get', 'list']),
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['roles', 'rolebindings'],
        verbs: ['get', 'create', 'patch', 'update', 'delete'],
      },
    ]
    await given({ apiVersion: ROLE, kind: 'Role', metadata: { name: 'limited', namespace: ns }, rules: rights })
    await given({
      apiVersion: ROLE,
      kind: 'RoleBinding',
      metadata: { name: 'limited', namespace: ns },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'limited' },
      subjects: [{ kind: 'User', name: 'limited', apiGroup: 'rbac.authorization.k8s.io' }],
    })
    const { writer } = await connectLive({ kubeconfig: await cluster.kubeconfigFor('limited') })
    const limited = await changeRoom(writer)
    const subjects = [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }]
    const plan: Change[] = [
      role(ns, 'r', [rule(['get'])]),
      { kind: 'apply', template: 'rbac-role/role-binding', values: { namespace: ns, name: 'b', roleName: 'r', subjects } },
    ]
    const preview = await limited.preview(plan)
    expect(preview).toMatchObject({
      ok: true,
      items: [
        { action: 'create', warnings: [] },
        { action: 'create', warnings: [] },
      ],
      impacts: [{ level: 'info', params: { count: 1, what: expect.stringContaining('Role') } }],
    })
    const run = await applyPreview(preview, { ...limited, who: 'limited' })
    expect(run.entries.map((e) => e.state)).toEqual(['done', 'done'])
    expect(await limited.preview([role(ns, 'wide', [rule(['delete'])])])).toMatchObject({ ok: false, items: [{ refused: {} }] })
    await limited.undo(run)
    expect(await room.writer.get(roleRef(ns, 'r'))).toBeUndefined()
  })
})

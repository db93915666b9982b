import { expect, it } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { previewChanges } from '#change/preview.ts'
import { settleJournal } from '#change/settle.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import { connectPractice } from '#cluster/practice/index.ts'
import type { Change } from '#model/change.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import { MemoryJournal } from './support.ts'

it('plays the whole way there and back on the practice cluster', async () => {
  const { writer } = await connectPractice()
  if (writer === undefined) throw new Error('the practice cluster can be written to')
  const journal = new MemoryJournal()
  const namespace: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: 'default' }
  const role: ObjectRef = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'default', name: 'reader' }
  const plan: Change[] = [
    {
      kind: 'apply',
      template: 'rbac-role/role',
      values: { namespace: 'default', name: 'reader', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    },
    {
      kind: 'edit',
      ref: namespace,
      edits: [{ op: 'set', path: ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'], value: 'baseline' }],
    },
  ]
  const timeless = (o: KubeObject | undefined): unknown =>
    JSON.parse(JSON.stringify({ ...o, metadata: { ...o?.metadata, resourceVersion: '' } }).replaceAll(/"time":"[^"]*",?/g, ''))
  const before = timeless(await writer.get(namespace))
  await settleJournal({ journal, writer })
  const preview = await previewChanges({ wizard: 'w', changes: plan, cluster: { uid: 'practice', name: 'practice' }, writer })
  expect(preview).toMatchObject({ ok: true, items: [{ action: 'create' }, { action: 'update', fields: [{ after: 'baseline' }] }] })
  const run = await applyPreview(preview, { writer, journal, who: 'me' })
  expect(await writer.get(role)).toMatchObject({ rules: [{ verbs: ['get'] }] })
  expect((await previewChanges({ wizard: 'w', changes: plan, cluster: { name: 'practice' }, writer })).items).toMatchObject([
    { action: 'none' },
    { action: 'none' },
  ])
  await applyUndo(await previewUndo(run, { writer, journal }), { writer, journal, who: 'me' })
  expect(await writer.get(role)).toBeUndefined()
  expect(timeless(await writer.get(namespace))).toEqual(before)
})

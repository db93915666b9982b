import { describe, expect, it } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { previewUndo } from '#change/undo.ts'
import { ApplyConflict } from '#model/access.ts'
import type { Change } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { ObjectRef } from '#model/refs.ts'
import { say } from '#model/text.ts'
import { apply, cluster, config, edit, journal, live, objects, options, preview, ref, states, unreachable } from './scene.ts'

describe('preview', () => {
  it('writes nothing and says what would be', async () => {
    cluster.put(live('there'))
    cluster.put(live('same', { a: '1' }))
    cluster.put(live('old'))
    cluster.warnings = ['careful']
    const before = objects()
    const { items, ok } = await preview(
      config('new'),
      edit('there', '2'),
      edit('same', '1'),
      { kind: 'remove', ref: ref('old') },
      { kind: 'remove', ref: ref('gone') },
    )
    expect(items).toMatchObject([
      { action: 'create', yaml: expect.stringContaining('# why'), warnings: ['careful'], after: { data: { a: '1' } } },
      { action: 'update', fields: [{ path: ['data', 'a'], before: '1', after: '2' }] },
      { action: 'none', fields: [] },
      { action: 'delete', before: { data: { a: '1' } } },
      { action: 'none' },
    ])
    expect(ok).toBe(true)
    expect(objects()).toBe(before)
    expect(cluster.calls.every((call) => call.startsWith('dry '))).toBe(true)
    expect(JSON.parse(JSON.stringify(items))).toEqual(JSON.parse(JSON.stringify(items)))
  })

  it('shows the owner of a field and forces nothing', async () => {
    cluster.put(live('x'))
    cluster.fault = ({ verb, at }) => {
      if (verb === 'apply' && at === 'before')
        throw new HardenError('conflict', 'conflict', '', { cause: new ApplyConflict([{ manager: 'kubectl', field: '.data.a' }]) })
    }
    const shown = await preview(config('x', { a: '2' }))
    expect(shown).toMatchObject({ ok: false, items: [{ action: 'update', conflicts: [{ manager: 'kubectl' }] }] })
    await expect(applyPreview(shown, options())).rejects.toMatchObject({ code: 'rejected' })
  })

  it("gives the server's words where it refuses, and ends where there is no server", async () => {
    cluster.fault = ({ ref: at }) => {
      if (at.name === 'bad') throw new HardenError('rejected', 'admission says no', 'Ask the admin.')
    }
    expect(await preview(config('bad'), config('good'))).toMatchObject({
      ok: false,
      items: [{ refused: { message: 'admission says no', hint: 'Ask the admin.' } }, { action: 'create' }],
    })
    cluster.fault = () => {
      throw unreachable()
    }
    await expect(preview(config('x'))).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('takes a namespace of the same plan for given', async () => {
    cluster.fault = ({ ref: at, dryRun }) => {
      if (at.namespace === 'shop' && dryRun) throw new HardenError('not-found', 'namespaces "shop" not found', '')
    }
    const shown = await preview({ kind: 'apply', template: 't/namespace', values: { name: 'shop' } }, config('x'), config('y'))
    expect(shown).toMatchObject({
      ok: true,
      items: [
        { action: 'create', warnings: [] },
        { action: 'create', warnings: [] },
        { action: 'create', warnings: [] },
      ],
    })
    expect(shown.impacts.map((i) => [i.level, say(i.text, 'en', i.params)])).toEqual([
      ['info', '2 objects are in namespace shop, which this plan creates: the server can check them only then.'],
    ])
    const run = await applyPreview(shown, options())
    expect(states(run)).toEqual(['done', 'done', 'done'])
    const back = await previewUndo(run, { writer: cluster, journal })
    expect(back.impacts).toMatchObject([{ level: 'danger', params: { name: 'shop' } }])
  })

  it('keeps what the wizard set before, and replaces lists whole', async () => {
    await apply(config('x', { a: '1', b: '2' }, { one: '1' }))
    const second = await preview(config('x', { a: '3' }, { two: '2' }))
    expect(second.items).toMatchObject([{ after: { data: { a: '3', b: '2' }, metadata: { labels: { one: '1', two: '2' } } } }])
    expect(second.items).toMatchObject([{ yaml: expect.stringMatching(/# why[\s\S]*one: "1"/) }])
  })

  it('joins edits of one object, and stops plans that work against themselves', async () => {
    cluster.put(live('x'))
    const more: Change = { kind: 'edit', ref: ref('x'), edits: [{ op: 'set', path: ['data', 'b'], value: '9' }] }
    expect((await preview(edit('x', '2'), more)).items).toMatchObject([{ fields: [{ path: ['data', 'a'] }, { path: ['data', 'b'] }] }])
    await expect(preview(edit('x', '2'), { kind: 'remove', ref: ref('x') })).rejects.toMatchObject({ code: 'internal' })
  })

  it.each<[string, object]>([
    ['Helm release shop', { annotations: { 'meta.helm.sh/release-name': 'shop' } }],
    ['Helm', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }],
    ['Argo CD application web', { annotations: { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:a/b' } }],
    ['Flux apps', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }],
    ['Database main', { ownerReferences: [{ kind: 'Database', name: 'main', uid: '1', controller: true }] }],
  ])('recognises %s as the source', async (source, metadata) => {
    cluster.put(live('x', { a: '1' }, metadata))
    expect(await preview(edit('x', '2'))).toMatchObject({
      items: [{ managedBy: source }],
      impacts: [{ level: 'warn', params: { manager: source } }],
    })
  })

  it('refuses to touch credentials and Secrets, which could not be journaled', async () => {
    cluster.put(live('x', { a: 'ok', password: 'hunter2hunter2' }))
    const secret: ObjectRef = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 's' }
    const shown = await preview(
      { kind: 'edit', ref: ref('x'), edits: [{ op: 'set', path: ['data', 'password'], value: 'other-hunter2' }] },
      { kind: 'remove', ref: secret },
    )
    expect(shown).toMatchObject({ ok: false, items: [{ refused: { message: expect.stringContaining('credential') } }, { refused: {} }] })
    expect(JSON.stringify(shown.items.map((i) => (i.kind === 'object' ? [i.before, i.after, i.yaml, i.fields] : [])))).not.toContain(
      'hunter2',
    )
    expect(await preview({ kind: 'remove', ref: ref('x') })).toMatchObject({ ok: false })
    const other = await apply(edit('x', 'new'))
    expect(JSON.stringify(other)).not.toContain('hunter2')
  })
})

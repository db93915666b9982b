import { describe, expect, it } from 'vitest'
import { applyUndo, previewUndo } from '#change/undo.ts'
import type { JournalEntry, JournalRun } from '#model/journal.ts'
import type { NodeDoor, NodePlan } from '#model/node.ts'
import type { State } from '#model/state.ts'
import { encryptionBack } from '#session/encryptionBack.ts'
import { FakeCluster, MemoryJournal } from '../change/support.ts'
import { SAMPLE } from '../wizards/state.ts'

const FLAG = 'encryption-provider-config'
const PLAN: NodePlan = {
  component: 'kube-apiserver',
  folders: [],
  files: [],
  flags: [{ name: FLAG, value: '/etc/kubernetes/enc/encryption-config.yaml' }],
  mounts: [],
  settings: [],
  withinSeconds: 60,
}
/** The first run brings the flag; the later ones only put another file in its place. */
const runOf = (id: string, before: string | undefined): JournalRun => {
  const path = '/etc/kubernetes/enc/encryption-config.yaml'
  const field = { path: ['flags', FLAG], after: path, ...(before === undefined ? {} : { before }) }
  const entry: JournalEntry = {
    id: '1',
    wizard: 'encryption-config',
    ref: { apiVersion: 'kubeharden/node', kind: 'kube-apiserver', name: 'cp-1' },
    action: 'node',
    fieldManager: 'kubeharden:encryption-config',
    state: 'done',
    fields: before === path ? [] : [field],
    node: { name: 'cp-1', component: 'kube-apiserver', run: `${id}-1`, image: 'busybox:1', plan: PLAN },
  }
  return { schemaVersion: 1, id, kind: 'apply', cluster: { name: 'c' }, who: 'me', startedAt: id, entries: [entry] }
}
const [A, B, C] = [runOf('a', undefined), runOf('b', PLAN.flags[0]?.value), runOf('c', PLAN.flags[0]?.value)] as const
const ORDERS = { a: ['identity', 'secretbox:key1'], b: ['secretbox:key1', 'identity'], c: ['secretbox:key1'] } as const
const hashOf = (id: string) => `sha256:${id.repeat(64)}`

/** What was written up to `written`; the API servers use the file of `used`. */
function state(written: readonly ('a' | 'b' | 'c')[], used: string | undefined, proven = false): State {
  const files = written.map((run) => ({
    path: `/k/${run}`,
    hash: hashOf(run),
    order: [...ORDERS[run]],
    resources: ['secrets'],
    run,
    now: 'same' as const,
  }))
  const probe = { metadata: { name: 'cp-1' }, transformations: [], ...(used === undefined ? {} : { configHash: hashOf(used) }) }
  const proof = { hash: hashOf(used ?? ''), resources: ['secrets'], at: '1', objects: 9, changed: 0 }
  return {
    ...SAMPLE,
    kinds: { ...SAMPLE.kinds, encryption: { items: [probe], gaps: [] } },
    remembered: { files, ...(proven ? { proof } : {}) },
  }
}
const verdict = (run: JournalRun, given: State) => encryptionBack(run, given)(run.entries[0] as JournalEntry)

describe('taking back a change of the encryption', () => {
  it('the first step, while nothing was ever written with the key: nothing stands against it', () => {
    expect(verdict(A, state(['a'], 'a'))).toEqual({})
  })

  it('the first step, while the key writes: refused, and the wizard is the way back', () => {
    for (const given of [state(['a', 'b'], 'b'), state(['a', 'b'], 'b', true), state(['a', 'b', 'c'], 'c', true)]) {
      const { refused } = verdict(A, given)
      expect(refused?.message).toContain('encrypted (secretbox:key1)')
      expect(refused?.hint).toContain('--situation decrypt')
    }
  })

  it('plain text writes again, but what the key wrote was not stored again: that first', () => {
    expect(verdict(A, state(['a', 'b'], 'a')).refused?.hint).toContain('kubeharden encryption rewrite')
    expect(verdict(A, state(['a', 'b'], 'a', true))).toEqual({})
  })

  it('a file in place of a file: fine where the one before reads all that may be stored', () => {
    expect(verdict(B, state(['a', 'b'], 'b'))).toEqual({})
    expect(verdict(C, state(['a', 'b', 'c'], 'c', true))).toEqual({})
    const back = runOf('a', PLAN.flags[0]?.value)
    // Somebody else's file was there before the first of ours.
    expect(verdict(back, state(['a'], 'a')).warning).toContain('the node looks itself')
  })

  it('unknown is never fine: nothing announced, or a file that was not written here', () => {
    expect(verdict(A, state(['a', 'b'], undefined)).warning).toContain('cannot be seen')
    expect(verdict(A, state(['a'], 'f')).warning).toContain('cannot be seen')
  })

  it('other changes on nodes are none of its business', () => {
    const other = { ...A, entries: A.entries.map((e) => ({ ...e, node: e.node && { ...e.node, plan: { ...PLAN, flags: [] } } })) }
    expect(verdict(other, state(['a', 'b'], 'b'))).toEqual({})
  })

  it('refused: the preview says it and cannot be carried out; no node hears of it', async () => {
    const journal = new MemoryJournal()
    await journal.save(A)
    const asked: string[] = []
    const nodes: NodeDoor = {
      preflight: async () => ({ controlPlanes: 1, warnings: [] }),
      run: async (request) => {
        asked.push(request.command)
        return { run: request.run, node: 'cp-1', component: 'kube-apiserver', state: 'undone', detail: '', seconds: 1 }
      },
      settle: async () => undefined,
    }
    const doors = { writer: new FakeCluster(), nodes, journal }
    const shown = await previewUndo(A, { ...doors, verdict: encryptionBack(A, state(['a', 'b'], 'b')) })
    expect(shown).toMatchObject({ ok: false, items: [{ kind: 'node', refused: { hint: expect.stringContaining('decrypt') } }] })
    await expect(applyUndo(shown, { ...doors, who: 'me' })).rejects.toMatchObject({ code: 'conflict' })
    expect(asked).toEqual([])
    const fine = await previewUndo(A, { ...doors, verdict: encryptionBack(A, state(['a'], 'a')) })
    expect(fine.ok).toBe(true)
  })
})

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { applyPreview } from '#change/apply.ts'
import { toFolder } from '#change/folder.ts'
import type { MakeBundle } from '#change/guard/run.ts'
import { previewGuide } from '#change/guidePreview.ts'
import { previewChanges } from '#change/preview.ts'
import { settleJournal } from '#change/settle.ts'
import { applyUndo, previewUndo } from '#change/undo.ts'
import { connectPractice } from '#cluster/practice/index.ts'
import type { NodeChange } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { NodeDoor, NodeOutcome, NodePlan, NodeRun, NodeState } from '#model/node.ts'
import type { KubeObject } from '#model/refs.ts'
import { FakeCluster, MemoryJournal, temporaryFolder } from './support.ts'

const PLAN: NodePlan = {
  component: 'kube-apiserver',
  folders: [],
  files: [],
  flags: [{ name: 'profiling', value: 'false' }],
  mounts: [],
  settings: [],
  withinSeconds: 90,
}
const KEYS: NodePlan['files'][number] = {
  path: '/etc/kubernetes/enc/config.yaml',
  mode: 0o600,
  kind: 'encryption-configuration',
  content: {
    kind: 'template',
    template: 'encryption-config/local-then-plain-text',
    values: { resources: ['secrets'], firstProvider: 'secretbox', firstName: 'key1' },
    keys: { firstSecret: { from: 'random', id: 'key1', bytes: 32 } },
  },
}
const change = (node: string, more: Partial<NodePlan> = {}): NodeChange => ({
  kind: 'node',
  title: { en: 'Profiling off' },
  node,
  image: 'busybox:1',
  plan: { ...PLAN, ...more },
  proof: { kind: 'check', check: 'control-plane/profiling' },
})
const mirror = (node: string, flags: readonly string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `kube-apiserver-${node}`, namespace: 'kube-system' },
  spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', ...flags] }] },
})

/** Nodes that do as told and remember what they were asked. */
class FakeNodes implements NodeDoor {
  readonly runs: NodeRun[] = []
  readonly cluster: FakeCluster
  refused: { message: string; hint: string } | undefined
  end: (request: NodeRun) => NodeState = (r) => (r.command === 'undo' ? 'undone' : 'applied')
  fault: (request: NodeRun) => void = () => {}
  left: NodeOutcome | undefined
  constructor(cluster: FakeCluster) {
    this.cluster = cluster
  }
  async preflight() {
    return {
      controlPlanes: 3,
      flags: { profiling: 'true' },
      warnings: [],
      ...(this.refused === undefined ? {} : { refused: this.refused }),
    }
  }
  async run(request: NodeRun, options: { onLine?: (line: string) => void } = {}): Promise<NodeOutcome> {
    this.runs.push(request)
    options.onLine?.('the guard runs')
    this.fault(request)
    const state = this.end(request)
    if (state === 'applied') this.cluster.put(mirror(request.node, ['--profiling=false']))
    if (state === 'undone') this.cluster.put(mirror(request.node, ['--profiling=true']))
    return outcome(request, state)
  }
  async settle() {
    return this.left
  }
}

const outcome = (r: Pick<NodeRun, 'run' | 'node'>, state: NodeState): NodeOutcome => ({
  run: r.run,
  node: r.node,
  component: 'kube-apiserver',
  state,
  detail: 'said the node.',
  seconds: 41.7,
})

const bundle: MakeBundle = ({ plan, text }) => plan.files.map((file) => ({ path: path.basename(file.path), mode: 0o600, text: text(file) }))

function world(nodesOf = (cluster: FakeCluster) => new FakeNodes(cluster)) {
  const writer = new FakeCluster()
  for (const node of ['cp-1', 'cp-2']) writer.put(mirror(node, ['--profiling=true']))
  const nodes = nodesOf(writer)
  const journal = new MemoryJournal()
  const doors = { writer, nodes, journal, bundle, who: 'me' }
  const preview = (changes: readonly NodeChange[]) => previewChanges({ wizard: 'w', cluster: { name: 'c' }, changes, ...doors })
  return { writer, nodes, journal, doors, preview }
}

const failure = (work: Promise<unknown>): Promise<HardenError> =>
  work.then(
    () => expect.fail('it went through'),
    (error: HardenError) => error,
  )

describe('the preview of a change on a node', () => {
  it('shows what changes and what the guard may touch, and writes nothing', async () => {
    const { nodes, preview, writer } = world()
    const shown = await preview([change('cp-1')])
    expect(shown).toMatchObject({
      ok: true,
      items: [{ kind: 'node', node: 'cp-1', action: 'change', flags: [{ name: 'profiling', before: 'true', after: 'false' }] }],
    })
    const [item] = shown.items
    const words = item?.kind === 'node' ? item.touches.map((t) => t.text.en).join(' ') : ''
    expect(words).toContain('as good as root')
    expect(words).toContain('the {others} others go on')
    expect(words).toContain('goes back by itself')
    expect(nodes.runs).toEqual([])
    expect(writer.calls).toEqual([])
  })

  it('is nothing to do where the flags are so already and nothing else is planned', async () => {
    const { preview } = world()
    expect((await preview([change('cp-1', { flags: [{ name: '--profiling', value: 'true' }] })])).items).toMatchObject([{ action: 'none' }])
    const files = { flags: [{ name: 'profiling', value: 'true' }], folders: [{ path: '/x', mode: 0o700 }] }
    expect((await preview([change('cp-1', files)])).items).toMatchObject([{ action: 'change' }])
  })

  it('cannot be applied where the guard would be refused, or where there is no way to nodes', async () => {
    const { nodes, preview, doors } = world()
    nodes.refused = { message: 'a right is missing', hint: 'ask' }
    const shown = await preview([change('cp-1')])
    expect(shown).toMatchObject({ ok: false, items: [{ refused: { message: 'a right is missing' } }] })
    expect(await failure(applyPreview(shown, doors))).toMatchObject({ code: 'rejected' })
    const { nodes: _, ...without } = doors
    const offline = await previewChanges({ wizard: 'w', cluster: { name: 'c' }, changes: [change('cp-1')], ...without })
    expect(offline).toMatchObject({ ok: false })
    expect(nodes.runs).toEqual([])
  })
})

it('a folder holds what is done by hand instead; without that it is refused before anything is written', async () => {
  const { preview } = world()
  const shown = await preview([change('cp-1')])
  const dir = path.join(temporaryFolder(), 'out')
  expect(await failure(toFolder(shown, dir))).toMatchObject({ code: 'input', hint: expect.stringContaining('by-hand') })
  expect(existsSync(dir)).toBe(false)
  const guide = {
    kind: 'guide',
    title: { en: 'Profiling off' },
    files: [{ path: 'cp-1/plan', mode: 0o600, content: { kind: 'text', text: 'x' } }],
    steps: [],
    rollback: [],
    proof: { kind: 'check', check: 'a/b' },
  } as const
  const paths = await toFolder({ ...shown, inFolder: [previewGuide(guide)] }, dir)
  expect(paths.map((p) => path.relative(dir, p)).toSorted()).toEqual(['README.md', 'cp-1/plan'])
})

describe('a change on nodes, applied', () => {
  it('goes node by node, is journaled with its outcome, and is taken back the other way round', async () => {
    const { nodes, journal, doors, preview, writer } = world()
    const notes: string[] = []
    const run = await applyPreview(await preview([change('cp-1'), change('cp-2')]), {
      ...doors,
      onProgress: ({ note }) => void (note !== undefined && notes.push(note)),
    })
    expect(nodes.runs.map((r) => [r.node, r.command, r.run])).toEqual([
      ['cp-1', 'apply', `${run.id}-1`],
      ['cp-2', 'apply', `${run.id}-2`],
    ])
    expect(notes).toContain('the guard runs')
    expect(run.entries).toMatchObject([
      { action: 'node', state: 'done', ref: { kind: 'kube-apiserver', name: 'cp-1' }, node: { outcome: { state: 'applied' } } },
      { action: 'node', state: 'done', node: { outcome: { state: 'applied' } } },
    ])
    expect(run.entries[0]?.fields).toEqual([{ path: ['flags', 'profiling'], before: 'true', after: 'false' }])

    const back = await previewUndo(run, { writer, nodes, journal })
    expect(back.items).toMatchObject([
      { kind: 'node', node: 'cp-2', action: 'undo', flags: [{ name: 'profiling', before: 'false', after: 'true' }] },
      { kind: 'node', node: 'cp-1' },
    ])
    const undo = await applyUndo(back, doors)
    expect(nodes.runs.slice(2).map((r) => [r.node, r.command, r.run])).toEqual([
      ['cp-2', 'undo', `${run.id}-2`],
      ['cp-1', 'undo', `${run.id}-1`],
    ])
    expect(undo.entries).toMatchObject([{ state: 'done', node: { outcome: { state: 'undone' } } }, { state: 'done' }])
    expect((await journal.get(run.id))?.entries.map((e) => e.state)).toEqual(['undone', 'undone'])
  })

  it.each(['rolled-back', 'refused', 'rollback-failed'] as const)('stops at the first node that ends %s', async (state) => {
    const { nodes, journal, doors, preview } = world()
    nodes.end = () => state
    const error = await failure(applyPreview(await preview([change('cp-1'), change('cp-2')]), doors))
    expect(error).toMatchObject({ code: 'change-failed', exitCode: 4, message: expect.stringContaining('said the node.') })
    expect(error.message).toContain(
      { 'rolled-back': 'went back by itself', refused: 'Nothing was changed there', 'rollback-failed': 'could not go back' }[state],
    )
    const [run] = await journal.list()
    expect(run?.entries).toMatchObject([{ state: 'failed', node: { outcome: { state } } }, { state: 'not-done' }])
    expect(run?.entries[1]?.node?.outcome).toBeUndefined()
    expect(nodes.runs).toHaveLength(1)
  })

  it('keeps a copy of files with keys, the same key for all nodes, and has no key anywhere else', async () => {
    const { nodes, journal, doors, preview } = world()
    const shown = await preview([change('cp-1', { files: [KEYS] }), change('cp-2', { files: [KEYS] })])
    expect(shown.items).toMatchObject([{ makesKeys: true }, { makesKeys: true }])
    expect(await failure(applyPreview(shown, doors))).toMatchObject({ code: 'input', hint: expect.stringContaining('--out') })
    expect([nodes.runs, journal.saved]).toEqual([[], []])

    const parent = mkdtempSync(path.join(os.tmpdir(), 'kh-guard-'))
    onTestFinished(() => rmSync(parent, { recursive: true }))
    const outDir = path.join(parent, 'keys')
    const run = await applyPreview(shown, { ...doors, outDir })
    expect(readdirSync(outDir).sort()).toEqual(['1-cp-1', '2-cp-2'])
    const kept = path.join(outDir, '1-cp-1/etc/kubernetes/enc/config.yaml')
    expect(statSync(kept).mode & 0o777).toBe(0o600)
    const text = readFileSync(kept, 'utf8')
    const key = /secret: (\S{44})/.exec(text)?.[1] ?? expect.fail('no key')
    expect(nodes.runs.map((r) => r.bundle[0]?.text)).toEqual([text, text])
    expect(run.entries[0]?.files).toEqual([kept])
    expect(JSON.stringify([journal.saved, nodes.runs.map(({ bundle: _, ...r }) => r), shown])).not.toContain(key)
  })

  it('has on disk where that copy is before anything is sent: a process that ends then has not lost the key', async () => {
    const { nodes, journal, doors, preview } = world()
    const parent = mkdtempSync(path.join(os.tmpdir(), 'kh-guard-'))
    onTestFinished(() => rmSync(parent, { recursive: true }))
    const onDisk: unknown[] = []
    nodes.fault = () => {
      onDisk.push(journal.saved.at(-1)?.entries[0])
      throw new HardenError('unreachable', 'The guard was lost sight of.', 'It goes on by itself.')
    }
    const outDir = path.join(parent, 'keys')
    await failure(applyPreview(await preview([change('cp-1', { files: [KEYS] })]), { ...doors, outDir }))
    expect(onDisk).toMatchObject([{ state: 'sent', files: [path.join(outDir, '1-cp-1/etc/kubernetes/enc/config.yaml')] }])
  })

  it('without a copy nothing is sent', async () => {
    const { nodes, journal, doors, preview } = world()
    const shown = await preview([change('cp-1', { files: [KEYS] })])
    const parent = mkdtempSync(path.join(os.tmpdir(), 'kh-guard-'))
    onTestFinished(() => rmSync(parent, { recursive: true }))
    writeFileSync(path.join(parent, 'file'), '')
    expect(await failure(applyPreview(shown, { ...doors, outDir: path.join(parent, 'file', 'keys') }))).toMatchObject({ code: 'input' })
    expect(nodes.runs).toEqual([])
    expect((await journal.list()).flatMap((r) => r.entries).every((e) => e.state !== 'done')).toBe(true)
  })
})

describe('a session that ended in the middle', () => {
  async function lost(w: ReturnType<typeof world>) {
    w.nodes.fault = () => {
      throw new HardenError('unreachable', 'The guard was lost sight of.', 'It goes on by itself.')
    }
    const error = await failure(applyPreview(await w.preview([change('cp-1')]), w.doors))
    expect(error.code).toBe('change-failed')
    const [run] = await w.journal.list()
    expect(run?.entries).toMatchObject([{ state: 'sent' }])
    return async () => {
      await settleJournal(w.doors)
      return (await w.journal.list())[0]?.entries[0]
    }
  }

  it.each([
    ['applied', 'done'],
    ['unchanged', 'done'],
    ['rolled-back', 'failed'],
    ['refused', 'failed'],
  ] as const)('asks the guard that is still there: %s', async (state, settled) => {
    const w = world()
    const settle = await lost(w)
    w.nodes.left = outcome({ run: 'r', node: 'cp-1' }, state)
    expect(await settle()).toMatchObject({ state: settled, node: { outcome: { state } } })
  })

  it('where the guard is gone, looks at what the API shows', async () => {
    const w = world()
    const settle = await lost(w)
    w.writer.put(mirror('cp-1', ['--profiling=false']))
    expect(await settle()).toMatchObject({ state: 'done' })
  })

  it('and says so where nothing was made', async () => {
    const settle = await lost(world())
    expect(await settle()).toMatchObject({ state: 'not-done' })
  })

  it('where neither tells, that is said, and it can be undone', async () => {
    const w = world()
    const settle = await lost(w)
    w.writer.put(mirror('cp-1', ['--profiling=sometimes']))
    expect(await settle()).toMatchObject({ state: 'done', error: expect.stringContaining('is not known') })
  })

  it('stays open for a session that has a way to the nodes', async () => {
    const w = world()
    await lost(w)
    const { nodes: _, ...without } = w.doors
    await settleJournal(without)
    expect((await w.journal.list())[0]?.entries).toMatchObject([{ state: 'sent' }])
  })
})

it('plays on the practice cluster, there and back', async () => {
  const { writer, nodes } = await connectPractice()
  if (writer === undefined || nodes === undefined) throw new Error('the practice cluster can be written to')
  const journal = new MemoryJournal()
  const doors = { writer, nodes, journal, bundle, who: 'me' }
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: 'kube-apiserver-cp-1' }
  const specOf = async () => JSON.stringify((await writer.get(ref))?.spec)
  const before = await specOf()
  const changes = [change('cp-1', { flags: [{ name: 'profiling', value: 'false' }, { name: 'allow-privileged' }] })]
  const preview = await previewChanges({ wizard: 'w', changes, cluster: { name: 'practice' }, ...doors })
  expect(preview).toMatchObject({ ok: true, items: [{ action: 'change' }] })
  const run = await applyPreview(preview, doors)
  const after = await specOf()
  expect(after).toContain('"--profiling=false"')
  expect(after).not.toContain('--allow-privileged')
  expect((await previewChanges({ wizard: 'w', changes, cluster: { name: 'practice' }, ...doors })).items).toMatchObject([
    { action: 'none' },
  ])
  await applyUndo(await previewUndo(run, doors), doors)
  expect(await specOf()).toBe(before)
})

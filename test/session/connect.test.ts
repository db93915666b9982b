import { describe, expect, it } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { errorOf, gate, readyOf, settled, statusOf, World } from './support.ts'

const NOTHING = { readers: 0, locks: 0, unlocked: 0 }

describe('connecting', () => {
  it('goes from connecting, with progress, to a ready view', async () => {
    const world = new World()
    const session = world.session()
    const phases: string[] = []
    const off = session.subscribe(() => {
      const view = session.view()
      phases.push(view.phase === 'connecting' && view.progress !== undefined ? 'reading' : view.phase)
    })
    expect(session.view()).toMatchObject({ phase: 'connecting', target: { kind: 'practice' } })
    await session.start()
    expect([...new Set(phases)]).toEqual(['connecting', 'reading', 'ready'])
    expect(readyOf(session)).toMatchObject({ source: 'practice', refreshing: false, runs: [] })
    expect(readyOf(session).readOnly).toBeUndefined()
    expect(readyOf(session).before).toBeUndefined()
    off()
    await session.close()
    expect(world.open).toEqual(NOTHING)
    expect(phases.at(-1)).toBe('ready')
  })

  it('offers the contexts where no target is given, and says why where there are none', async () => {
    const world = new World()
    const session = world.session({ target: undefined })
    await session.start()
    expect(session.view()).toMatchObject({ phase: 'choosing', contexts: [{ name: 'one' }] })
    world.contexts = async () => Promise.reject(new HardenError('kubeconfig', 'none', ''))
    await session.leave()
    expect(session.view()).toMatchObject({ phase: 'choosing', contexts: [], problem: { code: 'kubeconfig' } })
    expect((await errorOf(session.preview('rbac-role', {}))).code).toBe('input')
  })

  it.each([
    ['connecting', (w: World, e: Error) => (w.atConnect = () => Promise.reject(e))],
    ['reading', (w: World, e: Error) => (w.atCollect = () => Promise.reject(e))],
    [
      'remembering',
      (w: World, e: Error) =>
        (w.atProgress = () => {
          throw e
        }),
    ],
  ])('fails with the contexts and leaves nothing open: %s', async (_, spoil) => {
    const world = new World()
    spoil(world, new HardenError('unreachable', 'gone', 'wait'))
    const session = world.session()
    await session.start()
    expect(session.view()).toMatchObject({ phase: 'failed', error: { code: 'unreachable', message: 'gone' }, contexts: [{ name: 'one' }] })
    expect(world.open).toEqual(NOTHING)
    await session.close()
  })

  it('closes the connection where the lock is held by another session', async () => {
    const world = new World()
    const first = await world.ready()
    const second = world.session()
    await second.start()
    expect(second.view()).toMatchObject({ phase: 'failed', error: { code: 'locked' } })
    expect(world.open).toEqual({ readers: 1, locks: 1, unlocked: 0 })
    await first.close()
    await second.choose({ kind: 'practice' })
    expect(second.view().phase).toBe('ready')
  })

  it('closes the reader even where the lock cannot be given back', async () => {
    const world = new World()
    const { openStores } = world.deps()
    const stuck: typeof openStores = async (...args) => ({
      ...(await openStores(...args)),
      release: () => Promise.reject(new HardenError('input', 'disk', '')),
    })
    const session = await world.ready({ openStores: stuck })
    expect((await errorOf(session.close())).code).toBe('input')
    expect(world.open.readers).toBe(0)
  })
})

describe('choosing again', () => {
  it('gives up the connection under way: it shows nothing any more and is closed', async () => {
    const world = new World()
    const first = gate()
    let signal: AbortSignal | undefined
    world.atCollect = async (s) => {
      signal ??= s
      if (signal === s) await first.promise
    }
    const session = world.session()
    const started = session.start()
    await settled()
    await session.choose({ kind: 'context', context: 'two' })
    expect(signal?.aborted).toBe(true)
    expect(readyOf(session).target).toEqual({ kind: 'context', context: 'two' })
    const shown = session.view()
    first.resolve()
    await started
    expect(session.view()).toBe(shown)
    expect(world.open).toEqual({ readers: 1, locks: 1, unlocked: 0 })
    await session.close()
    expect(world.open).toEqual(NOTHING)
  })

  it('waits for the lock of the connection that was given up', async () => {
    const world = new World()
    const first = gate()
    const { openStores } = world.deps()
    let calls = 0
    const slow: typeof openStores = async (...args) => {
      const stores = await openStores(...args)
      calls += 1
      if (calls === 1) await first.promise
      return stores
    }
    const session = world.session({ openStores: slow })
    const started = session.start()
    await settled()
    const again = session.choose({ kind: 'practice' })
    await settled()
    expect(session.view().phase).toBe('connecting')
    first.resolve()
    await Promise.all([started, again])
    expect(session.view().phase).toBe('ready')
    expect(world.open).toEqual({ readers: 1, locks: 1, unlocked: 0 })
  })

  it('is not overtaken by a list of contexts that was slow', async () => {
    const world = new World()
    const session = await world.ready()
    const list = gate()
    world.contexts = async () => {
      await list.promise
      return []
    }
    const left = session.leave()
    await settled()
    const chosen = session.choose({ kind: 'practice' })
    await chosen
    list.resolve()
    await left
    expect(session.view().phase).toBe('ready')
  })

  it('stops when the session is closed while connecting', async () => {
    const world = new World()
    const first = gate()
    world.atCollect = () => first.promise
    const session = world.session()
    const started = session.start()
    await settled()
    await session.close()
    first.resolve()
    await started
    expect(session.view().phase).toBe('connecting')
    expect(world.open).toEqual(NOTHING)
  })
})

describe('refreshing', () => {
  it('keeps the old assessment with the problem, and goes on at the next try', async () => {
    const world = new World()
    const session = await world.ready()
    const old = readyOf(session).assessment
    world.atCollect = () => Promise.reject(new HardenError('unreachable', 'gone', 'wait'))
    await session.refresh()
    expect(readyOf(session)).toMatchObject({ refreshing: false, problem: { code: 'unreachable' } })
    expect(readyOf(session).assessment).toBe(old)
    expect(readyOf(session).refreshProgress).toBeUndefined()
    world.atCollect = async () => {}
    world.now = new Date('2026-11-23T12:00:00Z')
    await session.refresh()
    expect(readyOf(session).problem).toBeUndefined()
    expect(readyOf(session).assessment.at).toBe('2026-11-23T12:00:00.000Z')
  })

  it('shows nothing half new where the progress cannot be stored', async () => {
    const world = new World()
    const session = await world.ready()
    const old = readyOf(session)
    world.now = new Date('2026-11-23T12:00:00Z')
    world.atProgress = () => {
      throw new HardenError('input', 'disk full', '')
    }
    await session.refresh()
    expect(readyOf(session).problem).toMatchObject({ message: 'disk full' })
    expect(readyOf(session).state).toBe(old.state)
    expect(readyOf(session).assessment).toBe(old.assessment)
  })

  it('is given up when the cluster is left, and does not bring it back', async () => {
    const world = new World()
    const session = await world.ready()
    const reading = gate()
    world.atCollect = (signal) => {
      signal?.addEventListener('abort', () => reading.reject(new HardenError('interrupted', 'stopped', '')))
      return reading.promise
    }
    const refreshed = session.refresh()
    await settled()
    expect(readyOf(session).refreshing).toBe(true)
    await session.leave()
    await refreshed
    expect(session.view().phase).toBe('choosing')
    expect(world.open).toEqual(NOTHING)
  })

  it('sees what others changed', async () => {
    const world = new World()
    const session = await world.ready()
    expect(statusOf(session, 'access/cluster-admin-bindings')).toBe('fail')
    const kinds = readyOf(session).state.kinds
    const other = await world.other()
    await other.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } }, { fieldManager: 'kubectl' })
    await session.refresh()
    expect(readyOf(session).state.kinds.namespaces?.items.length).toBe((kinds.namespaces?.items.length ?? 0) + 1)
  })
})

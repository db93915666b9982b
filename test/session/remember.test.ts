import { describe, expect, it } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { auditOnce } from '#session/headless.ts'
import { nextStep } from '#session/next.ts'
import { advance } from '#session/progress.ts'
import { verify } from '#session/verify.ts'
import { CHECKS, DENY, errorOf, NOW, readyOf, statusOf, World } from './support.ts'

const ADMIN = 'access/cluster-admin-bindings'
const RISK = { check: ADMIN, scope: {}, owner: 'ada', reason: 'until the move', expires: '2026-12-01' }

describe('accepting and attesting', () => {
  it('changes the verdict at once, is kept, and stops counting when it expires', async () => {
    const world = new World()
    const session = await world.ready()
    expect(statusOf(session, ADMIN)).toBe('fail')
    const score = readyOf(session).assessment.overall.score ?? 0
    await session.accept(RISK)
    expect(statusOf(session, ADMIN)).toBe('accepted')
    expect(readyOf(session).assessment.overall.score).not.toBe(score)
    expect(world.kept.at(-1)?.accepted).toMatchObject([{ ...RISK, created: NOW.toISOString() }])
    expect(Object.values(world.kept.at(-1)?.accepted[0]?.seen ?? {}).length).toBeGreaterThan(0)
    await session.close()

    const later = await world.ready()
    expect(statusOf(later, ADMIN)).toBe('accepted')
    world.now = new Date('2026-12-01T00:00:00Z')
    await later.refresh()
    expect(statusOf(later, ADMIN)).toBe('fail')
    expect(readyOf(later).progress.accepted).toHaveLength(1)
  })

  it('takes back what was accepted: all of a check, or one scope', async () => {
    const world = new World()
    const session = await world.ready()
    await session.accept(RISK)
    await session.accept({ ...RISK, scope: { kind: 'ClusterRoleBinding', name: 'developers' } })
    await session.withdraw(ADMIN, { kind: 'ClusterRoleBinding', name: 'developers' })
    expect(readyOf(session).progress.accepted.map((a) => a.scope)).toEqual([{}])
    await session.withdraw(ADMIN)
    expect(readyOf(session).progress.accepted).toEqual([])
    expect(statusOf(session, ADMIN)).toBe('fail')
    expect(await errorOf(session.withdraw(ADMIN))).toMatchObject({ code: 'not-found' })
  })

  it('attests a manual check once; a new word replaces the old', async () => {
    const world = new World()
    const manual = { ...(CHECKS.find((c) => c.id === ADMIN) as (typeof CHECKS)[0]), id: 'access/manual', evaluate: attestable } as const
    const session = await world.ready({ checks: [manual] })
    expect(statusOf(session, 'access/manual')).toBe('manual')
    expect(readyOf(session).assessment.overall).toMatchObject({ score: undefined, coverage: 0 })
    await session.attest({ check: 'access/manual', by: 'ada', evidence: 'wiki/1', until: '2026-12-01' })
    await session.attest({ check: 'access/manual', by: 'bob', evidence: 'wiki/2', until: '2026-12-02' })
    expect(statusOf(session, 'access/manual')).toBe('attested')
    expect(readyOf(session).progress.attested.map((a) => a.by)).toEqual(['bob'])
    world.now = new Date('2026-12-02T00:00:01Z')
    await session.refresh()
    expect(statusOf(session, 'access/manual')).toBe('manual')
  })

  it.each([
    [{ ...RISK, check: 'access/nothing' }, /There is no check access\/nothing/],
    [{ ...RISK, expires: 'never' }, /expires: not a date/],
    [{ ...RISK, owner: '' }, /owner/],
    [{ ...RISK, scope: { names: 'x' } as object }, /scope/],
  ])('refuses %j and remembers nothing', async (risk, said) => {
    const world = new World()
    const session = await world.ready()
    const kept = world.kept.length
    const error = await errorOf(session.accept(risk))
    expect(error.code).toBe('input')
    expect(error.message).toMatch(said)
    expect(world.kept).toHaveLength(kept)
    expect(statusOf(session, ADMIN)).toBe('fail')
  })

  it('does not show as accepted what could not be stored', async () => {
    const world = new World()
    const session = await world.ready()
    world.atProgress = () => {
      throw new HardenError('input', 'disk full', '')
    }
    expect((await errorOf(session.accept(RISK))).message).toBe('disk full')
    expect(statusOf(session, ADMIN)).toBe('fail')
    world.atProgress = () => {}
    await session.refresh()
    expect(statusOf(session, ADMIN)).toBe('fail')
  })

  it('counts in an audit without a session, which itself keeps nothing', async () => {
    const world = new World()
    const session = await world.ready()
    await session.accept(RISK)
    const kept = world.kept.length
    // The session is still open: an audit waits for nobody.
    const { assessment } = await auditOnce(world.deps(), { kind: 'practice' }, CHECKS)
    expect(assessment.checks.find((c) => c.id === ADMIN)?.status).toBe('accepted')
    expect(world.kept).toHaveLength(kept)
    expect(world.saved).toEqual([])
    expect(world.open).toEqual({ readers: 1, locks: 1, unlocked: 0 })
  })

  it('closes the connection of an audit that fails', async () => {
    const world = new World()
    world.atCollect = () => Promise.reject(new HardenError('unreachable', 'gone', ''))
    expect((await errorOf(auditOnce(world.deps(), { kind: 'practice' }, CHECKS))).code).toBe('unreachable')
    expect(world.open).toEqual({ readers: 0, locks: 0, unlocked: 0 })
  })
})

function* attestable() {
  yield { status: 'manual' as const, object: { apiVersion: 'v1', kind: 'Namespace', name: 'x' }, message: 'm' }
}

describe('progress', () => {
  it('moves only where something moved', async () => {
    const world = new World()
    const session = await world.ready()
    expect(readyOf(session).progress.history).toHaveLength(1)
    world.now = new Date('2026-11-23T12:00:00Z')
    await session.refresh()
    expect(readyOf(session).progress.history).toHaveLength(1)
    expect(readyOf(session).progress.updatedAt).toBe('2026-11-23T12:00:00.000Z')
    const since = readyOf(session).progress.checks[ADMIN]?.since
    expect(since).toBe(NOW.toISOString())
    await session.apply(await session.preview('network-policies', DENY))
    expect(readyOf(session).progress.history).toHaveLength(2)
    await session.close()
    const next = await world.ready()
    expect(readyOf(next).before).toEqual({ at: '2026-11-23T12:00:00.000Z', score: readyOf(next).assessment.overall.score })
    expect(readyOf(next).progress.checks[ADMIN]?.since).toBe(since)
  })

  it('keeps checks that were not run this time, and at most 500 points', async () => {
    const session = await new World().ready()
    const { assessment, progress } = readyOf(session)
    const point = { at: 'x', score: 1, coverage: 1, fails: 1 }
    const old = { ...progress, checks: { 'x/y': { status: 'fail', since: 's' } as const }, history: Array(500).fill(point) }
    const next = advance(old, assessment)
    expect(next.checks['x/y']).toEqual({ status: 'fail', since: 's' })
    expect(next.history).toHaveLength(500)
    expect(next.history.at(-1)?.at).toBe(assessment.at)
  })

  it('is of the cluster: a snapshot of it does not move it', async () => {
    const world = new World()
    const { openStores, connect } = world.deps()
    const asSnapshot: typeof connect = async (...args) => {
      const { reader } = await connect(...args)
      const collect: typeof reader.collect = async (...a) => ({ ...(await reader.collect(...a)), source: 'snapshot' })
      return { reader: { ...reader, kind: 'snapshot', collect }, readOnlyReason: 'a snapshot' }
    }
    const session = await world.ready({ openStores, connect: asSnapshot })
    expect(readyOf(session).progress.history).toEqual([])
    expect(readyOf(session).readOnly).toBe('a snapshot')
  })
})

describe('the next step', () => {
  it('is the failing check with a wizard that brings most, and without writing simply the one that brings most', async () => {
    const session = await new World().ready()
    const { assessment, next } = readyOf(session)
    expect(next?.wizard).toBeDefined()
    expect(next?.finding.status).toBe('fail')
    expect(session.wizardsFor(next?.check ?? '').map((w) => w.id)).toContain(next?.wizard)
    const any = nextStep(assessment, session.wizards, false)
    expect(any?.gain).toBeGreaterThanOrEqual(next?.gain ?? 0)
    expect(nextStep({ ...assessment, checks: assessment.checks.filter((c) => c.status !== 'fail') }, session.wizards, true)).toBeUndefined()
    expect(nextStep(assessment, [], true)?.wizard).toBeUndefined()
  })
})

describe('verification', () => {
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'x' }
  it('does not hold where less is seen than before', async () => {
    const { assessment } = readyOf(await new World().ready())
    const gap = { kind: 'clusterRoleBindings', reason: 'timeout', detail: 'late' } as const
    const blind = {
      ...assessment,
      checks: assessment.checks.map((c) => ({ ...c, status: 'unknown' as const, findings: [], gaps: [gap] })),
    }
    const ok = [{ ref, ok: true, detail: '' }]
    expect(verify([ADMIN], assessment, blind, ok, 'apply')).toMatchObject({ ok: false, checks: [{ before: 'fail', after: 'unknown' }] })
    const partly = { ...assessment, checks: assessment.checks.map((c) => ({ ...c, gaps: [gap] })) }
    expect(verify([ADMIN], partly, blind, ok, 'apply').ok).toBe(true)
    expect(verify([ADMIN], assessment, blind, ok, 'undo').ok).toBe(true)
    expect(verify([ADMIN], assessment, assessment, [{ ref, ok: false, detail: '' }], 'apply').ok).toBe(false)
    expect(verify(['x/y'], assessment, assessment, ok, 'apply')).toMatchObject({ ok: true, checks: [] })
    const worse = {
      ...assessment,
      checks: assessment.checks.map((c) => ({ ...c, findings: [...c.findings, ...c.findings.filter((f) => f.status === 'fail')] })),
    }
    expect(verify([ADMIN], assessment, worse, ok, 'apply').ok).toBe(false)
  })
})

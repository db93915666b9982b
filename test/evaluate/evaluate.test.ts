import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '#evaluate/evaluate.ts'
import { statusOf } from '#evaluate/judge.ts'
import { gains, scoreOf, shareOf } from '#evaluate/score.ts'
import { STATUSES } from '#model/areas.ts'
import { type Check, defineCheck } from '#model/check.ts'
import type { Gap } from '#model/right.ts'
import type { State } from '#model/state.ts'

const NOW = new Date('2026-11-22T12:00:00Z')

const meta = (name: string) => ({
  name,
  labels: {},
  annotations: {},
  ownerReferences: [],
  managers: [],
  creationTimestamp: undefined,
  deletionTimestamp: undefined,
})
const namespace = (name: string) => ({ metadata: meta(name), status: {} })
const policy = (ns: string) => ({
  metadata: { ...meta('deny'), namespace: ns },
  spec: { podSelector: { matchLabels: {}, matchExpressions: [] }, ingress: [], egress: [] },
})

/** Fails for each namespace without a policy. */
const check: Check = defineCheck({
  id: 'network/test',
  severity: 'high',
  controls: { topic: ['T11'] },
  text: { title: { en: 'Test' }, why: { en: 'w' }, fix: { en: 'f' } },
  messages: { open: { en: '{ns} is open' }, closed: { en: '{ns} is closed' } },
  reads: ['namespaces', 'networkPolicies'],
  examples: { bad: '', good: '' },
  *evaluate({ namespaces, networkPolicies }) {
    for (const { metadata } of namespaces) {
      const closed = networkPolicies.some((p) => p.metadata.namespace === metadata.name)
      const object = { apiVersion: 'v1', kind: 'Namespace', name: metadata.name }
      yield { status: closed ? 'pass' : 'fail', object, message: closed ? 'closed' : 'open', params: { ns: metadata.name } }
    }
  },
})

function state(namespaces: string[], policies: string[], gaps: Gap[] = [], onlyNamespaces?: string[]): State {
  return {
    schemaVersion: 1,
    takenAt: NOW.toISOString(),
    source: 'live',
    cluster: { name: 'test', distribution: 'unknown' },
    kinds: {
      namespaces: { items: namespaces.map(namespace), gaps: [] },
      networkPolicies: { items: policies.map(policy), gaps, ...(onlyNamespaces === undefined ? {} : { onlyNamespaces }) },
    },
  }
}

const gap = (ns?: string): Gap => ({
  kind: 'networkPolicies',
  ...(ns === undefined ? {} : { namespace: ns }),
  reason: 'forbidden',
  detail: '403',
  needs: { verb: 'list', group: 'networking.k8s.io', resource: 'networkpolicies' },
})

const run = (s: State, judgements = { accepted: [], attested: [] } as Parameters<typeof evaluate>[3]) => {
  const result = evaluate(s, [check], NOW, judgements)
  return { assessment: result, first: result.checks[0] as NonNullable<(typeof result.checks)[0]> }
}

describe('gaps', () => {
  it('passes where everything was seen', () => expect(run(state(['a', 'b'], ['a', 'b'])).first.status).toBe('pass'))
  it('is unknown, never pass, where the kind was refused', () => {
    const { first } = run(state(['a'], ['a'], [gap()]))
    expect(first.status).toBe('unknown')
    expect(first.findings).toEqual([])
    expect(first.gaps[0]?.needs).toBeDefined()
  })
  it('does not call a namespace open whose policies could not be listed', () => {
    const { first } = run(state(['a', 'b'], ['a'], [gap('b')]))
    expect(first.status).toBe('unknown')
    expect(first.findings.map((f) => f.object.name)).toEqual(['a'])
  })
  it('judges the one namespace that a viewer may see', () => {
    const { first } = run(state(['a', 'b'], [], [gap()], ['a']))
    expect(first.status).toBe('fail')
    expect(first.findings.map((f) => f.object.name)).toEqual(['a'])
  })
  it('is unknown where a kind was never read', () => {
    const s = state(['a'], [])
    expect(run({ ...s, kinds: { namespaces: s.kinds.namespaces as never } }).first.status).toBe('unknown')
  })
  it('is not applicable, not pass, where there is nothing to look at', () => expect(run(state([], [])).first.status).toBe('not-applicable'))
  it('never turns from fail or unknown to pass when a right is taken away', () => {
    fc.assert(
      fc.property(
        fc.subarray(['a', 'b', 'c']),
        fc.subarray(['a', 'b', 'c']),
        fc.subarray(['a', 'b', 'c']),
        fc.boolean(),
        (all, closed, hidden, whole) => {
          const before = run(state(all, closed)).first.status
          const gaps = whole ? [gap()] : hidden.map((ns) => gap(ns))
          const after = run(state(all, closed, gaps, whole ? hidden : undefined)).first.status
          if (gaps.length > 0) expect(after).not.toBe('pass')
          if (before === 'fail') expect(after === 'fail' || gaps.length > 0).toBe(true)
        },
      ),
    )
  })
})

describe('a whole sight', () => {
  const watching = (seen: boolean[]): Check => ({
    ...check,
    *evaluate(_, { complete }) {
      seen.push(complete)
      yield { status: 'pass', object: { apiVersion: 'v1', kind: 'Namespace', name: 'a' }, message: 'closed' }
    },
  })
  const completeOf = (s: State) => {
    const seen: boolean[] = []
    const { checks } = evaluate(s, [watching(seen)], NOW)
    return [...seen, checks[0]?.status]
  }
  it('is told to the check, and only where nothing it reads was hidden', () => {
    expect(completeOf(state(['a'], []))).toEqual([true, 'pass'])
    expect(completeOf(state(['a', 'b'], [], [gap('b')]))).toEqual([false, 'unknown'])
    expect(completeOf(state(['a', 'b'], [], [gap()], ['a']))).toEqual([false, 'unknown'])
    expect(completeOf(state(['a'], [], [gap()]))).toEqual(['unknown'])
  })
  it('is not believed of a file that names some namespaces only and no gap', () => {
    expect(completeOf(state(['a', 'b'], ['a'], [], ['a']))).toEqual([false, 'unknown'])
    expect(completeOf(state(['a'], [], [], []))).toEqual(['unknown'])
    expect(run(state(['a', 'b'], ['a'], [], ['a'])).first.findings.map((f) => f.object.name)).toEqual(['a'])
  })
  it('takes more gaps than fit on a stack', () => {
    const gaps = Array.from({ length: 300_000 }, (_, i) => gap(`n${i % 10}`))
    expect(run(state(['a'], ['a'], gaps)).first.status).toBe('unknown')
  })
  it('a check that stumbles is unknown with the reason, and the others go on', () => {
    const broken: Check = {
      ...check,
      id: 'network/broken',
      *evaluate() {
        yield { status: 'pass', object: { apiVersion: 'v1', kind: 'Namespace', name: 'a' }, message: 'closed' }
        throw new TypeError('x is undefined')
      },
    }
    const { checks } = evaluate(state(['a'], ['a']), [broken, check], NOW)
    expect(checks.map((c) => c.status)).toEqual(['unknown', 'pass'])
    expect(checks[0]).toMatchObject({
      findings: [],
      gaps: [{ reason: 'malformed', detail: 'network/broken could not be evaluated: x is undefined' }],
    })
  })
})

describe('accepted and attested', () => {
  const risk = {
    check: 'network/test',
    scope: { kind: 'Namespace', name: 'a' },
    owner: 'o',
    reason: 'r',
    created: '2026-01-01',
    expires: '2027-01-01',
  }
  it('covers exactly its object', () => {
    const { first } = run(state(['a', 'b'], []), { accepted: [risk], attested: [] })
    expect(first.findings.map((f) => f.status)).toEqual(['accepted', 'fail'])
    expect(first.status).toBe('fail')
  })
  it('stops counting when it has expired', () => {
    const { first } = run(state(['a'], []), { accepted: [{ ...risk, expires: '2026-11-21' }], attested: [] })
    expect(first.status).toBe('fail')
  })
  it('stands outside the score', () => {
    const { assessment, first } = run(state(['a', 'b'], ['b']), { accepted: [risk], attested: [] })
    expect(first.status).toBe('accepted')
    expect(assessment.overall.score).toBe(100)
  })
})

describe('status', () => {
  it('lets a fail win over gaps, and gaps over a pass', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STATUSES)), fc.nat(2), (statuses, gaps) => {
        const status = statusOf(
          statuses.map((s) => ({ status: s })),
          gaps,
        )
        if (statuses.includes('fail')) expect(status).toBe('fail')
        else if (gaps > 0 || statuses.includes('unknown')) expect(status).toBe('unknown')
        if (status === 'pass') expect(statuses.every((s) => s === 'pass' || s === 'not-applicable')).toBe(true)
      }),
    )
  })
})

describe('score', () => {
  const result = (status: 'pass' | 'fail' | 'unknown', good: number, bad: number, severity = 'high') =>
    ({
      ...run(state([], [])).first,
      severity,
      status,
      findings: [...Array(good).fill({ status: 'pass' }), ...Array(bad).fill({ status: 'fail' })],
    }) as ReturnType<typeof run>['first']

  it('has no score where nothing was judged, instead of a perfect one', () => {
    expect(scoreOf([result('unknown', 3, 0)])).toMatchObject({ score: undefined, coverage: 0 })
  })
  it('is 100 only where everything passes', () => {
    expect(scoreOf([result('fail', 9999, 1)]).score).toBe(99.9)
    expect(scoreOf([result('pass', 9999, 0)]).score).toBe(100)
    expect(scoreOf([...Array(4999).fill(result('pass', 1, 0)), result('unknown', 1, 0)]).coverage).toBe(99.9)
  })
  it('weighs by severity and share', () => {
    expect(scoreOf([result('fail', 1, 1, 'critical'), result('pass', 5, 0, 'high')]).score).toBe(66.7)
  })
  it('counts unknown in coverage only', () => {
    expect(scoreOf([result('pass', 1, 0), result('unknown', 0, 0)])).toMatchObject({ score: 100, coverage: 50 })
  })
  it('names the gain of each failing check; together they reach 100', () => {
    const checks = [result('fail', 0, 2, 'critical'), result('fail', 1, 1, 'low'), result('pass', 1, 0)]
    const list = gains(checks)
    expect(list[0]?.check.severity).toBe('critical')
    expect((scoreOf(checks).score ?? 0) + list.reduce((sum, g) => sum + g.gain, 0)).toBeCloseTo(100, 0)
  })
  it('a share is never taken of a check that is unknown', () => expect(shareOf(result('unknown', 1, 0))).toBeUndefined())
})

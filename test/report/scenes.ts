import fc from 'fast-check'
import { evaluate, kindsOf } from '#evaluate/evaluate.ts'
import { scoreByArea, scoreOf } from '#evaluate/score.ts'
import { AREAS, SEVERITIES, STATUSES } from '#model/areas.ts'
import type { Assessment, CheckResult, JudgedFinding } from '#model/assessment.ts'
import { checks } from '../../src/checks/index.ts'
import { parseManifests } from '../../src/cluster/objects/parse.ts'
import { stateFromObjects } from '../../src/cluster/objects/toState.ts'
import { connectPractice } from '../../src/cluster/practice/index.ts'
import { NOW } from '../checks/support.ts'

const until = '2099-01-01T00:00:00Z'

/** The practice cluster, with one accepted and one attested item. */
export async function practiceAssessment(): Promise<Assessment> {
  const { reader } = await connectPractice()
  const state = await reader.collect(kindsOf(checks))
  await reader.close()
  const plain = evaluate(state, checks, NOW)
  const failing = plain.checks.find((c) => c.status === 'fail')
  const manual = plain.checks.find((c) => c.status === 'manual')
  if (failing === undefined || manual === undefined) throw new Error('the practice cluster has nothing to accept or attest')
  const created = NOW.toISOString()
  return evaluate(state, checks, NOW, {
    accepted: [{ check: failing.id, scope: {}, owner: 'ops', reason: 'until the move', expires: until, created }],
    attested: [{ check: manual.id, by: 'ops', at: created, evidence: 'ticket 4', until }],
  })
}

/** Every check on its own examples. */
export function exampleAssessments(): readonly Assessment[] {
  return checks.flatMap((check) =>
    [check.examples.bad, check.examples.good].map((yaml) => {
      const objects = parseManifests(yaml, 'example.yaml').objects.map(({ object }) => object)
      return evaluate(stateFromObjects(objects, { source: 'manifests', name: 'example', now: NOW }), [check], NOW)
    }),
  )
}

/** Every check on a folder that holds one namespace: most of it cannot be seen. */
export function blindAssessment(): Assessment {
  const objects = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }]
  return evaluate(stateFromObjects(objects, { source: 'manifests', name: 'folder', now: NOW }), checks, NOW)
}

/** Whatever a stranger could put into a name, lone surrogates too. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</style></script><!--',
    '[click](https://example.org){0}',
    'javascript:alert(1)',
    '\u0000\u001b[31m\u0007',
    '\u202eevil\u2066',
    '\ud800',
    '&lt;b&gt;',
    '=1+1',
    ']]>',
  ),
)

const finding: fc.Arbitrary<JudgedFinding> = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    object: fc.record(
      { apiVersion: fc.constantFrom('v1', 'apps/v1'), kind: hostileText, namespace: hostileText, name: hostileText },
      { requiredKeys: ['apiVersion', 'kind', 'name'] },
    ),
    path: hostileText,
    saw: hostileText,
    message: fc.constantFrom('open', 'unknown message'),
    params: fc.record({ who: hostileText }),
    note: fc.record({ by: hostileText, reason: hostileText, until: hostileText }),
  },
  { requiredKeys: ['status', 'object', 'message', 'params'] },
)

const result: fc.Arbitrary<CheckResult> = fc
  .record({
    area: fc.constantFrom(...AREAS),
    name: fc.constantFrom('one', 'two', 'three'),
    severity: fc.constantFrom(...SEVERITIES),
    status: fc.constantFrom(...STATUSES),
    findings: fc.array(finding, { maxLength: 5 }),
    gapDetail: fc.array(hostileText, { maxLength: 2 }),
  })
  .map(({ area, name, severity, status, findings, gapDetail }) => ({
    id: `${area}/${name}`,
    area,
    severity,
    status,
    title: { en: 'A test' },
    controls: { topic: ['T08'], cis: ['5.1.1'] },
    messages: { open: { en: '{who} can do all' } },
    findings,
    gaps: gapDetail.map((detail) => ({ kind: 'pods', namespace: detail, reason: 'forbidden' as const, detail })),
  }))

/** Any assessment, with texts of strangers wherever there can be one. */
export const anyAssessment: fc.Arbitrary<Assessment> = fc
  .record({ name: hostileText, checks: fc.uniqueArray(result, { selector: (c) => c.id, maxLength: 5 }) })
  .map(({ name, checks: list }) => ({
    schemaVersion: 1,
    at: '2026-11-22T12:00:00.000Z',
    source: 'live',
    cluster: { name, distribution: 'kubeadm', version: name },
    overall: scoreOf(list),
    areas: scoreByArea(list),
    checks: list,
    gaps: list.flatMap((c) => c.gaps),
  }))

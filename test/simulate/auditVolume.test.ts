import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AUDIT_LEVELS, AUDIT_STAGES, type AuditPolicy } from '../../src/simulate/auditPolicy.ts'
import { AuditReplay, type AuditVolume, perHour } from '../../src/simulate/auditVolume.ts'

interface Recorded {
  readonly level: string
  readonly verb: string
  readonly resource: string
  readonly second: number
  readonly stage?: string
  readonly [field: string]: unknown
}

const line = ({ level, verb, resource, second, stage = 'ResponseComplete', ...more }: Recorded) =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: `id-${resource}-${second}`,
    stage,
    requestURI: `/api/v1/${resource}?limit=1`,
    verb,
    user: { username: 'ada', groups: ['dev'] },
    objectRef: { resource, apiVersion: 'v1' },
    requestReceivedTimestamp: new Date(second * 1000).toISOString(),
    stageTimestamp: new Date(second * 1000).toISOString(),
    ...more,
  })
const replay = (policy: AuditPolicy, lines: readonly string[]): AuditVolume => {
  const volume = new AuditReplay(policy)
  for (const text of lines) volume.add(text)
  return volume.result()
}
const ALL: AuditPolicy = { omitStages: ['RequestReceived'], rules: [{ level: 'Metadata' }] }

describe('a log replayed', () => {
  it('by the policy that wrote it weighs what the file weighs', () => {
    const lines = [0, 30, 60].map((second) => line({ level: 'Metadata', verb: 'get', resource: 'pods', second }))
    const volume = replay(ALL, lines)
    expect(volume).toMatchObject({ read: 3, written: 3, seconds: 60, strange: 0, guessed: 0 })
    expect(volume.bytes).toBe(Buffer.byteLength(`${lines.join('\n')}\n`))
    expect(perHour(volume)).toBeCloseTo(volume.bytes * 60)
  })

  it('leaves out what the policy leaves out, and contents that are above its level', () => {
    const secret = { requestObject: { data: { password: 'x'.repeat(500) } } }
    const sample = [
      line({ level: 'Request', verb: 'create', resource: 'secrets', second: 0, ...secret }),
      line({ level: 'Metadata', verb: 'get', resource: 'nodes', second: 60 }),
    ]
    const policy: AuditPolicy = {
      omitStages: ['RequestReceived'],
      rules: [{ level: 'None', resources: [{ resources: ['nodes'] }] }, ...ALL.rules],
    }
    const volume = replay(policy, sample)
    expect(volume).toMatchObject({ read: 2, written: 1 })
    expect(volume.bytes).toBeLessThan(450)
  })

  it('guesses contents that the sample does not hold, and says so', () => {
    const sample = [
      line({ level: 'Metadata', verb: 'create', resource: 'pods', second: 0 }),
      line({ level: 'Metadata', verb: 'get', resource: 'pods', second: 9 }),
    ]
    const volume = replay({ ...ALL, rules: [{ level: 'Request' }] }, sample)
    expect(volume).toMatchObject({ written: 2, guessed: 1 })
    expect(volume.bytes).toBeGreaterThan(replay(ALL, sample).bytes + 500)
  })

  it('counts the arrival of requests once, whether the sample shows it or not', () => {
    const done = line({ level: 'Metadata', verb: 'get', resource: 'pods', second: 1, responseStatus: { code: 200 } })
    const came = line({ level: 'Metadata', verb: 'get', resource: 'pods', second: 1, stage: 'RequestReceived' })
    const policy: AuditPolicy = { rules: [{ level: 'Metadata' }] }
    expect(replay(policy, [done]).written).toBe(2)
    expect(replay(policy, [came, done]).written).toBe(2)
    expect(replay(policy, [done]).bytes).toBe(replay(policy, [came, done]).bytes)
    expect(replay(ALL, [came, done]).written).toBe(1)
  })

  it('counts lines that are no event and goes on', () => {
    expect(replay(ALL, ['', '{"a":1}', 'x', '[]', line({ level: 'Metadata', verb: 'get', resource: 'pods', second: 0 })])).toMatchObject({
      read: 1,
      strange: 3,
    })
    expect(perHour(replay(ALL, []))).toBeUndefined()
  })
})

const events = fc.array(
  fc.record({
    level: fc.constantFrom(...AUDIT_LEVELS.slice(1)),
    verb: fc.constantFrom('get', 'create', 'watch'),
    resource: fc.constantFrom('pods', 'nodes', 'secrets'),
    second: fc.nat(3600),
    stage: fc.constantFrom(...AUDIT_STAGES),
    requestObject: fc.option(fc.jsonValue(), { nil: undefined }),
  }),
  { maxLength: 12 },
)

describe('whatever the log', () => {
  it('a policy that records more never weighs less', () => {
    fc.assert(
      fc.property(events, (list) => {
        const lines = list.map(line)
        const weights = AUDIT_LEVELS.map((level) => replay({ ...ALL, rules: [{ level }] }, lines).written)
        expect(weights[0]).toBe(0)
        expect(new Set(weights.slice(1)).size).toBe(1)
        const meta = replay(ALL, lines)
        const request = replay({ ...ALL, rules: [{ level: 'Request' }] }, lines)
        // `Request` is one letter shorter than `Metadata`.
        expect(request.bytes + request.written).toBeGreaterThanOrEqual(meta.bytes)
      }),
    )
  })

  it('no text breaks it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        const volume = replay(ALL, lines)
        expect(volume.read + volume.strange).toBe(lines.filter((l) => l.trim() !== '').length)
      }),
    )
  })
})

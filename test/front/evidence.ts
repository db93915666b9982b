import type { Assessment } from '#model/assessment.ts'
import type { Check } from '#model/check.ts'
import type { NodeEvidence } from '#model/objects/evidence.ts'

/** The check that waits in the made-up sessions: the last one that has the objects of one node. */
const WAITING = ['access/tokens', 'backup/restore-tested']

/** What a made-up session keeps. */
export const EVIDENCE: NodeEvidence = {
  schemaVersion: 1,
  metadata: { name: 'node-1' },
  hostname: 'node-1',
  takenAt: '2026-11-20T09:00:00Z',
  asRoot: true,
  kubelet: true,
  files: [],
  unreadable: [],
  sha256: {},
}

export const withWaiting = (checks: readonly Check[]): readonly Check[] =>
  checks.map((check) => (WAITING.includes(check.id) ? { ...check, helps: ['nodeEvidence'] } : check))

/** The assessment with a node of which nothing was taken yet. */
export function waiting(assessment: Assessment): Assessment {
  const object = { apiVersion: 'v1', kind: 'Node', name: 'node-1' }
  return {
    ...assessment,
    checks: assessment.checks.map((check) =>
      WAITING.includes(check.id)
        ? { ...check, status: 'unknown', findings: [{ status: 'unknown', object, message: Object.keys(check.messages)[0] ?? '' }] }
        : check,
    ),
  }
}

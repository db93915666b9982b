import { describe, expect, it } from 'vitest'
import { checks } from '#checks/index.ts'
import { CIS_CONTROLS, TOPICS } from '#model/controls.ts'
import { coverageText, wayOf } from '#report/coverage.ts'

describe('what is covered', () => {
  it('the benchmark has 131 controls, the checklist 31 topics', () => {
    expect(CIS_CONTROLS).toHaveLength(131)
    expect(TOPICS).toHaveLength(31)
  })

  it('checks name only controls and topics that there are', () => {
    const topics = new Set(TOPICS.map(([id]) => id))
    for (const { id, controls } of checks) {
      expect(
        controls.topic.filter((t) => !topics.has(t)),
        id,
      ).toEqual([])
      expect(
        (controls.cis ?? []).filter((c) => !CIS_CONTROLS.includes(c)),
        id,
      ).toEqual([])
    }
  })

  it('a check that only asks for an attestation is guided, one that can say more is not', () => {
    const way = (id: string) =>
      wayOf(
        checks.find((c) => c.id === id) ??
          (() => {
            throw new Error(id)
          })(),
      )
    expect(way('operations/incident-plan')).toBe('guided')
    expect(way('encryption/external-store')).toBe('objects')
    expect(way('nodes/file-kubelet-config-mode')).toBe('evidence')
    expect(way('control-plane/profiling-api-server')).not.toBe('guided')
  })

  it('has a row for each', () => {
    expect(coverageText(checks).match(/^\| (T\d\d |\d\.\d)/gm)).toHaveLength(31 + 131)
  })
})

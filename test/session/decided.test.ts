import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HardenError } from '../../src/model/errors.ts'
import { decisionsFrom } from '../../src/store/decisions.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubeharden-decisions-'))
let n = 0

function file(text: string): string {
  n += 1
  const path = join(folder, `${n}.yaml`)
  writeFileSync(path, text)
  return path
}

const RISK = `
  - check: access/wildcard-rules
    scope: { kind: ClusterRole, name: ops }
    owner: platform
    reason: until the operator is replaced
    created: "2026-11-01"
    expires: "2099-01-01"
`
const errorOf = (where: string, lookup?: () => Promise<undefined>) =>
  decisionsFrom(where)(lookup).then(
    () => 'read',
    (error: HardenError) => error.message,
  )

describe('what a team decided', () => {
  it('is read from a file', async () => {
    const read = await decisionsFrom(file(`schemaVersion: 1\naccepted:${RISK}`))(undefined)
    expect(read.accepted).toMatchObject([{ check: 'access/wildcard-rules', expires: '2099-01-01' }])
    expect(read.attested).toEqual([])
  })

  it.each([
    ['a date that cannot be read', RISK.replace('2099-01-01', 'never'), /:8: accepted\.0\.expires: not a date/],
    ['no date at all', RISK.replace(/ +expires: .*\n/, ''), /accepted\.0\.expires/],
    ['an unknown field', RISK.replace('owner:', 'onwer:'), /accepted\.0/],
    ['no owner', RISK.replace('platform', '""'), /accepted\.0\.owner/],
  ])('%s is an error with its line, never something that holds for ever', async (_, risk, message) => {
    expect(await errorOf(file(`schemaVersion: 1\naccepted:${risk}`))).toMatch(message)
  })

  it('broken YAML and files that are not there name the file', async () => {
    const broken = file('accepted: [')
    expect(await errorOf(broken)).toContain(broken)
    expect(await errorOf(join(folder, 'none.yaml'))).toContain('ENOENT')
  })

  it('is read from a ConfigMap of the cluster, which has to be live', async () => {
    const lookup = async () => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'd' },
      data: { 'decisions.yaml': `schemaVersion: 1\naccepted:${RISK}` },
    })
    expect((await decisionsFrom('configmap:security/d')(lookup)).accepted).toHaveLength(1)
    expect(await errorOf('configmap:security/d')).toContain('can only be read from a live cluster')
    expect(await errorOf('configmap:security/d', async () => undefined)).toContain('ConfigMap security/d is not there')
  })
})

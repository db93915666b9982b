import { describe, expect, test } from 'vitest'
import { compareWithServer, readWarnings, versionToAsk } from '../../../src/simulate/podSecurity/serverWarnings.ts'

const HEAD = 'existing pods in namespace "shop" violate the new PodSecurity enforce level "restricted:v1.36"'

describe("the server's warnings", () => {
  test('are read group by group, those of others passed over', () => {
    const said = [
      'from a webhook: all is lost',
      HEAD,
      'a: privileged',
      'b (and 1 other pod): hostPort, privileged',
      'c.d (and 12 other pods): x',
    ]
    expect(readWarnings(said)).toEqual({
      groups: [
        { pod: 'a', pods: 1, reasons: 'privileged' },
        { pod: 'b', pods: 2, reasons: 'hostPort, privileged' },
        { pod: 'c.d', pods: 13, reasons: 'x' },
      ],
    })
    expect(readWarnings(['from a webhook: all is lost'])).toEqual({ groups: [] })
  })

  test('that it did not look at all, or at none, is no agreement', () => {
    const partial = 'new PodSecurity enforce level only checked against the first 3000 of 4200 existing pods'
    const here = [{ pod: 'a', pods: 4200, reasons: 'privileged' }]
    expect(compareWithServer(here, readWarnings([partial, HEAD, 'a (and 2999 other pods): privileged']))).toMatchObject({
      kind: 'differs',
      partial: 'the first 3000 of 4200',
    })
    const failed = 'failed to list pods while checking new PodSecurity enforce level'
    expect(compareWithServer([], readWarnings([failed]))).toEqual({ kind: 'unknown', why: failed })
  })

  test('that were cut off are compared as far as they go', () => {
    const reasons = Array.from({ length: 20 }, (_, i) => `reason number ${i}`).join(', ')
    const here = [{ pod: 'a', pods: 1, reasons }]
    expect(compareWithServer(here, readWarnings([HEAD, `a: ${reasons}`.slice(0, 256)])).kind).toBe('agrees')
    expect(compareWithServer(here, readWarnings([HEAD, 'a: reason number 0'])).kind).toBe('differs')
  })
})

test('the server is asked by a version that is not the label: it is silent about what stays', () => {
  const label = (version: string) => ({ level: 'restricted', version })
  expect(versionToAsk('restricted', 36, 'latest', {}, 36)).toBe('v1.36')
  expect(versionToAsk('restricted', 36, 'latest', label('latest'), 36)).toBe('v1.36')
  expect(versionToAsk('restricted', 36, 'latest', label('v1.36'), 36)).toBe('latest')
  expect(versionToAsk('restricted', 29, 'v1.29', label('v1.29'), 36)).toBe('v1.30')
  expect(versionToAsk('restricted', 31, 'v1.31', label('v1.31'), 36)).toBeUndefined()
  expect(versionToAsk('restricted', 36, 'latest', label('latest'), undefined)).toBeUndefined()
})

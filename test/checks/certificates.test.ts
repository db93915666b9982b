import { describe, expect, it } from 'vitest'
import { check } from '#checks/control-plane/certificate-expiry.ts'
import { run } from './support.ts'

const DAY = 86_400_000
const NOW = new Date('2026-06-01T12:00:00Z')
const at = (days: number) => new Date(NOW.getTime() + days * DAY).toISOString()

/** `status message` and what is said, of a certificate that holds from one day to another. */
function judged(from: number, until: number) {
  const certificate = `{ issuer: CN=x, notBefore: '${at(from)}', notAfter: '${at(until)}', names: 1, selfSigned: false }`
  return run(check, `${HEAD}certificate: ${certificate}\n`, { now: NOW }).map(({ status, message, params }) => ({
    status,
    message,
    params,
  }))
}
const HEAD = `apiVersion: probe.kubeharden/v1
kind: TlsProbe
metadata: { name: 10.0.0.1:6443 }
protocols: []
`

describe('certificate-expiry', () => {
  it('without a certificate nothing is known', () => {
    expect(run(check, HEAD, { now: NOW })).toMatchObject([{ status: 'unknown', message: 'unseen' }])
  })

  it.each([
    [-10, 31, 'pass', 'good'],
    [-10, 5, 'fail', 'soon'],
    [-10, 0, 'fail', 'soon'],
    [-10, -0.1, 'fail', 'expired'],
    [0.9, 90, 'pass', 'good'],
    [1.1, 90, 'fail', 'early'],
  ])('from day %s to day %s: %s', (from, until, status, message) => {
    expect(judged(from, until)).toMatchObject([{ status, message }])
  })

  it('says the day', () => {
    expect(judged(3, 90)[0]?.params).toEqual({ date: '2026-06-04' })
    expect(judged(-3, 90)[0]?.params).toEqual({ date: '2026-08-30', days: 90 })
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { readCertificate, readToken } from '#session/leaked.ts'

const jwt = (claims: object) => `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`

describe('a leaked token', () => {
  const own = { namespace: 'shop', serviceaccount: { name: 'ci', uid: 'u' } }
  test('of a pod: its account, its pod, its end', () => {
    const claims = { iss: 'https://k', sub: 'system:serviceaccount:shop:ci', iat: 1_700_000_000, exp: 1_700_003_600 }
    const pod = { ...own, pod: { name: 'ci-0', uid: 'p' }, node: { name: 'worker', uid: 'n' } }
    expect(readToken(`${jwt({ ...claims, 'kubernetes.io': pod })}\n`)).toEqual({
      kind: 'account-token',
      subject: { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' },
      groups: [],
      legacy: false,
      bound: { kind: 'Pod', name: 'ci-0' },
      issuer: 'https://k',
      issuedAt: '2023-11-14T22:13:20.000Z',
      expires: '2023-11-14T23:13:20.000Z',
    })
  })

  test('of an old Secret: it never ends', () => {
    const claims = {
      sub: 'system:serviceaccount:shop:ci',
      'kubernetes.io/serviceaccount/namespace': 'shop',
      'kubernetes.io/serviceaccount/secret.name': 'ci-token-x',
    }
    expect(readToken(jwt(claims))).toMatchObject({ legacy: true, bound: { kind: 'Secret', name: 'ci-token-x' } })
    expect(readToken(jwt(claims))).not.toHaveProperty('expires')
  })

  test('of a sign-in elsewhere: who that is, it does not say', () => {
    expect(readToken(jwt({ iss: 'https://login.example.org', sub: '4711' }))).toEqual({
      kind: 'other-token',
      issuer: 'https://login.example.org',
      says: '4711',
    })
  })

  test('anything else is refused without a word of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => `a.${Buffer.from(text).toString('base64url')}.b`),
        ),
        fc.boolean(),
        (text, token) => {
          try {
            expect(['account-token', 'other-token']).toContain((token ? readToken : readCertificate)(text).kind)
          } catch (error) {
            expect(error).toBeInstanceOf(HardenError)
            if (text.length > 3) expect(`${(error as HardenError).message} ${(error as HardenError).hint}`).not.toContain(text)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCredential, REDACTED, redactArgs, redactText } from '#model/objects/redact.ts'
import { safe, safeLines, say } from '#model/text.ts'

describe('safe', () => {
  it('leaves no character that moves the cursor or reorders text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safe(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      }),
    )
  })
  it('shows an escape sequence instead of obeying it', () => expect(safe('a\u001b[31mb')).toBe('a\\x1b[31mb'))
  it('keeps lines', () => expect(safeLines('a\nb\u0007')).toBe('a\nb\\x07'))
  it('fills holes and leaves unknown ones', () => expect(say({ en: '{a} {b}' }, 'zh', { a: 1 })).toBe('1 {b}'))
})

describe('redaction', () => {
  it.each([
    ['DB_PASSWORD', 'hunter22'],
    ['X', 'AKIAABCDEFGHIJKLMNOP'],
    ['URL', 'postgres://user:pw@db/x'],
    ['GITHUB', `ghp_${'a'.repeat(36)}`],
  ])('%s=%s is a credential', (name, value) => expect(isCredential(name, value)).toBe(true))
  it.each([
    ['TOKEN_FILE', '/var/run/token'],
    ['PASSWORD', ''],
    ['SECRET_NAME', 'db'],
    ['TOKEN_TTL', '3600'],
    ['PASSWORD', '$(DB_PASSWORD)'],
    ['URL', 'https://example.org/x'],
  ])('%s=%s is not', (name, value) => expect(isCredential(name, value)).toBe(false))
  it('never lets a password of an argument through', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{12,20}$/).filter((s) => !/^\d+$/.test(s)),
        (value) => {
          const args = redactArgs([
            `--db-password=${value}`,
            '--token',
            value,
            `psql postgres://u:${value}@h/d`,
            `export API_KEY=${value}; run`,
          ])
          expect(args.join(' ')).not.toContain(value)
          expect(args.join(' ')).toContain(REDACTED)
        },
      ),
    )
  })
  it('takes credentials out of a configuration file, again and again the same, and touches nothing else', () => {
    const config = `kind: ClusterConfiguration
apiServer:
  extraArgs:
  - name: token-auth-file
    value: /etc/tokens.csv
  - name: oidc-client-secret
    value: "hunter22"
  authenticationTokenWebhookCacheTTL: 2m0s
etcd:
  external:
    endpoints: [https://me:hunter22@etcd:2379]
dbPassword: 'hunter22'   # of the shop
key: |
  -----BEGIN RSA PRIVATE KEY-----
  aHVudGVyMjI=
  -----END RSA PRIVATE KEY-----
certificatesDir: /etc/kubernetes/pki
`
    const once = redactText(config)
    expect(once).not.toMatch(/hunter22|aHVudGVyMjI=/)
    expect(once.match(/\[redacted\]/g)).toHaveLength(4)
    for (const line of ['value: /etc/tokens.csv', 'WebhookCacheTTL: 2m0s', 'certificatesDir: /etc/kubernetes/pki', '   # of the shop'])
      expect(once).toContain(line)
    expect(redactText(once)).toBe(once)
    const line = fc.oneof(fc.constantFrom(...config.split('\n')), fc.string({ maxLength: 40 }))
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const first = redactText(lines.join('\n'))
        expect(redactText(first)).toBe(first)
      }),
    )
  })
  it('keeps the flags of a control plane readable', () => {
    const flags = [
      '--encryption-provider-config=/etc/kubernetes/enc/config.yaml',
      '--token-auth-file=/etc/t.csv',
      '--service-account-key-file=/x/sa.pub',
      '--tls-private-key-file=/x.key',
    ]
    expect(redactArgs(flags)).toEqual(flags)
  })
})

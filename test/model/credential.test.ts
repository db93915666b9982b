import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLeaked, isLeakedAnnotation, isLeakedIn, leakedArgs, leaksInside, looksRandom } from '#model/objects/credential.ts'
import { meta } from '#model/objects/meta.ts'
import { container } from '#model/objects/workload.ts'

/** Put together here, so that nobody's scanner takes this file for a leak. */
const RANDOM = ['q7Zt', 'Xw2L', 'mB9c', 'Ke4R', 'uY6n', 'Hs8D', 'vJ3f', 'Pg5A', 'Tz1o', 'Wi0E', 'Nk7x', 'Qr2U'].join('')
const HEX = ['9f2c', '4be1', '07ad', '83d6', '5a0f', 'c41b', '6e97', '2d38'].join('')
const KNOWN: readonly (readonly [string, string])[] = [
  ['AWS', `AKIA${'Q3W7E5R2T9Y1U4I8'}`],
  ['GitHub', `ghp_${RANDOM.slice(0, 36)}`],
  ['GitHub, fine-grained', `github_pat_${RANDOM}`],
  ['GitLab', `glpat-${RANDOM.slice(0, 20)}`],
  ['Slack', `xoxb-${RANDOM.slice(0, 24)}`],
  ['a Slack webhook', `https://hooks.slack.com/services/T0${RANDOM.slice(0, 8)}/B0${RANDOM.slice(8, 16)}/${RANDOM.slice(16, 40)}`],
  ['a JWT', `eyJ${RANDOM.slice(0, 20)}.eyJ${RANDOM.slice(0, 30)}.${RANDOM.slice(0, 40)}`],
  ['Google', `AIza${RANDOM.slice(0, 35)}`],
  ['Vault', `hvs.${RANDOM.slice(0, 24)}`],
  ['a private key', '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----'],
  ['a URL', 'amqp://shop:hunter22@mq.shop.svc:5672/'],
]

describe('known formats, under any name and inside any text', () => {
  test.each(KNOWN)('%s', (_, value) => {
    expect(isLeaked('X', value)).toBe(true)
    expect(leaksInside(`# a script\ncurl -H "x: ${value}" https://example.org\n`)).toBe(true)
    expect(leakedArgs(['sh', '-c', `run ${value}`])).toEqual([2])
    expect(isLeakedAnnotation('example.com/note', value)).toBe(true)
  })
  test.each([
    ['the example of AWS’ documentation', `AKIA${'IOSFODNN7EXAMPLE'}`],
    ['filled with one letter', `ghp_${'a'.repeat(36)}`],
    ['a digest', `sha256:${HEX}${HEX}`],
    ['a commit', `${HEX}${HEX.slice(0, 8)}`],
    ['a URL without a password', 'https://shop@example.org/x'],
    ['a URL with a reference', 'postgres://shop:$(DB_PASSWORD)@db/x'],
    ['a URL with a hole', 'postgres://user:<password>@db/x'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'],
  ])('not %s', (_, value) => {
    expect(isLeaked('X', value)).toBe(false)
    expect(leaksInside(value)).toBe(false)
  })
})

describe('names and values', () => {
  test.each([
    ['DB_PASSWORD', 'correct-horse'],
    ['POSTGRES_PASSWORD', 'password'],
    ['MINIO_SECRET_KEY', 'password'],
    ['rootPasswd', 'x'],
    ['client-secret', 'kQ83hd02'],
    ['API_TOKEN', 'abcdef123'],
    ['SESSION_SECRET', RANDOM.slice(0, 24)],
    ['hmac', HEX],
    ['spring.datasource.password', 'hunter2'],
  ])('%s=%s', (name, value) => {
    expect(isLeaked(name, value)).toBe(true)
  })
  test.each([
    ['PASSWORD_FILE', '/run/secrets/db'],
    ['PASSWORD', '/run/secrets/db'],
    ['PASSWORD', '$(DB_PASSWORD)'],
    ['password', '$DB_PASSWORD'],
    ['password', '{{ .Values.password }}'],
    ['PASSWORD', '********'],
    ['PASSWORD', '<password>'],
    ['password', 'REPLACE_ME'],
    ['PASSWORD_MIN_LENGTH', '12'],
    ['passwordPolicy', 'strict'],
    ['DISABLE_PASSWORD', 'abc'],
    ['TOKEN_TTL', '24h'],
    ['TOKEN_AUDIENCE', 'vault-1a2b3c4d'],
    ['SECRET_NAME', 'shop-db-1'],
    ['secretName', 'q7ZtXw2LmB9cKe4RuY6n'],
    ['TLS_SECRET', 'ingress-nginx-admission'],
    ['AWS_CREDENTIALS', 'aws-creds'],
    ['tokenReview', 'enabled'],
    ['API_KEY_ID', 'abc123def456'],
    ['secret', 'word'],
    ['PUBLIC_KEY', RANDOM],
    ['MONKEY', 'banana'],
    ['IMAGE', `registry.example.com/a/b:1.2.3@sha256:${HEX}${HEX}`],
    ['GOOGLE_APPLICATION_CREDENTIALS', '/etc/cloud-sa/cloud-sa.json'],
  ])('not %s=%s', (name, value) => {
    expect(isLeaked(name, value)).toBe(false)
  })
})

describe('files and scripts', () => {
  test.each([
    ['properties', 'host=db\npassword=hunter2\n'],
    ['YAML', 'db:\n  user: shop\n  password: "hunter2"   # of the shop\n'],
    ['a list in YAML', 'users:\n- password: hunter2\n'],
    ['shell', '#!/bin/sh\nexport DB_PASSWORD=hunter2\n'],
    ['JSON', '{\n  "apiKey": "q7ZtXw2LmB9c",\n  "x": 1\n}\n'],
  ])('%s', (_, text) => {
    expect(isLeakedIn('file', text)).toBe(true)
  })
  test.each([
    ['a comment', '# password=hunter2\n'],
    ['code', 'token = f.read().strip()\npassword = os.environ["DB_PASSWORD"]\nif password == x:\n'],
    ['a schema', 'properties:\n  password:\n    type: string\n  token: string\n'],
    ['references', 'password: $DB_PASSWORD\ntoken: file:/run/token\n'],
    ['prose', 'The password: it is kept in a Secret.\n'],
    ['names of Secrets', 'passwordSecret:\n  name: db\n  key: password\ncredentialsSecret: "jaeger-creds"\n'],
  ])('not %s', (_, text) => {
    expect(isLeakedIn('file', text)).toBe(false)
  })
})

test.each([
  [['--requirepass', 'hunter2'], [1]],
  [['--db-password=hunter2'], [0]],
  [['PGPASSWORD=hunter2', 'psql'], [0]],
  [['sh', '-c', 'export DB_PASSWORD=hunter2\nrun'], [2]],
  [['--password', '--verbose'], []],
  [['--password', '$(PASSWORD)'], []],
  [['--token-auth-file=/etc/t.csv', '--tls-private-key-file=/x.key'], []],
  [['--service-account-signing-key-file', '/etc/sa.key'], []],
  [['--secret-name=web', '--token-ttl=24h'], []],
])('%j: %j', (args, expected) => {
  expect(leakedArgs(args)).toEqual(expected)
})

describe('at the door', () => {
  const secret = fc.constantFrom(...KNOWN.map(([, value]) => value))
  test('a container tells where, and no value is in it', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const read = container.parse({ name: 'c', args: ['--x', value], command: ['sh', '-c', `a ${value}`], env: [{ name: 'X', value }] })
        expect(read.credentialArgs).toEqual(['command[2]', 'args[1]'])
        expect(read.env[0]?.credential).toBe(true)
        expect(JSON.stringify(read)).not.toContain(
          JSON.stringify(value)
            .slice(1, -1)
            .replace(/^amqp.*/, 'hunter22'),
        )
        expect(container.parse(read)).toEqual(read)
      }),
    )
  })
  test('an annotation tells that it holds one, also inside a copy', () => {
    const applied = (env: object) => JSON.stringify({ spec: { template: { spec: { containers: [{ name: 'c', env: [env] }] } } } })
    const key = 'kubectl.kubernetes.io/last-applied-configuration'
    const read = (value: string) => meta.parse({ name: 'a', annotations: { [key]: value } }).annotations[key]
    expect(read(applied({ name: 'DB_PASSWORD', value: 'hunter2' }))).toBe('[redacted]')
    expect(read(applied({ name: 'DB_HOST', value: 'db' }))).toBe('')
    expect(read(applied({ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }))).toBe('')
    expect(read(JSON.stringify({ spec: { containers: [{ args: ['--password', 'hunter2'] }] } }))).toBe('[redacted]')
    expect(read('{"cut off')).toBe('')
    const once = meta.parse({ name: 'a', annotations: { [key]: '{"password":"hunter2"}' } })
    expect(meta.parse(once)).toEqual(once)
  })
})

test('random is long, mixed and no word', () => {
  for (const text of [RANDOM, HEX, RANDOM.slice(0, 20)]) expect(looksRandom(text)).toBe(true)
  for (const text of [
    'my-secret-name-of-the-shop',
    'aaaaaaaaaaaaaaaaaaaa1',
    'kubernetes.io/service-account',
    'short1A',
    '12345678901234567890',
  ])
    expect(looksRandom(text)).toBe(false)
})

test('hostile text is read in no time', () => {
  for (const piece of ['a', 'A', '=', ':', 'password=', 'eyJ', '-----BEGIN ', 'a://', 'x:y@', '"', ' ', 'pass.'])
    for (const text of [piece.repeat(100_000 / piece.length), `password=${piece.repeat(100_000 / piece.length)}`]) {
      const from = performance.now()
      isLeakedIn('x', text)
      isLeakedIn(piece.repeat(1000), `${text}\n`)
      expect(performance.now() - from, piece).toBeLessThan(1500)
    }
})

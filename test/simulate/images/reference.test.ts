import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fullName, fullNameOf, type ImageReference, isLatest, isReference, parseImage, registryOf } from '#simulate/images/reference.ts'

interface Golden extends Partial<ImageReference> {
  readonly in: string
  readonly full?: string
}
const goldens = JSON.parse(readFileSync(new URL('goldens/references.json', import.meta.url), 'utf8')) as readonly Golden[]

test('thousands of names are read as github.com/distribution/reference reads them', () => {
  const wrong: unknown[] = []
  for (const golden of goldens) {
    const { in: text, full, ...parts } = golden
    const parsed = parseImage(text)
    const expected = parts.path === undefined ? undefined : { domain: '', ...parts }
    const found = isReference(parsed) ? parsed : undefined
    if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(expected))) wrong.push({ golden, parsed })
    if (found !== undefined && full !== undefined && fullNameOf(found) !== full) wrong.push({ golden, full: fullNameOf(found) })
  }
  expect(wrong.slice(0, 5)).toEqual([])
  expect(goldens.length).toBeGreaterThan(3999)
  expect(goldens.filter((g) => g.path !== undefined).length).toBeGreaterThan(800)
})

const sorted = (value: object | undefined) => value && Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest'],
  ['localhost/app', 'localhost/app:latest'],
  ['localhost:5000/app', 'localhost:5000/app:latest'],
  ['registry:5000/app:2', 'registry:5000/app:2'],
  ['registry/app', 'docker.io/registry/app:latest'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  [`app:1@sha256:${'a'.repeat(64)}`, `docker.io/library/app@sha256:${'a'.repeat(64)}`],
  ['localhost:5000', 'docker.io/library/localhost:5000'],
])('%s is %s', (short, long) => {
  expect(fullName(short)).toBe(long)
})

test.each([
  ['', 'empty'],
  ['a'.repeat(64), 'identifier'],
  ['Nginx', 'uppercase'],
  ['nginx:', 'malformed'],
  ['nginx:a b', 'malformed'],
  ['nginx@sha256:abc', 'malformed'],
  [`nginx@md5:${'a'.repeat(32)}`, 'digest'],
  [`nginx@sha256:${'a'.repeat(63)}`, 'digest'],
  ['https://registry.example.com/app', 'malformed'],
  ['registry.example.com/', 'malformed'],
  ['{{ .Values.image }}', 'uppercase'],
  [`x/${'a/'.repeat(127)}b`, 'long'],
])('%s is no name of an image: %s', (text, why) => {
  expect(parseImage(text)).toBe(why)
})

const component = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,4})?$/)
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)
const digest = fc.stringMatching(/^[a-f0-9]{64}$/).map((hex) => `sha256:${hex}`)
const reference = fc.record(
  {
    domain: fc.constantFrom('registry.example.com', 'localhost:5000', '10.0.0.1:5000', 'docker.io', '[::1]:5000'),
    path: fc.array(component, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/')),
    tag,
    digest,
  },
  { requiredKeys: ['domain', 'path'] },
)
const written = ({ domain, path, tag: t, digest: d }: ImageReference) =>
  `${domain}/${path}${t === undefined ? '' : `:${t}`}${d === undefined ? '' : `@${d}`}`

test('what is put together is taken apart again', () => {
  fc.assert(
    fc.property(reference, (parts) => {
      expect(parseImage(written(parts))).toEqual(parts)
    }),
  )
})

test('a full name is its own full name, and of the same registry', () => {
  fc.assert(
    fc.property(fc.oneof(reference.map(written), fc.string(), fc.constantFrom(...goldens.map((g) => g.in))), (name) => {
      const full = fullName(name)
      expect(fullName(full)).toBe(full)
      expect(registryOf(full)).toBe(registryOf(name))
    }),
  )
})

test('with a digest a tag decides nothing, and it is never latest', () => {
  fc.assert(
    fc.property(reference, digest, tag, (parts, d, t) => {
      const pinned = { ...parts, digest: d, tag: t }
      expect(isLatest(pinned)).toBe(false)
      expect(fullNameOf(pinned)).toBe(fullNameOf({ domain: parts.domain, path: parts.path, digest: d }))
    }),
  )
})

test('a hostile name is read in no time', () => {
  for (const piece of ['a-', 'a_', 'a.', 'a/', 'A', '__', ':a', '@a', '-'])
    for (const end of ['', '!', '/'])
      for (const start of ['', 'a.b/', 'a:']) {
        const from = performance.now()
        parseImage(`${start}${piece.repeat(20_000)}${end}`)
        expect(performance.now() - from).toBeLessThan(500)
      }
})

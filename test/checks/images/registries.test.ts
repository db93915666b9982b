import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { check } from '#checks/images/trusted-registry.ts'
import type { Settings } from '#model/settings.ts'
import { trustedRegistry } from '#model/settings.ts'
import { isReference, parseImage } from '#simulate/images/reference.ts'
import { isTrusted } from '#simulate/images/trusted.ts'
import { context, seen, workload } from '../encryption/support.ts'

const trusts = (image: string, ...prefixes: string[]) => {
  const parsed = parseImage(image)
  return isReference(parsed) && isTrusted(parsed, prefixes)
}

test.each([
  ['registry.example.com/team/web:1', 'registry.example.com/team', true],
  ['registry.example.com/team', 'registry.example.com/team', true],
  ['registry.example.com/team-evil/web:1', 'registry.example.com/team', false],
  ['registry.example.com/teams', 'registry.example.com/team', false],
  ['registry.example.com.evil.example/team/web', 'registry.example.com', false],
  ['registry.example.com:5000/web', 'registry.example.com', false],
  ['registry.example.com:5000/web', 'registry.example.com:5000', true],
  ['evil.example/registry.example.com/web', 'registry.example.com', false],
  ['nginx', 'docker.io/library', true],
  ['nginx', 'index.docker.io', true],
  ['docker.io/bitnami/redis', 'docker.io/library', false],
  ['localhost:5000/web', 'localhost:5000', true],
  ['localhost:5000/web', 'localhost', false],
  ['Registry.example.com/web', 'registry.example.com', true],
  ['web:1', 'registry.example.com', false],
])('%s, trusting %s: %s', (image, prefix, expected) => {
  expect(trusts(image, prefix)).toBe(expected)
})

test('a longer last part is never trusted with a shorter one', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,6}$/)
  fc.assert(
    fc.property(part, part, part, (team, more, app) => {
      expect(trusts(`registry.example.com/${team}${more}/${app}`, `registry.example.com/${team}`)).toBe(false)
      expect(trusts(`registry.example.com/${team}/${more}/${app}`, `registry.example.com/${team}`)).toBe(true)
      expect(trusts(`registry.example.com${more}/${team}`, 'registry.example.com')).toBe(false)
    }),
  )
})

describe('what is a registry', () => {
  test.each([
    'registry.example.com',
    'ghcr.io/my-team',
    'docker.io/library/nginx',
    'localhost',
    'localhost:5000',
    'registry:5000/a',
    '10.0.0.1:5000',
    '[::1]:5000',
    ' Registry.Example.com/a/ ',
  ])('%s is', (text) => {
    expect(trustedRegistry.safeParse(text).success).toBe(true)
  })
  test.each([
    '',
    '/',
    'library',
    'my-team/web',
    'https://registry.example.com',
    'registry.example.com/a:1',
    'registry.example.com/*',
    '*',
    'a b.com',
    'registry.example.com//a',
    `a.b/${'x'.repeat(3)}@sha256:1`,
  ])('%s is not', (text) => {
    expect(trustedRegistry.safeParse(text).success).toBe(false)
  })
})

describe('check', () => {
  const web = (image: string) => workload('web', { containers: [{ name: 'c', image }] })
  const judge = (objects: readonly object[], settings?: Settings) => {
    const lists = seen(objects.map((o) => JSON.stringify(o)).join('\n---\n'))
    return [...check.evaluate(lists, { ...context(), ...(settings === undefined ? {} : { settings }) })].map(
      (f) => `${f.object.name}: ${f.status} ${f.message}`,
    )
  }
  test.each([
    ['none is said', [web('nginx')], undefined, ['cluster: unknown unsaid']],
    ['settings say something else', [web('nginx')], {}, ['cluster: unknown unsaid']],
    ['nothing runs', [], undefined, []],
    ['trusted', [web('ghcr.io/a/b')], { trustedRegistries: ['ghcr.io/a'] }, ['web: pass trusted']],
    ['not trusted', [web('ghcr.io/ab/b')], { trustedRegistries: ['ghcr.io/a', 'quay.io'] }, ['web: fail foreign']],
  ])('%s', (_, objects, settings, expected) => {
    expect(judge(objects, settings)).toEqual(expected)
  })
})

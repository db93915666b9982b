import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { parseEvidence, withEvidence } from '#session/evidence.ts'

const now = new Date('2026-06-01T00:00:00Z')
const good = {
  schemaVersion: 1,
  metadata: { name: 'n1' },
  hostname: 'n1',
  takenAt: '2026-05-30T08:00:00Z',
  asRoot: true,
  kubelet: true,
  files: [{ what: 'cni', path: '/a', type: 'file', mode: '600', uid: 0, gid: 0, owner: 'root', group: 'root' }],
  unreadable: [],
  sha256: {},
}
const read = (value: unknown) => parseEvidence(JSON.stringify(value), 'n.json', now)

describe('what is imported', () => {
  test.each([
    ['a mode that is none', { ...good, files: [{ ...good.files[0], mode: '999' }] }],
    ['a relative path', { ...good, files: [{ ...good.files[0], path: 'etc' }] }],
    ['an unknown role', { ...good, files: [{ ...good.files[0], what: 'x' }] }],
    ['a name with a control character', { ...good, metadata: { name: 'n\u001b[2J' } }],
    ['too many files', { ...good, files: Array.from({ length: 5001 }, () => good.files[0]) }],
    ['the future', { ...good, takenAt: '2027-01-01T00:00:00Z' }],
    ['another version', { ...good, schemaVersion: 2 }],
  ])('%s is refused with what to do', (_, value) => {
    expect(() => read(value)).toThrow(HardenError)
  })

  test('whatever is given, it is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseEvidence(text, 'x', now)
        } catch (error) {
          expect(error).toBeInstanceOf(HardenError)
        }
      }),
    )
  })

  test('the newest of a node wins', () => {
    const newer = { ...good, takenAt: '2026-05-31T08:00:00Z' }
    expect(withEvidence([read(good)], [read(newer)]).all).toEqual([read(newer)])
    expect(withEvidence([read(newer)], [read(good)])).toMatchObject({ all: [read(newer)], taken: [], older: [read(good)] })
  })
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const KEYS = 'kind: EncryptionConfiguration # and a key: c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTIzNDU2Nzg='

describe.each([['dash'], ['busybox', 'sh']])('the script under %s', (...shell) => {
  const [command = '', ...words] = shell
  const runIn = (root: string) => {
    const args = [...words, 'templates/node-evidence/kubeharden-evidence.sh', '--root', root]
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  }

  test.each([
    ['as the API server sees it', 'proc/4711/root/enc/keys.yaml'],
    ['on the node, where its process may not be looked into', 'enc/keys.yaml'],
  ])('sums up the encryption configuration %s, and shows none of it', (_, place) => {
    const root = mkdtempSync(join(tmpdir(), 'evidence-'))
    try {
      mkdirSync(join(root, 'proc/4711'), { recursive: true })
      writeFileSync(join(root, 'proc/4711/cmdline'), '/usr/bin/kube-apiserver\0--encryption-provider-config\0/enc/keys.yaml\0')
      mkdirSync(join(root, place, '..'), { recursive: true })
      writeFileSync(join(root, place), KEYS)
      mkdirSync(join(root, 'etc'))
      writeFileSync(join(root, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n')
      const text = runIn(root)
      expect(text).not.toContain('c2VjcmV0')
      const sums = { 'encryption-config': sha256(KEYS), 'machine-id': sha256('0123456789abcdef0123456789abcdef') }
      expect(parseEvidence(text, 'script', new Date()).sha256).toEqual(sums)
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  test('prints valid evidence, whatever the files are called', () => {
    const root = mkdtempSync(join(tmpdir(), 'evidence-'))
    try {
      const pki = join(root, 'etc/kubernetes/pki')
      mkdirSync(pki, { recursive: true })
      for (const name of ['a"b.key', 'c\nd é😀\\.crt']) writeFileSync(join(pki, name), 'secret')
      chmodSync(join(pki, 'a"b.key'), 0o640)
      const text = runIn(root)
      expect(text).not.toContain('secret')
      const found = parseEvidence(text, 'script', new Date())
      expect(found.files.find(({ what }) => what === 'pki-key')).toMatchObject({ path: '/etc/kubernetes/pki/a"b.key', mode: '640' })
      expect(found.files.find(({ what }) => what === 'pki-certificate')?.path).toBe('/etc/kubernetes/pki/c\nd é😀\\.crt')
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})

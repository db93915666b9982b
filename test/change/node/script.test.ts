import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { planLines } from '../../../src/change/node/lines.ts'
import { loadNodeScript } from '../../../src/change/templates.ts'
import type { FlagEdit, KubeletSetting, NodeMount, NodePlan } from '../../../src/model/node.ts'
import type { Json } from '../../../src/model/refs.ts'
import { planOf } from './plan.ts'

const script = loadNodeScript()
const dir = mkdtempSync(path.join(tmpdir(), 'kubeharden-script-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** Every shell of nodes and guards that this machine has. */
const SHELLS = [['dash'], ['busybox', 'sh']].filter(([program = '', ...args]) => spawnSync(program, [...args, '-c', ':']).status === 0)

/** One function of the script, called by itself. */
function call(name: string, shell: readonly string[], files: readonly string[], args: readonly string[], component = 'kube-apiserver') {
  const body = script.slice(script.indexOf(`\n${name}() {`) + 1)
  const text = `component=${component}\n${body.slice(0, body.indexOf('\n}\n') + 3)}\n${name} "$@"\n`
  const paths = files.map((content, i) => {
    const file = path.join(dir, `${i}`)
    writeFileSync(file, content)
    return file
  })
  const [program = 'sh', ...more] = shell
  return spawnSync(program, [...more, '-c', text, 'sh', ...args, ...paths], { encoding: 'utf8' })
}

const MANIFEST = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { labels: { component: 'kube-apiserver' }, name: 'kube-apiserver', namespace: 'kube-system' },
  spec: {
    containers: [
      {
        command: ['kube-apiserver', '--advertise-address=10.0.0.1', '--profiling=true', '--secure-port=6443'],
        image: 'registry.k8s.io/kube-apiserver:v1.36.3',
        name: 'kube-apiserver',
        volumeMounts: [{ mountPath: '/etc/kubernetes/pki', name: 'k8s-certs', readOnly: true }],
      },
    ],
    hostNetwork: true,
    volumes: [{ hostPath: { path: '/etc/kubernetes/pki', type: 'DirectoryOrCreate' }, name: 'k8s-certs' }],
  },
  status: {},
}
const KUBEADM = { indentSeq: false, lineWidth: 0 } as const
const manifest = stringify(MANIFEST, KUBEADM)

const edits = (more: Partial<NodePlan>) => planLines(planOf(more), 'node-1', 'run-1', [])

describe('the script', () => {
  test.each(SHELLS)('is read by %s', (...shell) => {
    const [program = 'sh', ...args] = shell
    execFileSync(program, [...args, '-n', path.join('templates', 'node', 'kubeharden-node.sh')])
    expect(readFileSync(path.join('templates', 'node', 'kubeharden-node.sh'), 'utf8')).toBe(script)
  })

  test('edits manifests as the YAML says: the same by any shell, twice as once', () => {
    const name = fc.constantFrom('profiling', 'secure-port', 'audit-log-path', 'tls-min-version', 'x')
    const value = fc.stringMatching(/^[A-Za-z0-9_./:,=@+*%-]{0,20}$/)
    const flags = fc.uniqueArray(fc.record({ name, value: fc.option(value, { nil: undefined }) }), {
      selector: (f) => f.name,
      maxLength: 4,
    })
    const mounts = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('audit', 'logs', 'enc'),
        hostPath: fc.constantFrom('/a', '/etc/kubernetes/enc', '/var/log/kubernetes'),
        mountPath: fc.constantFrom('/m', '/etc/kubernetes/enc', '/var/log/audit'),
        readOnly: fc.boolean(),
        type: fc.constantFrom('Directory' as const, 'DirectoryOrCreate' as const, 'File' as const),
      }),
      { selector: (m) => m.name, maxLength: 2 },
    )
    fc.assert(
      fc.property(flags, mounts, fc.constantFrom(...SHELLS), (given, mounted, shell) => {
        fc.pre(new Set(mounted.map((m) => m.mountPath)).size === mounted.length)
        const lines = edits({ flags: given as FlagEdit[], mounts: mounted as NodeMount[] })
        const once = call('manifest', shell, [manifest, lines], ['edit'])
        expect(once.stderr).toBe('')
        expect(parse(once.stdout, { version: '1.1' })).toEqual(wanted(given as FlagEdit[], mounted as NodeMount[]))
        expect(call('manifest', shell, [once.stdout, lines], ['edit']).stdout).toBe(once.stdout)
      }),
      { numRuns: 60 },
    )
  })

  test('what was put there goes again: flags and mounts taken away leave the manifest as it was, byte for byte', () => {
    const part = fc.stringMatching(/^[a-z]{1,8}$/)
    const paths = fc.uniqueArray(
      part.filter((p) => p !== 'pki'),
      { minLength: 1, maxLength: 3 },
    )
    fc.assert(
      fc.property(paths, fc.boolean(), fc.constantFrom(...SHELLS), (names, foreign, shell) => {
        const mounts = names.map((name, i): NodeMount => {
          const path = `/etc/kubernetes/${name}`
          return { name: `v-${i}`, hostPath: path, mountPath: path, readOnly: i % 2 === 0, type: 'DirectoryOrCreate' }
        })
        const flags = names.map((name, i): FlagEdit => ({ name: `flag-${i}`, value: `/etc/kubernetes/${name}/x.yaml` }))
        const there = call('manifest', shell, [manifest, edits({ flags, mounts })], ['edit'])
        expect(there.stderr).toBe('')
        const unmounts = mounts.map(({ name, hostPath, mountPath }) => ({
          name,
          hostPath: foreign ? `${hostPath}-x` : hostPath,
          mountPath,
        }))
        const back = call('manifest', shell, [there.stdout, edits({ flags: flags.map(({ name }) => ({ name })), unmounts })], ['edit'])
        expect(back.stderr).toBe('')
        // A mount of the same name that leads somewhere else is somebody else's.
        const stays = call('manifest', shell, [there.stdout, edits({ flags: flags.map(({ name }) => ({ name })) })], ['edit'])
        expect(back.stdout).toBe(foreign ? stays.stdout : manifest)
        const needed = call('manifest', shell, [there.stdout, edits({ unmounts })], ['edit'])
        expect(needed.status).toBe(foreign ? 0 : 3)
        if (!foreign) expect(needed.stderr).toContain('still needs the mount')
      }),
      { numRuns: 40 },
    )
  })

  test.each([
    ['a flag in two words', manifest.replace('--profiling=true', '--profiling\n    - "true"'), 'two words'],
    ['two containers', manifest.replace('  hostNetwork', '  - name: other\n  hostNetwork'), 'more than one container'],
    ['another program', manifest.replace('- kube-apiserver\n', '- sh\n'), 'starts sh'],
    ['a tab', manifest.replace('  hostNetwork', '\thostNetwork'), 'tab'],
    ['flow style', JSON.stringify(MANIFEST), 'not a Pod'],
    ['a flag twice', manifest.replace('--secure-port', '--profiling=false\n    - --secure-port'), '2 times'],
  ])('refuses a manifest with %s', (_, text, why) => {
    for (const shell of SHELLS) {
      const ran = call('manifest', shell, [text, edits({ flags: [{ name: 'profiling', value: 'false' }] })], ['edit'])
      expect(ran.status).toBe(3)
      expect(ran.stderr).toContain(why)
    }
  })

  test('edits the kubelet’s configuration as the YAML says', () => {
    const before = {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      authentication: { anonymous: { enabled: true }, webhook: { cacheTTL: '0s', enabled: true } },
      clusterDNS: ['10.96.0.10'],
      crashLoopBackOff: {},
      kind: 'KubeletConfiguration',
      logging: { flushFrequency: 0, options: { json: { infoBufferSize: '0' } } },
    }
    const where = fc.constantFrom(
      ['authentication', 'anonymous', 'enabled'],
      ['authentication', 'x509', 'clientCAFile'],
      ['clusterDNS'],
      ['podPidsLimit'],
      ['crashLoopBackOff', 'maxContainerRestartPeriod'],
      ['logging', 'flushFrequency'],
      ['eviction', 'hard', 'memory'],
    )
    const what = fc.oneof(
      fc.boolean(),
      fc.integer({ min: 0, max: 9999 }),
      fc.constantFrom('5s', 'a b'),
      fc.constant(['A', 'B']),
      fc.constant({ a: '1' }),
    )
    const settings = fc.uniqueArray(fc.record({ path: where, value: what }), { selector: (s) => s.path.join('.'), maxLength: 4 })
    fc.assert(
      fc.property(settings, fc.constantFrom(...SHELLS), (given, shell) => {
        const lines = edits({ component: 'kubelet', settings: given as unknown as KubeletSetting[] })
        const once = call('kubelet_edit', shell, [stringify(before, KUBEADM), lines], [], 'kubelet')
        expect(once.stderr).toBe('')
        const after = structuredClone(before) as unknown as Record<string, Json>
        for (const { path: at, value } of given) setIn(after, at, value as Json)
        expect(parse(once.stdout)).toEqual(after)
        expect(call('kubelet_edit', shell, [once.stdout, lines], [], 'kubelet').stdout).toBe(once.stdout)
      }),
      { numRuns: 60 },
    )
  })

  const encryption = (bytes: number, provider = 'secretbox') =>
    `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources:\n      - secrets\n    providers:\n      - ${provider}:\n          keys:\n            - name: key1\n              secret: ${Buffer.alloc(bytes, 7).toString('base64')}\n      - identity: {}\n`

  test('names the providers and keys of an EncryptionConfiguration, the one that writes first', () => {
    const kms = '      - kms:\n          apiVersion: v2\n          name: "vault"\n          endpoint: unix:///run/kms/x.sock\n'
    for (const shell of SHELLS)
      expect(call('configured_in', shell, [encryption(32).replace('      - identity', `${kms}      - identity`)], []).stdout).toBe(
        'secretbox:key1\nkms:vault\nidentity\n',
      )
  })

  test.each([
    ['encryption-configuration', encryption(32), ''],
    ['encryption-configuration', encryption(16, 'aescbc'), ''],
    ['encryption-configuration', encryption(16), 'a key of secretbox has 16 bytes'],
    ['encryption-configuration', encryption(31, 'aesgcm'), 'a key of aesgcm has 31 bytes'],
    ['encryption-configuration', encryption(32).replace('secretbox', 'rot13'), 'no such provider'],
    ['encryption-configuration', 'kind: Policy\n', 'not an EncryptionConfiguration'],
    ['audit-policy', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n', ''],
    ['audit-policy', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Everything\n', 'no such level'],
    ['audit-policy', 'apiVersion: audit.k8s.io/v1\nkind: Policy\n', 'it has no rules'],
  ])('looks at a file of kind %s before it goes live (%#)', (kind, text, why) => {
    for (const shell of SHELLS) {
      const { stdout } = call('look_at_file', shell, [text], [kind])
      if (why === '') expect(stdout).toBe('')
      else expect(stdout).toContain(why)
      expect(stdout).not.toContain('Bwc')
    }
  })
})

/** The manifest as it must read after the edits. */
function wanted(flags: readonly FlagEdit[], mounts: readonly NodeMount[]): unknown {
  const after = structuredClone(MANIFEST)
  const container = after.spec.containers[0]
  if (container === undefined) throw new Error('no container')
  for (const { name, value } of flags) {
    const at = container.command.findIndex((word) => word.startsWith(`--${name}=`))
    if (value === undefined) container.command = container.command.filter((_, i) => i !== at)
    else if (at >= 0) container.command[at] = `--${name}=${value}`
    else container.command.push(`--${name}=${value}`)
  }
  for (const { name, hostPath, mountPath, readOnly, type } of mounts) {
    container.volumeMounts.push({ mountPath, name, ...(readOnly ? { readOnly } : {}) } as (typeof container.volumeMounts)[number])
    after.spec.volumes.push({ hostPath: { path: hostPath, type }, name })
  }
  return after
}

function setIn(map: Record<string, Json>, at: readonly string[], value: Json): void {
  const [key = '', ...rest] = at
  if (rest.length === 0) map[key] = value
  else {
    map[key] ??= {}
    setIn(map[key] as Record<string, Json>, rest, value)
  }
}

test('what no line can hold is refused', () => {
  const bad: Partial<NodePlan>[] = [
    { flags: [{ name: 'a', value: 'two words' }] },
    { flags: [{ name: 'a', value: '"' }] },
    { flags: [{ name: 'a;b', value: '' }] },
    { flags: [{ name: 'a', value: '$(x)' }] },
    { loads: '/etc/../x' },
    { mounts: [{ name: 'true', hostPath: '/a', mountPath: '/a', readOnly: true, type: 'Directory' }] },
    { component: 'kubelet', settings: [{ path: ['a'], value: "it's\n" }] },
  ]
  for (const one of bad) expect(() => edits(one), JSON.stringify(one)).toThrow()
})

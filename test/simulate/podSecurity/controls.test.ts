import { describe, expect, test } from 'vitest'
import { type Item, KINDS } from '../../../src/model/kinds.ts'
import type { PodSecurityLevel } from '../../../src/model/podSecurity.ts'
import type { Control } from '../../../src/simulate/podSecurity/control.ts'
import { evaluatePod } from '../../../src/simulate/podSecurity/evaluate.ts'
import { CONTROLS, makeRegistry, registry } from '../../../src/simulate/podSecurity/registry.ts'
import { minorOf, parsePolicyVersion, sameRules } from '../../../src/simulate/podSecurity/version.ts'

const GOOD = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
const podOf = (spec: object, annotations = {}) => {
  const raw = { metadata: { name: 'x', annotations }, spec: { containers: [{ name: 'c', securityContext: GOOD }], ...spec } }
  const pod = KINDS.pods.schema.parse(raw) as Item<'pods'>
  return { annotations: pod.metadata.annotations, spec: pod.spec }
}
const told = (level: PodSecurityLevel, minor: number, spec: object, annotations = {}) =>
  evaluatePod(level, minor, podOf(spec, annotations)).map((v) => ({ check: v.check, fields: v.fields }))
const SAFE = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } }

describe('controls', () => {
  test('ephemeral containers, which no create can bring, are looked at as well', () => {
    const spec = { ...SAFE, ephemeralContainers: [{ name: 'debug', securityContext: { privileged: true } }] }
    expect(told('restricted', 36, spec)).toEqual([
      { check: 'privileged', fields: ['spec.ephemeralContainers[0].securityContext.privileged'] },
      { check: 'allowPrivilegeEscalation', fields: ['spec.ephemeralContainers[0].securityContext.allowPrivilegeEscalation'] },
      { check: 'capabilities_restricted', fields: ['spec.ephemeralContainers[0].securityContext.capabilities.drop'] },
    ])
  })

  test('sysctls of v1.37 are refused before it', () => {
    const spec = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies' }, { name: 'net.ipv4.tcp_notsent_lowat' }] } }
    expect(told('baseline', 36, spec)).toEqual([{ check: 'sysctls', fields: ['spec.securityContext.sysctls[1].name'] }])
    expect(told('baseline', 37, spec)).toEqual([])
  })

  test('a pod on the network of its node takes its own ports there, said or not', () => {
    const spec = { hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort: 80 }] }] }
    expect(told('baseline', 36, spec)).toEqual([
      { check: 'hostNamespaces', fields: ['spec.hostNetwork'] },
      { check: 'hostPorts', fields: ['spec.containers[0].ports[0].hostPort'] },
    ])
  })

  test('a volume of a type that is not known yet is refused by restricted only', () => {
    const spec = { ...SAFE, volumes: [{ name: 'a', emptyDir: {} }, { name: 'b' }, { name: 'c', quantumDisk: { id: 1 } }] }
    expect(told('baseline', 36, spec)).toEqual([])
    expect(told('restricted', 36, spec)).toEqual([{ check: 'restrictedVolumes', fields: ['spec.volumes[2].quantumDisk'] }])
  })

  test('annotations are named by their key', () => {
    const key = 'container.apparmor.security.beta.kubernetes.io/gone'
    expect(told('baseline', 36, {}, { [key]: 'unconfined' })).toEqual([
      { check: 'appArmorProfile', fields: [`metadata.annotations[${key}]`] },
    ])
    const pod = 'seccomp.security.alpha.kubernetes.io/pod'
    expect(told('baseline', 18, {}, { [pod]: 'unconfined' })).toEqual([
      { check: 'seccompProfile_baseline', fields: [`metadata.annotations[${pod}]`] },
    ])
    expect(told('baseline', 19, {}, { [pod]: 'unconfined' })).toEqual([])
  })

  test('users of its own excuse a pod from v1.35 on', () => {
    const spec = { hostUsers: false, securityContext: { runAsUser: 0, seccompProfile: { type: 'Localhost' } } }
    expect(told('restricted', 34, spec).map((v) => v.check)).toEqual(['runAsNonRoot', 'runAsUser'])
    expect(told('restricted', 35, spec)).toEqual([])
  })
})

describe('versions', () => {
  test('what a label may say, and nothing else', () => {
    expect(['latest', 'v1.0', 'v1.29', 'v1.37'].map(parsePolicyVersion)).toEqual(['latest', 'v1.0', 'v1.29', 'v1.37'])
    for (const text of ['', '1.29', 'v1.038', 'v1.01', 'v1.99', 'v2.0', 'v1.2.3', 'LATEST', 'v1.-1'])
      expect(parsePolicyVersion(text)).toBeUndefined()
  })

  test('a server takes its own rules for what is newer than it', () => {
    expect(minorOf('latest', 'v1.30.4-gke.1')).toBe(30)
    expect(minorOf('v1.34', 'v1.30.4')).toBe(30)
    expect(minorOf('v1.29', 'v1.30.4')).toBe(29)
    expect(minorOf('latest')).toBe(registry.newest)
    expect(minorOf('latest', 'v1.99.0')).toBe(registry.newest)
  })

  test('versions with the same rules', () => {
    expect(sameRules('baseline', 29, 36)).toEqual([30])
    expect(sameRules('restricted', 35, 36)).toEqual([36])
    expect(sameRules('baseline', 27, 36)).toEqual([28])
    expect(sameRules('restricted', 8, 36)).not.toContain(7)
  })
})

describe('the registry', () => {
  const control = (over: Partial<Control>): Control => ({
    id: 'x',
    level: 'baseline',
    variants: [{ from: 0, find: () => undefined }],
    ...over,
  })
  const find = () => undefined

  test('refuses controls that contradict each other', () => {
    expect(() => makeRegistry([control({}), control({})])).toThrow('one id')
    expect(() => makeRegistry([control({ variants: [] })])).toThrow('no variant')
    for (const from of [1, 2]) {
      const variants = [
        { from: 2, find },
        { from, find },
      ]
      expect(() => makeRegistry([control({ variants })])).toThrow('do not rise')
    }
    expect(() => makeRegistry([control({ variants: [{ from: 0, find, replaces: ['x'] }] })])).toThrow('cannot replace')
    expect(() => makeRegistry([control({ level: 'restricted', variants: [{ from: 0, find, replaces: ['y'] }] })])).toThrow('cannot replace')
  })

  test('has the controls of the standards, each from its version on', () => {
    const ids = (level: 'baseline' | 'restricted', minor: number) => registry.rules(level, minor).map((r) => r.id)
    expect(CONTROLS.length).toBe(19)
    expect(ids('baseline', 0)).not.toContain('hostProbesAndHostLifecycle')
    expect(ids('restricted', 0)).toContain('seccompProfile_baseline')
    expect(ids('restricted', 37)).toEqual([
      'appArmorProfile',
      'hostNamespaces',
      'hostPorts',
      'hostProbesAndHostLifecycle',
      'privileged',
      'seLinuxOptions',
      'sysctls',
      'windowsHostProcess',
      'allowPrivilegeEscalation',
      'capabilities_restricted',
      'procMount_restricted',
      'restrictedVolumes',
      'runAsNonRoot',
      'runAsUser',
      'seccompProfile_restricted',
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { check as hostNetwork } from '#checks/workloads/host-network.ts'
import { check as hostPath } from '#checks/workloads/host-path.ts'
import { check as sensitive } from '#checks/workloads/host-path-sensitive.ts'
import { check as writable } from '#checks/workloads/host-path-writable.ts'
import { check as hostPorts } from '#checks/workloads/host-ports.ts'
import { check as socket } from '#checks/workloads/runtime-socket.ts'
import { check as seccompUnset } from '#checks/workloads/seccomp-unset.ts'
import { isSensitive, normal } from '#simulate/judged/hostPaths.ts'
import { verdicts, workload } from '../encryption/support.ts'
import { lines, run } from '../support.ts'

const mount = (path: string, mounted: object = {}) => ({
  containers: [{ name: 'app', volumeMounts: [{ name: 'v', mountPath: '/v', ...mounted }] }],
  volumes: [{ name: 'v', hostPath: { path } }],
})

describe('runtime-socket', () => {
  test.each([
    ['/run/containerd/containerd.sock', 'fail found'],
    ['/var/run/docker.sock', 'fail found'],
    ['/var/run', 'fail found'],
    ['/run/containerd/', 'fail found'],
    ['/var//run/../run/crio', 'fail found'],
    ['/data/my/docker.sock', 'fail found'],
    ['/run/containerd/io.containerd.runtime.v2.task', 'pass clean'],
    ['/run/xtables.lock', 'pass clean'],
    ['/var/running', 'pass clean'],
    ['/', 'pass clean'],
  ])('%s', (path, expected) => {
    expect(verdicts(socket, [workload('web', mount(path))])).toEqual([`web: ${expected}`])
  })
})

describe('host-path-sensitive', () => {
  test.each([
    ['/', true],
    ['/etc', true],
    ['/etc/kubernetes/pki', true],
    ['/etc/ssl', true],
    ['/var', true],
    ['/var/lib', true],
    ['/var/lib/kubelet/pods', true],
    ['/dev', true],
    ['/root/.ssh', true],
    ['/etc/ssl/certs', false],
    ['/etc/localtime', false],
    ['/var/lib/app', false],
    ['/var/log', false],
    ['/etcd', false],
    ['/dev/kvm', false],
    ['/lib/modules', false],
  ])('%s: %s', (path, expected) => {
    expect(isSensitive(path)).toBe(expected)
    expect(verdicts(sensitive, [workload('web', mount(path))])).toEqual([expected ? 'web: fail found' : 'web: pass clean'])
  })

  test.each([
    ['/etc/', '/etc'],
    ['//etc/./x/..', '/etc'],
    ['/srv/../../etc', '/etc'],
    ['', '/'],
    ['/...', '/...'],
  ])('%s is %s', (path, expected) => {
    expect(normal(path)).toBe(expected)
  })
})

describe('host-path-writable', () => {
  test.each([
    ['mounted without a word', mount('/srv'), 'fail found'],
    ['read-only', mount('/srv', { readOnly: true }), 'pass clean'],
    ['there and not mounted', { containers: [{ name: 'app' }], volumes: [{ name: 'v', hostPath: { path: '/srv' } }] }, 'pass clean'],
    ['a volume of another kind', { containers: mount('/srv').containers, volumes: [{ name: 'v', emptyDir: {} }] }, 'pass clean'],
  ])('%s', (_, pod, expected) => {
    expect(verdicts(writable, [workload('web', pod)])).toEqual([`web: ${expected}`])
  })

  test('who writes what is said', () => {
    expect(lines(writable, run(writable, JSON.stringify(workload('web', mount('/srv/a')))))).toEqual([
      'fail Deployment web: May write /srv/a of its node: app.',
    ])
  })
})

describe('host-ports', () => {
  const ports = { containers: [{ name: 'app', ports: [{ containerPort: 80, hostPort: 80 }] }] }
  test.each([
    ['a hostPort', ports, ['web: fail found']],
    ['0 is none', { containers: [{ name: 'app', ports: [{ containerPort: 80, hostPort: 0 }] }] }, ['web: pass clean']],
    ['with hostNetwork the API server fills it in', { ...ports, hostNetwork: true }, []],
  ])('%s', (_, pod, expected) => {
    expect(verdicts(hostPorts, [workload('web', pod)])).toEqual(expected)
  })
})

describe('what live pods have and the template does not', () => {
  const pod = (spec: object, name = 'web-abc-1') => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      labels: { 'pod-template-hash': 'abc' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', controller: true }],
    },
    spec: { containers: [{ name: 'app' }], ...spec },
    status: { phase: 'Running' },
  })
  const said = (check: typeof hostPath, ...objects: object[]) =>
    lines(check, run(check, objects.map((o) => JSON.stringify(o)).join('\n---\n')))
  test('a field of the pod', () => {
    const objects = [workload('web'), pod({ hostNetwork: true }), pod({ hostNetwork: true }, 'web-abc-2')]
    expect(said(hostNetwork, ...objects)).toEqual(['fail Deployment web: Uses the network of its node (in its pods, not in the template).'])
  })
  test('a volume', () => {
    const objects = [workload('web'), pod({ volumes: [{ name: 'v', hostPath: { path: '/opt/agent' } }] })]
    expect(said(hostPath, ...objects)).toEqual(['fail Deployment web: Mounts /opt/agent of its node (in its pods, not in the template).'])
  })
  test('an injected container', () => {
    const mesh = { name: 'mesh', ports: [{ containerPort: 1, hostPort: 1 }] }
    const objects = [workload('web'), pod({ containers: [{ name: 'app' }, mesh] })]
    expect(said(hostPorts, ...objects)).toEqual([
      'fail Deployment web: Takes a port of its node (hostPort: 1): mesh (injected: not in the template).',
    ])
  })
})

describe('seccomp-unset', () => {
  const kubelet = (name: string, on: boolean) => ({
    apiVersion: 'probe.kubeharden/v1',
    kind: 'KubeletProbe',
    metadata: { name },
    config: { seccompDefault: on },
  })
  const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
  const web = workload('web')
  test.each([
    ['no kubelet seen', [web, node('a')], 'fail found'],
    ['every kubelet gives the default', [web, node('a'), kubelet('a', true)], 'pass byKubelet'],
    ['one kubelet not seen', [web, node('a'), node('b'), kubelet('a', true)], 'fail found'],
    ['one kubelet without', [web, node('a'), node('b'), kubelet('a', true), kubelet('b', false)], 'fail found'],
    [
      'a profile of its own',
      [workload('web', { containers: [{ name: 'a', securityContext: { seccompProfile: { type: 'Localhost' } } }] })],
      'pass clean',
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(seccompUnset, objects)).toEqual([`web: ${expected}`])
  })
})

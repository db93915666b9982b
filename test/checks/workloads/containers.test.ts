import { describe, expect, test } from 'vitest'
import { check as addedCapabilities } from '#checks/workloads/added-capabilities.ts'
import { check as dropCapabilities } from '#checks/workloads/drop-capabilities.ts'
import { check as netRaw } from '#checks/workloads/net-raw.ts'
import { check as escalation } from '#checks/workloads/privilege-escalation.ts'
import { check as privileged } from '#checks/workloads/privileged.ts'
import { check as readOnlyRoot } from '#checks/workloads/read-only-root.ts'
import { check as rootGroup } from '#checks/workloads/root-group.ts'
import { check as nonRoot } from '#checks/workloads/run-as-non-root.ts'
import { check as asRoot } from '#checks/workloads/run-as-root.ts'
import { check as unconfined } from '#checks/workloads/seccomp-unconfined.ts'
import { check as sshServer } from '#checks/workloads/ssh-server.ts'
import { check as sudo } from '#checks/workloads/sudo.ts'
import { check as userNamespaces } from '#checks/workloads/user-namespaces.ts'
import type { Check } from '#model/check.ts'
import { verdicts, workload } from '../encryption/support.ts'
import { lines, run } from '../support.ts'

type Pod = Readonly<Record<string, unknown>>
type Case = readonly [what: string, pod: Pod, expected: string | undefined]

const app = (securityContext: object, more: object = {}) => ({ containers: [{ name: 'app', securityContext, ...more }] })
const drop = (...names: string[]) => app({ capabilities: { drop: names } })
const words = (check: Check, pod: Pod) => lines(check, run(check, JSON.stringify(workload('web', pod))))

const TABLES: readonly (readonly [name: string, check: Check, cases: readonly Case[]])[] = [
  [
    'run-as-non-root',
    nonRoot,
    [
      ['the pod says it for its containers', { securityContext: { runAsNonRoot: true }, containers: [{ name: 'app' }] }, 'pass clean'],
      ['a container takes it back', { ...app({ runAsNonRoot: false }), securityContext: { runAsNonRoot: true } }, 'fail found'],
      ['a user is as good', app({ runAsUser: 10001 }), 'pass clean'],
      ['user 0 is run-as-root’s', app({ runAsUser: 0 }), 'pass clean'],
      ['an init container', { ...app({ runAsNonRoot: true }), initContainers: [{ name: 'init' }] }, 'fail found'],
      ['users of its own', { ...app({}), hostUsers: false }, 'pass clean'],
      ['Windows', { ...app({}), os: { name: 'windows' } }, 'pass clean'],
    ],
  ],
  [
    'run-as-root',
    asRoot,
    [
      ['said by the pod', { ...app({}), securityContext: { runAsUser: 0 } }, 'fail found'],
      ['user 1', app({ runAsUser: 1 }), 'pass clean'],
      ['nothing said', app({}), 'pass clean'],
    ],
  ],
  [
    'root-group',
    rootGroup,
    [
      ['fsGroup', { ...app({}), securityContext: { fsGroup: 0 } }, 'fail found'],
      ['one of its further groups', { ...app({}), securityContext: { supplementalGroups: [100, 0] } }, 'fail found'],
      ['the container’s word goes first', { ...app({ runAsGroup: 5 }), securityContext: { runAsGroup: 0 } }, 'pass clean'],
      ['nothing said', app({}), 'pass clean'],
    ],
  ],
  [
    'net-raw',
    netRaw,
    [
      ['ALL', drop('ALL'), 'pass clean'],
      ['as a runtime reads it', drop('cap_net_raw'), 'pass clean'],
      ['another one', drop('MKNOD'), 'fail found'],
      ['dropped and given back', app({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } }), 'fail found'],
      ['privileged is another check’s', app({ privileged: true }), 'pass clean'],
    ],
  ],
  [
    'drop-capabilities',
    dropCapabilities,
    [
      ['ALL', drop('ALL'), 'pass clean'],
      ['all but ALL', drop('NET_RAW', 'CHOWN'), 'fail found'],
      ['privileged is another check’s', app({ privileged: true }), 'pass clean'],
    ],
  ],
  [
    'added-capabilities',
    addedCapabilities,
    [
      ['a usual one', app({ capabilities: { add: ['CHOWN'] } }), 'pass clean'],
      ['NET_RAW', app({ capabilities: { add: ['NET_RAW'] } }), 'fail found'],
      ['ALL', app({ capabilities: { add: ['ALL'] } }), 'fail found'],
    ],
  ],
  [
    'privilege-escalation',
    escalation,
    [
      ['false', app({ allowPrivilegeEscalation: false }), 'pass clean'],
      ['true', app({ allowPrivilegeEscalation: true }), 'fail found'],
      ['privileged cannot say it', app({ privileged: true }), 'pass clean'],
    ],
  ],
  ['privileged', privileged, [['false', app({ privileged: false }), 'pass clean']]],
  [
    'read-only-root',
    readOnlyRoot,
    [
      ['false', app({ readOnlyRootFilesystem: false }), 'fail found'],
      ['Windows cannot', { ...app({}), os: { name: 'windows' } }, 'pass clean'],
    ],
  ],
  [
    'seccomp-unconfined',
    unconfined,
    [
      ['said by the pod', { ...app({}), securityContext: { seccompProfile: { type: 'Unconfined' } } }, 'fail found'],
      ['nothing said is another check’s', app({}), 'pass clean'],
    ],
  ],
  [
    'ssh-server',
    sshServer,
    [
      ['2222', app({}, { ports: [{ containerPort: 2222 }] }), 'fail found'],
      ['by name', app({}, { ports: [{ name: 'ssh', containerPort: 8022 }] }), 'fail found'],
      ['222', app({}, { ports: [{ containerPort: 222 }] }), 'pass clean'],
      ['a command', app({}, { command: ['/usr/sbin/sshd', '-D'] }), 'fail found'],
      ['a word in a script', app({}, { args: ['-c', 'exec sshd -D'] }), 'fail found'],
      ['another program', app({}, { command: ['/bin/sshd-exporter'] }), 'pass clean'],
    ],
  ],
  [
    'sudo',
    sudo,
    [
      ['a command of its own', app({}, { command: ['/usr/bin/sudo', 'nginx'] }), 'fail found'],
      ['in a script', app({}, { args: ['a && sudo b'] }), 'fail found'],
      ['a part of a word', app({}, { args: ['pseudo x', 'sudoku'] }), 'pass clean'],
    ],
  ],
  [
    'user-namespaces',
    userNamespaces,
    [
      ['root', app({ runAsUser: 0 }), 'fail found'],
      ['a power of root', app({ capabilities: { add: ['SYS_PTRACE'] } }), 'fail found'],
      ['has them', { ...app({ runAsUser: 0 }), hostUsers: false }, 'pass clean'],
      ['needs no root', app({}), undefined],
      ['cannot have them', { ...app({ runAsUser: 0 }), hostNetwork: true }, undefined],
      ['nor when privileged', app({ runAsUser: 0, privileged: true }), undefined],
    ],
  ],
]

describe.each(TABLES)('%s', (_, check, cases) => {
  test.each(cases)('%s', (_name, pod, expected) => {
    expect(verdicts(check, [workload('web', pod)])).toEqual(expected === undefined ? [] : [`web: ${expected}`])
  })
})

test('user-namespaces: older clusters do not have them by default', () => {
  const yaml = JSON.stringify(workload('web', app({ runAsUser: 0 })))
  expect(run(userNamespaces, yaml, { version: 'v1.32.4' })).toEqual([])
  expect(run(userNamespaces, yaml, { version: 'v1.33.0' })).toHaveLength(1)
})

test('containers are named, the pod where it says it itself, and what was looked at is counted', () => {
  const two = { containers: [{ name: 'a', securityContext: { privileged: true } }, { name: 'b' }] }
  expect(words(privileged, two)).toEqual(['fail Deployment web: Privileged: a.'])
  expect(words(privileged, app({}))).toEqual(['pass Deployment web: Not privileged (1 container looked at).'])
  expect(words(asRoot, { ...app({}), securityContext: { runAsUser: 0 } })).toEqual(['fail Deployment web: Told to run as user 0: the pod.'])
  expect(words(addedCapabilities, app({ capabilities: { add: ['SYS_ADMIN', 'BPF'] } }))).toEqual([
    'fail Deployment web: Adds SYS_ADMIN, BPF: app.',
  ])
})

import { describe, expect, test } from 'vitest'
import { check } from '#checks/workloads/sandboxed-runtime.ts'
import { verdicts, workload } from '../encryption/support.ts'

const namespace = (labels: object = {}, name = 'shop') => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
const runtime = (name: string, handler: string) => ({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name }, handler })
const web = (runtimeClassName?: string) =>
  workload('web', { containers: [{ name: 'app' }], ...(runtimeClassName === undefined ? {} : { runtimeClassName }) })

describe('who is not trusted', () => {
  test.each([
    [{ trust: 'untrusted' }, ['web: fail none']],
    [{ 'example.org/trust-level': 'low' }, ['web: fail none']],
    [{ untrusted: 'true' }, ['web: fail none']],
    [{ trusted: 'false' }, ['web: fail none']],
    [{ trust: 'high' }, []],
    [{ untrusted: 'false' }, []],
    [{ distrust: 'low' }, []],
    [{}, []],
  ])('%j', (labels, expected) => {
    expect(verdicts(check, [namespace(labels), web()])).toEqual(expected)
  })
})

describe('what it runs by', () => {
  const untrusted = namespace({ trust: 'untrusted' })
  test.each([
    ['a sandbox', [web('gvisor'), runtime('gvisor', 'runsc')], 'pass sandboxed'],
    ['a class that is not there', [web('gvisor')], 'fail missing'],
    ['a class of ordinary containers', [web('x'), runtime('x', 'runc')], 'fail plain'],
    ['a class for devices', [web('nvidia'), runtime('nvidia', 'nvidia')], 'fail plain'],
    ['its name decides nothing', [web('runc'), runtime('runc', 'kata-qemu')], 'pass sandboxed'],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(check, [untrusted, ...objects])).toEqual([`web: ${expected}`])
  })

  test('filled in on the way to its pods', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web-abc-1',
        namespace: 'shop',
        labels: { 'pod-template-hash': 'abc' },
        ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true }],
      },
      spec: { runtimeClassName: 'gvisor', containers: [{ name: 'app' }] },
    }
    expect(verdicts(check, [untrusted, web(), runtime('gvisor', 'runsc'), pod])).toEqual(['web: pass sandboxed'])
  })
})

test('without a label it is asked, of a cluster', () => {
  expect(verdicts(check, [namespace({}, 'kube-system'), web()])).toEqual(['cluster: manual attest'])
  expect(verdicts(check, [namespace({}, 'kube-system'), namespace({ trust: 'untrusted' })])).toEqual([])
})

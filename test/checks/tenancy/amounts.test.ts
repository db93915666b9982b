import { describe, expect, test } from 'vitest'
import { check as cpuRequests } from '#checks/tenancy/cpu-requests.ts'
import { check as memoryLimits } from '#checks/tenancy/memory-limits.ts'
import { check as memoryRequests } from '#checks/tenancy/memory-requests.ts'
import { verdicts, workload } from '../encryption/support.ts'
import { lines, run } from '../support.ts'

const limit = { resources: { limits: { memory: '1Gi' } } }
const range = (limits: object, namespace = 'shop') => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'defaults', namespace },
  spec: { limits: [limits] },
})
const ofContainers = (over: object) => range({ type: 'Container', ...over })

describe('memory-limits', () => {
  test.each([
    ['one of two', [workload('web', { containers: [{ name: 'a', ...limit }, { name: 'b' }] })], 'fail found'],
    ['a request is no limit', [workload('web', { containers: [{ name: 'a', resources: { requests: { memory: '1Gi' } } }] })], 'fail found'],
    ['the pod as a whole', [workload('web', { resources: { limits: { memory: '1Gi' } }, containers: [{ name: 'a' }] })], 'pass clean'],
    ['init containers end', [workload('web', { initContainers: [{ name: 'i' }], containers: [{ name: 'a', ...limit }] })], 'pass clean'],
    [
      'sidecars do not',
      [workload('web', { initContainers: [{ name: 'i', restartPolicy: 'Always' }], containers: [{ name: 'a', ...limit }] })],
      'fail found',
    ],
    ['a default', [workload('web'), ofContainers({ default: { memory: '1Gi' } })], 'pass given'],
    ['a maximum is a default', [workload('web'), ofContainers({ max: { memory: '1Gi' } })], 'pass given'],
    ['a default request is none', [workload('web'), ofContainers({ defaultRequest: { memory: '1Gi' } })], 'fail found'],
    ['a default of CPU', [workload('web'), ofContainers({ default: { cpu: 1 } })], 'fail found'],
    ['of pods', [workload('web'), range({ type: 'Pod', max: { memory: '1Gi' } })], 'fail found'],
    ['in another namespace', [workload('web'), range({ type: 'Container', default: { memory: '1Gi' } }, 'other')], 'fail found'],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(memoryLimits, objects)).toEqual([`web: ${expected}`])
  })
})

describe('requests', () => {
  test.each([
    ['a limit is a request, too', [workload('web', { containers: [{ name: 'a', ...limit }] })], 'pass clean'],
    ['the least allowed is a request', [workload('web'), ofContainers({ min: { memory: '1Gi' } })], 'pass given'],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(memoryRequests, objects)).toEqual([`web: ${expected}`])
  })
  test('CPU by its name', () => {
    expect(lines(cpuRequests, run(cpuRequests, JSON.stringify(workload('web'))))).toEqual(['fail Deployment web: No CPU request: app.'])
  })
})

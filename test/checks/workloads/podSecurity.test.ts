import { describe, expect, test } from 'vitest'
import { check } from '#checks/workloads/pod-security-enforced.ts'
import { verdicts, workload } from '../encryption/support.ts'

const namespace = (name: string, level?: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level } },
})
const hardened = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'c', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
}

describe('pod-security-enforced', () => {
  test.each([
    ['nothing said, nothing in it', [namespace('shop')], ['shop: fail free']],
    ['privileged says nothing', [namespace('shop', 'privileged'), workload('web')], ['shop: fail free']],
    ['host namespaces', [namespace('shop'), workload('web', { hostPID: true, containers: [{ name: 'c' }] })], ['shop: fail breaks']],
    ['baseline is all that it keeps to', [namespace('shop', 'baseline'), workload('web')], ['shop: pass enforced']],
    ['it would keep to restricted', [namespace('shop', 'baseline'), workload('web', hardened)], ['shop: pass stricter']],
    ['restricted', [namespace('shop', 'restricted'), workload('web', hardened)], ['shop: pass enforced']],
    ['of the system', [namespace('kube-system')], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(check, objects)).toEqual(expected)
  })
})

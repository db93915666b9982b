import { describe, expect, test } from 'vitest'
import { check as engine } from '#checks/admission/engine.ts'
import { check as inForce } from '#checks/admission/policies-in-force.ts'
import { check as failure } from '#checks/admission/webhook-failure.ts'
import { namespace, verdicts, workload } from '../encryption/support.ts'

const API = 'admissionregistration.k8s.io/v1'
const policy = (failurePolicy?: string) => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: { failurePolicy, validations: [{ expression: 'true' }] },
})
const binding = (name: string, actions: readonly string[], policyName = 'p') => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName, validationActions: actions },
})
const SYSTEM = namespace('kube-system')

describe('engine', () => {
  const image = (name: string) => ({ containers: [{ name: 'c', image: name }] })
  test.each([
    ['a policy that only warns is none', [SYSTEM, policy(), binding('b', ['Warn', 'Audit'])], ['cluster: fail none']],
    ['a binding of another policy', [SYSTEM, policy(), binding('b', ['Deny'], 'q')], ['cluster: fail none']],
    ['one that denies', [SYSTEM, policy(), binding('b', ['Deny'])], ['p: pass policy']],
    ['Kyverno', [SYSTEM, workload('k', image('reg.kyverno.io/kyverno/kyverno:v1.15'))], ['k: pass program']],
    [
      'a part of Kyverno that judges nothing',
      [SYSTEM, workload('k', image('reg.kyverno.io/kyverno/reports-controller:v1'))],
      ['cluster: fail none'],
    ],
    ['a folder is no cluster', [workload('k', image('nginx'))], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(engine, objects)).toEqual(expected)
  })
})

describe('policies-in-force', () => {
  test.each([
    ['no binding', [policy()], ['p: fail unbound']],
    ['soft ones only', [policy(), binding('a', ['Warn']), binding('b', ['Audit'])], ['p: fail soft']],
    ['one of two denies', [policy(), binding('a', ['Warn']), binding('b', ['Deny'])], ['p: pass denies']],
    ['what fails is let in', [policy('Ignore'), binding('b', ['Deny'])], ['p: fail ignores']],
    ['said to fail', [policy('Fail'), binding('b', ['Deny'])], ['p: pass denies']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(inForce, objects)).toEqual(expected)
  })
})

describe('webhook-failure', () => {
  const hooks = (...policies: (string | undefined)[]) => ({
    apiVersion: API,
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'w' },
    webhooks: policies.map((failurePolicy, i) => ({ name: `h${i}.example.com`, failurePolicy, clientConfig: {} })),
  })
  test('each webhook by itself; Fail is the default', () => {
    expect(verdicts(failure, [hooks('Ignore', 'Fail', undefined)])).toEqual(['w: fail ignores', 'w: pass fails', 'w: pass fails'])
  })
})

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AdmissionPreview } from '../../../src/model/admission.ts'
import { cliBench } from './bench.ts'

const bench = cliBench()
const folder = mkdtempSync(join(tmpdir(), 'kubeharden-admission-'))
let files = 0
function file(yaml: string): string {
  files += 1
  const path = join(folder, `f${files}.yaml`)
  writeFileSync(path, yaml)
  return path
}
const preview = (yaml: string, ...argv: string[]) => bench.run(['preview', 'admission', '--add', file(yaml), ...argv])

const POLICY = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: small}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [configmaps]}]
    namespaceSelector: null
  validations: [{expression: "true"}]
`
const BINDING = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: b}
spec: {policyName: small, validationActions: [Deny]}
`

describe('without an API server', () => {
  it.each([[['--practice']], [['--practice', '--probe']], [['--from', join(folder, 'f0.yaml')]]])(
    '%s: unknown, never none',
    async (argv) => {
      writeFileSync(join(folder, 'f0.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n')
      const ran = await preview(`${POLICY}---\n${BINDING}`, ...argv, '-o', 'json')
      expect([ran.code, ran.err]).toEqual([1, ''])
      const { policies, probe } = JSON.parse(ran.out) as AdmissionPreview
      expect(policies).toEqual([
        {
          name: 'small',
          evaluated: 0,
          violations: [],
          typeChecking: [],
          typeChecked: false,
          notes: [],
          unknown: [{ reason: expect.stringContaining('has no API server that could be asked') }],
        },
      ])
      expect(probe).toBeUndefined()
    },
  )

  it('as a table', async () => {
    const ran = await preview(POLICY, '--practice')
    expect(ran.out).toMatch(/^ValidatingAdmissionPolicy small: unknown\n {2}\? practice.* has no API server that could be asked\n/)
  })
})

describe('a file that does not fit is refused with its line', () => {
  it.each([
    ['kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n', ':1: there is no ValidatingAdmissionPolicy'],
    [
      `${POLICY}---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n`,
      ':10: ConfigMap c (v1 ConfigMap) is neither a policy, nor a binding, nor a parameter of one',
    ],
    [
      `${POLICY}---\n${BINDING.replace('policyName: small', 'policyName: other')}`,
      ':10: ValidatingAdmissionPolicyBinding b binds other, which is not in the file',
    ],
    [`${POLICY}---\n${POLICY}`, 'ValidatingAdmissionPolicy small stands in '],
    [POLICY.replace('validations', 'validation'), 'spec: Unrecognized key: "validation"'],
    [POLICY.replace('[UPDATE]', '[CHANGE]'), 'spec.matchConstraints.resourceRules.0.operations.0'],
    [`${POLICY}---\n${POLICY.replace('k8s.io/v1', 'k8s.io/v1beta1').replace('small', 'old')}`, 'is neither a policy'],
  ])('%#', async (yaml, words) => {
    const ran = await preview(yaml, '--practice')
    expect([ran.code, ran.out]).toEqual([2, ''])
    expect(ran.err).toContain(words)
  })

  it('and a file is needed', async () => {
    const ran = await bench.run(['preview', 'admission', '--practice'])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('--add <file>')
  })
})

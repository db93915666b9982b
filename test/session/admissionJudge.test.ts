import { describe, expect, it } from 'vitest'
import type { AdmissionDoor, DryRunAnswer, Served, ServedResource } from '#model/admission.ts'
import { probeName } from '#simulate/admission/copy.ts'
import { Judge } from '../../src/session/admissionJudge.ts'
import { trialsOf } from '../../src/session/admissionTrials.ts'

const MAPS: ServedResource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  verbs: ['list', 'patch'],
  preferred: true,
}
const SERVED: Served = { resources: [MAPS], silent: [] }

/** One policy with two validations, with parameters or without. */
function trial(withParams: boolean) {
  const spec = {
    failurePolicy: 'Fail' as const,
    matchConstraints: {
      resourceRules: [{ operations: ['UPDATE' as const], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    },
    validations: [{ expression: 'object.a' }, { expression: 'object.b' }],
    ...(withParams ? { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } : {}),
  }
  const binding = {
    name: 'b',
    spec: { policyName: 'p', paramRef: { name: 'limits', namespace: 'shop', parameterNotFoundAction: 'Deny' as const } },
  }
  const [one] = trialsOf([{ name: 'p', spec, bindings: withParams ? [binding] : [], params: [] }], { user: 'me', served: SERVED })
  if (one === undefined) throw new Error('no trial')
  return one
}

/** What the API server answers, request by request: the words of the copy, without its name. */
async function judged(withParams: boolean, answers: readonly (readonly string[])[]) {
  const one = trial(withParams)
  const name = probeName(one.mark)
  const left = [...answers]
  const asked: string[] = []
  const answer = (manager: string): DryRunAnswer => {
    asked.push(manager.endsWith('/each') ? 'each' : 'whole')
    const said = left.shift() ?? []
    const param = withParams ? ' shop/limits' : ''
    const text = (t: string) => (t.startsWith('!') ? t.slice(1) : `kubeharden-witness ${t}${param}`)
    return {
      warnings: said.map((t) => `Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${name}': ${text(t)}`),
    }
  }
  const door = {
    touch: async (_: ServedResource, __: object, { fieldManager }: { fieldManager: string }) => answer(fieldManager),
    names: async function* () {
      yield [{ name: 'limits', namespace: 'shop' }]
    },
  } as unknown as AdmissionDoor
  const [ask] = one.selection.asks
  if (ask === undefined) throw new Error('nothing is asked')
  const said = await new Judge(door, one, SERVED).judge(ask, { name: 'x', namespace: 'shop', uid: '1' }, 'UPDATE')
  return { said, asked }
}

describe('what silence means', () => {
  it('that the policy was not in force yet for the first answer is no error of an expression', async () => {
    const { said, asked } = await judged(false, [[], ['all', 'alive']])
    expect(said).toEqual({ kind: 'judged', messages: [], failing: [] })
    expect(asked).toEqual(['whole', 'whole'])
  })

  it('with parameters it is asked again, once it is known to be in force', async () => {
    const { said, asked } = await judged(true, [[], ['alive'], ['all']])
    expect(said).toEqual({ kind: 'judged', messages: [], failing: [] })
    expect(asked).toEqual(['whole', 'each', 'whole'])
  })

  it('an expression that fails is found by the witness that it leaves out', async () => {
    expect((await judged(false, [['alive'], ['alive', '1']])).said).toEqual({
      kind: 'judged',
      messages: [],
      failing: ['spec.validations[0].expression'],
    })
    expect((await judged(true, [[], ['alive', '0'], [], [], [], []])).said).toMatchObject({ failing: ['spec.validations[1].expression'] })
  })

  it('what the policy says is told', async () => {
    expect((await judged(false, [['all', 'alive', '!too wide']])).said).toEqual({ kind: 'judged', messages: ['too wide'], failing: [] })
  })
})

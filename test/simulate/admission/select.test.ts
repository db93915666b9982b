import { describe, expect, it } from 'vitest'
import type { ServedResource } from '#model/admission.ts'
import type { KubeObject } from '#model/refs.ts'
import { madeAgain } from '#simulate/admission/birth.ts'
import type { PolicySpec, ResourceRule } from '#simulate/admission/schema.ts'
import { selectionOf, selectorText } from '#simulate/admission/select.ts'

const VERBS = ['get', 'list', 'create', 'patch']
const resource = (group: string, version: string, plural: string, more: Partial<ServedResource> = {}): ServedResource => {
  return { group, version, plural, kind: plural, namespaced: true, verbs: VERBS, preferred: true, ...more }
}
const SERVED = {
  resources: [
    resource('', 'v1', 'pods'),
    resource('', 'v1', 'nodes', { namespaced: false }),
    resource('', 'v1', 'bindings', { verbs: ['create'] }),
    resource('apps', 'v1', 'deployments'),
    resource('x.io', 'v1', 'things'),
    resource('x.io', 'v1beta1', 'things', { preferred: false }),
    resource('admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicies', { namespaced: false }),
    resource('admissionregistration.k8s.io', 'v1', 'validatingwebhookconfigurations', { namespaced: false }),
  ],
  silent: [{ group: 'metrics.k8s.io', version: 'v1beta1' }],
}
const rule = (more: Partial<ResourceRule> = {}): ResourceRule => {
  return { operations: ['UPDATE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], ...more }
}
const policy = (rules: ResourceRule[], more: Partial<PolicySpec['matchConstraints']> = {}, expression = 'true'): PolicySpec => {
  return { matchConstraints: { resourceRules: rules, ...more }, validations: [{ expression }] }
}
const asked = (spec: PolicySpec, binding?: Parameters<typeof selectionOf>[1]) =>
  selectionOf(spec, binding, SERVED).asks.map(
    (a) => `${a.resource.plural}.${a.resource.group}/${a.resource.version} ${a.operations.join('+')}`,
  )

describe('which kinds are asked', () => {
  it('everything that can be listed and patched, one version of each, never the policies themselves; what is down is unknown', () => {
    expect(asked(policy([rule()]))).toEqual([
      'pods./v1 UPDATE',
      'nodes./v1 UPDATE',
      'deployments.apps/v1 UPDATE',
      'things.x.io/v1 UPDATE',
      'validatingwebhookconfigurations.admissionregistration.k8s.io/v1 UPDATE',
    ])
    expect(selectionOf(policy([rule()]), undefined, SERVED).unknown.map((u) => u.kind)).toEqual(['metrics.k8s.io/v1beta1'])
    expect(selectionOf(policy([rule({ apiGroups: ['apps'] })]), undefined, SERVED).unknown).toEqual([])
  })

  it('by group, version, scope; equivalent versions are one, exact ones each', () => {
    expect(asked(policy([rule({ scope: 'Cluster', apiGroups: [''] })]))).toEqual(['nodes./v1 UPDATE'])
    const old = rule({ apiGroups: ['x.io'], apiVersions: ['v1beta1'], resources: ['things'] })
    expect(asked(policy([old]))).toEqual(['things.x.io/v1beta1 UPDATE'])
    expect(asked(policy([rule({ apiGroups: ['x.io'] })], { matchPolicy: 'Exact' }))).toEqual([
      'things.x.io/v1 UPDATE',
      'things.x.io/v1beta1 UPDATE',
    ])
  })

  it('updates where they are matched, creations where only they are, both where the policy tells one from the other', () => {
    const pods = { apiGroups: [''], resources: ['pods'] }
    expect(asked(policy([rule({ ...pods, operations: ['CREATE'] })]))).toEqual(['pods./v1 CREATE'])
    expect(asked(policy([rule({ ...pods, operations: ['CREATE', 'UPDATE'] })]))).toEqual(['pods./v1 UPDATE'])
    expect(asked(policy([rule({ ...pods, operations: ['*'] })], {}, "request.operation == 'CREATE'"))).toEqual(['pods./v1 UPDATE+CREATE'])
    expect(asked(policy([rule({ ...pods, operations: ['DELETE'] })]))).toEqual([])
    expect(selectionOf(policy([rule({ ...pods, operations: ['*'] })]), undefined, SERVED).notes).toEqual([
      'DELETE and CONNECT requests are not asked: they say nothing of objects as they are.',
    ])
  })

  it('a binding narrows, exclusions take away, names are looked at', () => {
    const binding = (matchResources: object) => ({ policyName: 'p', matchResources })
    expect(asked(policy([rule()]), binding({ resourceRules: [rule({ resources: ['nodes'] })] }))).toEqual(['nodes./v1 UPDATE'])
    const spec = policy([rule({ resources: ['pods'], resourceNames: ['a', 'b'] })], {
      excludeResourceRules: [rule({ resourceNames: ['b'] })],
    })
    const [ask] = selectionOf(spec, undefined, SERVED).asks
    expect(['a', 'b', 'c'].map((name) => ask?.covers('UPDATE', name))).toEqual([true, false, false])
  })

  it('subresources and kinds that are not served', () => {
    const { unknown, notes } = selectionOf(
      policy([rule({ apiGroups: [''], resources: ['pods/exec', 'pods', 'gadgets'] })]),
      undefined,
      SERVED,
    )
    expect(unknown.map((u) => u.kind)).toEqual(['pods/exec'])
    expect(notes).toEqual(['This cluster serves no gadgets that the rules match: there are none today.'])
  })
})

it('selectors in the words of a list', () => {
  const expressions = [
    { key: 'a', operator: 'In' as const, values: ['1', '2'] },
    { key: 'b', operator: 'NotIn' as const, values: ['3'] },
    { key: 'c', operator: 'Exists' as const },
    { key: 'd', operator: 'DoesNotExist' as const },
  ]
  expect(selectorText([{ matchLabels: { x: 'y' } }, undefined, { matchExpressions: expressions }])).toBe('x=y,a in (1,2),b notin (3),c,!d')
  expect(selectorText([{}, undefined])).toBeUndefined()
})

describe('an object made once more', () => {
  const live = (kind: string, apiVersion: string, spec: object): KubeObject =>
    ({
      apiVersion,
      kind,
      metadata: { name: 'n', namespace: 's', uid: 'u', resourceVersion: '1', generation: 2, labels: { a: 'b' }, managedFields: [] },
      spec,
      status: { x: 1 },
    }) as unknown as KubeObject

  it('keeps its name, labels and spec, and nothing that the API server gives', () => {
    const made = madeAgain(live('Thing', 'x.io/v1', { a: 1 }))
    expect(made).toEqual({
      apiVersion: 'x.io/v1',
      kind: 'Thing',
      metadata: { name: 'n', namespace: 's', labels: { a: 'b' } },
      spec: { a: 1 },
    })
  })

  it('a Service without the addresses it has, a headless one as it is; a Job without the selector made for it', () => {
    const ports = [{ port: 80, nodePort: 30080 }]
    expect(madeAgain(live('Service', 'v1', { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports })).spec).toEqual({
      ports: [{ port: 80 }],
    })
    expect(madeAgain(live('Service', 'v1', { clusterIP: 'None', clusterIPs: ['None'] })).spec).toEqual({
      clusterIP: 'None',
      clusterIPs: ['None'],
    })
    const template = { metadata: { labels: { 'batch.kubernetes.io/job-name': 'n', app: 'a' } }, spec: {} }
    expect(madeAgain(live('Job', 'batch/v1', { selector: { matchLabels: {} }, template })).spec).toEqual({
      template: { metadata: { labels: { app: 'a' } }, spec: {} },
    })
  })
})

import { describe, expect, it } from 'vitest'
import { parseManifests } from '#cluster/objects/parse.ts'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import { ALL_KINDS } from '#model/kinds.ts'
import type { KubeObject } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'

const now = new Date('2026-06-01T12:00:00Z')
const objects = (text: string): KubeObject[] => parseManifests(text, 'x.yaml').objects.map((o) => o.object)
const read = (text: string, complete = false): State => stateFromObjects(objects(text), { source: 'manifests', name: 'x', now, complete })
const gapsOf = (state: State) => Object.values(state.kinds).flatMap((k) => k.gaps)

describe('stateFromObjects', () => {
  it('keeps of a Secret name, type, number of keys and age, and no value', () => {
    const state = read(`
apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: shop
  creationTimestamp: 2026-05-30T11:00:00Z
  annotations: { kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"marked-value"}}' }
type: Opaque
data: { password: bWFya2VkLXZhbHVl, user: eA== }
stringData: { password: marked-value, more: marked-value }
`)
    expect(itemsOf(state, 'secrets')).toEqual([{ metadata: { name: 'db', namespace: 'shop' }, type: 'Opaque', keys: 3, ageDays: 2 }])
    expect(JSON.stringify(state)).not.toMatch(/marked-value|bWFya2Vk/)
  })

  it('keeps no value of a broken Secret either, nor in the gap that tells of it', () => {
    const state = read('apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ntype: [marked-value]\ndata: marked-value\n')
    expect(JSON.stringify(state)).not.toContain('marked-value')
    expect(itemsOf(state, 'secrets')).toMatchObject([{ type: 'Opaque', keys: 0 }])
  })

  it('has gaps for what only a server knows, and takes the rest as complete', () => {
    const state = read('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n')
    const missing = gapsOf(state).map((g) => [g.kind, g.reason])
    expect(missing.map(([kind]) => kind).sort()).toEqual([
      'anonymous',
      'apiServers',
      'certificateSigningRequests',
      'encryption',
      'identity',
      'kubelets',
      'nodeEvidence',
      'nodes',
      'secrets',
      'systemConfigs',
      'tls',
    ])
    expect(missing.every(([, reason]) => reason === 'not-in-source')).toBe(true)
    expect(state.kinds.networkPolicies).toEqual({ items: [], gaps: [] })
  })

  it('has no gaps where the objects are the whole cluster', () => {
    const state = read('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n', true)
    expect(gapsOf(state)).toEqual([])
    expect(Object.keys(state.kinds).sort()).toEqual([...ALL_KINDS].sort())
  })

  it('reads probes, and derives the namespaces that are used', () => {
    const state = read(`
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: a }
transformations: []
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: {}
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: {}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: wide, namespace: ignored }
rules: null
`)
    expect(itemsOf(state, 'encryption')).toHaveLength(1)
    expect(itemsOf(state, 'namespaces').map((n) => n.metadata.name)).toEqual(['default', 'shop'])
    expect(itemsOf(state, 'clusterRoles')[0]?.metadata.namespace).toBeUndefined()
  })

  it('keeps the component configuration among ConfigMaps as text, without credentials, and that of others not', () => {
    const state = read(`
apiVersion: v1
kind: ConfigMap
metadata: { name: kube-proxy, namespace: kube-system, resourceVersion: "7" }
data:
  config.conf: |
    metricsBindAddress: ""
    apiToken: hunter22hunter22
  kubeconfig.conf: "users: []"
---
apiVersion: v1
kind: ConfigMap
metadata: { name: kube-proxy, namespace: shop }
data: { config.conf: "metricsBindAddress: x" }
`)
    expect(itemsOf(state, 'systemConfigs')).toEqual([
      {
        metadata: { name: 'kube-proxy', namespace: 'kube-system', resourceVersion: '7' },
        documents: { 'config.conf': 'metricsBindAddress: ""\napiToken: [redacted]\n' },
        redacted: ['config.conf'],
      },
    ])
    expect(itemsOf(state, 'configMaps')).toHaveLength(2)
  })

  it('names an object that cannot be read in a gap of its namespace, and reads the others', () => {
    const text =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad, namespace: shop}\nspec: {replicas: many}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: good, namespace: shop}\nspec: {template: {spec: {}}}\n'
    const parsed = parseManifests(text, 'x.yaml').objects
    const where = (o: KubeObject) => parsed.find((p) => p.object === o)?.at
    const state = stateFromObjects(
      parsed.map((p) => p.object),
      { source: 'manifests', name: 'x', now, where },
    )
    expect(itemsOf(state, 'deployments').map((d) => d.metadata.name)).toEqual(['good'])
    expect(state.kinds.deployments?.gaps).toMatchObject([
      { kind: 'deployments', namespace: 'shop', reason: 'malformed', detail: expect.stringContaining('Deployment shop/bad: spec.') },
    ])
  })

  it.each([
    ['no name', 'apiVersion: v1\nkind: Pod\nmetadata: {namespace: shop}\n', 'metadata.name is missing'],
    ['no metadata', 'apiVersion: v1\nkind: Pod\nspec: {}\n', '(without a name)'],
    ['a version that is not read', 'apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\n', 'batch/v1 is'],
  ])('has a gap for %s', (_what, text, detail) => {
    expect(gapsOf(read(text, true))).toMatchObject([{ reason: 'malformed', detail: expect.stringContaining(detail) }])
  })

  it('does not decide between two versions of one object', () => {
    const policy = (type: string) =>
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: {podSelector: {}, policyTypes: [${type}]}\n`
    expect(gapsOf(read(`${policy('Ingress')}---\n${policy('Egress')}`, true))).toMatchObject([
      { kind: 'networkPolicies', namespace: 'shop' },
    ])
    expect(gapsOf(read(`${policy('Ingress')}---\n${policy('Ingress')}`, true))).toEqual([])
  })

  it('reads null as absent, as the server does', () => {
    const state = read(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: null, namespace: null}\nspec: {hostNetwork: null, containers: [{name: c, env: [{name: X, value: null}]}]}\n',
    )
    expect(itemsOf(state, 'pods')).toMatchObject([{ metadata: { namespace: 'default' }, spec: { containers: [{ env: [{ name: 'X' }] }] } }])
  })
})

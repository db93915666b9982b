import type { TestCluster } from '../../cluster/apiserver.ts'

const API = 'admissionregistration.k8s.io/v1'
type Rule = { apiGroups?: string[]; apiVersions?: string[]; operations?: string[]; resources?: string[]; resourceNames?: string[] }

/** A rule of matchConstraints; without anything else: updates of ConfigMaps. */
export const rule = (more: Rule = {}) => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['UPDATE'],
  resources: ['configmaps'],
  ...more,
})

export const policy = (name: string, rules: readonly object[], validations: readonly object[], more: object = {}, match: object = {}) => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: { resourceRules: rules, ...match }, validations, ...more },
})

export const binding = (policyName: string, more: object = {}, name = `${policyName}-binding`) => ({
  apiVersion: API,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName, validationActions: ['Deny', 'Audit'], ...more },
})

async function post(cluster: TestCluster, path: string, body: object): Promise<void> {
  const answer = await cluster.api(path, { method: 'POST', body })
  if (answer.status !== 201) throw new Error(answer.text)
}

const core = (namespace: string, plural: string) => `/api/v1/namespaces/${namespace}/${plural}`

export async function configMap(cluster: TestCluster, namespace: string, name: string, data: object, labels: object = {}): Promise<void> {
  await post(cluster, core(namespace, 'configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data })
}

/** Two namespaces with ConfigMaps, Secrets, pods, a Service and a Deployment. */
export async function buildScene(cluster: TestCluster): Promise<void> {
  await cluster.createNamespace('shop', { tier: 'gold' })
  await cluster.createNamespace('bank', { tier: 'silver' })
  for (const ns of ['shop', 'bank']) {
    await configMap(cluster, ns, 'small', { size: '1' }, { app: 'a' })
    await configMap(cluster, ns, 'big', { size: '99' }, { app: 'b' })
    await configMap(cluster, ns, 'none', {})
    const metadata = { name: 'key', labels: { app: 'a' } }
    await post(cluster, core(ns, 'secrets'), { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'hunter2-hunter2' } })
    for (const [name, image] of [
      ['good', 'registry.example.com/app:1'],
      ['bad', 'docker.io/app:latest'],
    ])
      await post(cluster, core(ns, 'pods'), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: { containers: [{ name: 'c', image }] },
      })
  }
  const service = { type: 'NodePort', selector: { app: 'a' }, ports: [{ port: 80 }] }
  await post(cluster, core('shop', 'services'), { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: service })
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } }
  const spec = { replicas: 5, selector: { matchLabels: { a: 'b' } }, template }
  await post(cluster, '/apis/apps/v1/namespaces/shop/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'many' },
    spec,
  })
}

/** resourceVersions of everything in the scene: nothing may move them. */
export async function versionsOf(cluster: TestCluster): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const path of [
    '/api/v1/configmaps',
    '/api/v1/secrets',
    '/api/v1/pods',
    '/api/v1/services',
    '/apis/apps/v1/deployments',
    '/api/v1/namespaces',
  ]) {
    const { items } = (await cluster.api(path)).json<{
      items: { metadata: { name: string; namespace?: string; resourceVersion: string } }[]
    }>()
    for (const { metadata } of items) found[`${path} ${metadata.namespace ?? ''}/${metadata.name}`] = metadata.resourceVersion
  }
  return found
}

/** Names of policies and bindings that are in the cluster. */
export async function policiesIn(cluster: TestCluster): Promise<readonly string[]> {
  const names: string[] = []
  for (const plural of ['validatingadmissionpolicies', 'validatingadmissionpolicybindings']) {
    const { items } = (await cluster.api(`/apis/${API}/${plural}`)).json<{ items: { metadata: { name: string } }[] }>()
    names.push(...items.map((i) => i.metadata.name))
  }
  const maps = (await cluster.api('/api/v1/configmaps')).json<{ items: { metadata: { name: string } }[] }>()
  return [...names, ...maps.items.map((i) => i.metadata.name).filter((n) => n.startsWith('kubeharden-'))]
}

/**
 * Records what a real API server creates by itself into templates/practice/rbac-defaults.yaml.
 * Run it when Kubernetes' version changes: `node test/practice/record.ts`.
 *
 * Two things come from the controller manager, which the test cluster has not: the rules of aggregated ClusterRoles
 * (admin, edit, view) and the controllers' service accounts. Both are made here as it makes them.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const KINDS = [
  { plural: 'clusterroles', kind: 'ClusterRole' },
  { plural: 'clusterrolebindings', kind: 'ClusterRoleBinding' },
  { plural: 'roles', kind: 'Role' },
  { plural: 'rolebindings', kind: 'RoleBinding' },
]
const TARGET = join(import.meta.dirname, '../../templates/practice/rbac-defaults.yaml')

interface Rule {
  readonly [key: string]: readonly string[]
}
interface RbacObject {
  apiVersion?: string
  kind?: string
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  rules?: Rule[] | null
  aggregationRule?: { clusterRoleSelectors: readonly { matchLabels: Record<string, string> }[] }
  subjects?: readonly { kind: string; name: string; namespace?: string }[]
}

async function list(cluster: TestCluster, plural: string, kind: string): Promise<RbacObject[]> {
  const answer = await cluster.api(`${RBAC}/${plural}`)
  if (answer.status !== 200) throw new Error(`${plural}: ${answer.text}`)
  const { items } = JSON.parse(answer.text) as { items: RbacObject[] }
  return items
    .filter((item) => item.metadata.labels?.['kubernetes.io/bootstrapping'] === 'rbac-defaults')
    .map(({ metadata: { name, namespace, labels, annotations }, ...rest }) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name, namespace, labels, annotations },
      ...rest,
    }))
}

/** As the clusterrole-aggregation controller: roles that match a selector, by name, each rule once. */
function aggregate(roles: RbacObject[]): void {
  const byName = [...roles].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  // edit aggregates into admin and view into edit: repeat until nothing changes.
  for (let round = 0; round < 4; round += 1) {
    for (const role of roles.filter((r) => r.aggregationRule !== undefined)) {
      const rules: Rule[] = []
      for (const { matchLabels } of role.aggregationRule?.clusterRoleSelectors ?? [])
        for (const source of byName) {
          const matches = Object.entries(matchLabels).every(([key, value]) => source.metadata.labels?.[key] === value)
          if (!matches || source.metadata.name === role.metadata.name) continue
          for (const rule of source.rules ?? []) if (!rules.some((r) => JSON.stringify(r) === JSON.stringify(rule))) rules.push(rule)
        }
      role.rules = rules
    }
  }
}

/** The controllers' and bootstrap accounts that the bindings name. */
function serviceAccounts(bindings: readonly RbacObject[]): RbacObject[] {
  const names = bindings.flatMap((b) => (b.subjects ?? []).filter((s) => s.kind === 'ServiceAccount' && s.namespace === 'kube-system'))
  return [...new Set(names.map((s) => s.name))].sort().map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'kube-system' },
  }))
}

const cluster = await startCluster({ name: 'record' })
try {
  const lists = await Promise.all(KINDS.map(({ plural, kind }) => list(cluster, plural, kind)))
  const [roles = [], clusterBindings = [], , bindings = []] = lists
  aggregate(roles)
  const objects = [...lists.flat(), ...serviceAccounts([...clusterBindings, ...bindings])]
  const version = JSON.parse((await cluster.api('/version')).text) as { gitVersion: string }
  const head = `# Recorded from kube-apiserver ${version.gitVersion} by test/practice/record.ts: what it creates by itself. Do not edit.\n`
  await writeFile(TARGET, head + objects.map((o) => stringify(o, { lineWidth: 0 })).join('---\n'))
  const metrics = (await cluster.api('/metrics')).text.split('\n').filter((l) => l.startsWith('apiserver_storage_transformation'))
  process.stdout.write(`${objects.length} objects to ${TARGET}\n${metrics.slice(0, 6).join('\n')}\n`)
} finally {
  await cluster.stop()
}

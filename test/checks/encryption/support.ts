import { parseAllDocuments } from 'yaml'
import type { Check, CheckContext, Finding, Seen } from '#model/check.ts'
import { ALL_KINDS, KINDS, type Kind, kindOf } from '#model/kinds.ts'
import type { Distribution } from '#model/state.ts'

const NOW = new Date('2026-06-15T12:00:00Z')

export function context(distribution: Distribution = 'kubeadm', now = NOW): CheckContext {
  return { now, cluster: { name: 'test', distribution }, complete: true, hidden: new Set() }
}

/** YAML documents as a check is given them: parsed by the schemas of the model. */
export function seen(yaml: string): Seen<Kind> {
  const lists = Object.fromEntries(ALL_KINDS.map((k) => [k, [] as unknown[]]))
  for (const document of parseAllDocuments(yaml)) {
    if (document.errors.length > 0) throw document.errors[0]
    const object = document.toJS() as { apiVersion: string; kind: string } | null
    if (object === null) continue
    const kind = kindOf(object.apiVersion, object.kind)
    if (kind === undefined) throw new Error(`no kind for ${object.apiVersion} ${object.kind}`)
    lists[kind]?.push(KINDS[kind].schema.parse(object))
  }
  return lists as unknown as Seen<Kind>
}

export function run(check: Check, yaml: string, distribution?: Distribution, now?: Date): Finding[] {
  const all = seen(yaml)
  // Only what it reads: a check that looks at more than it declares must not work here.
  const read = Object.fromEntries([...check.reads, ...(check.helps ?? [])].map((k) => [k, all[k]])) as unknown as Seen<Kind>
  return [...check.evaluate(read, context(distribution, now))]
}

/** `name: status message` of each finding, sorted. */
export function verdicts(check: Check, objects: readonly object[], distribution?: Distribution, now?: Date): string[] {
  // JSON is YAML: one way in for examples and tests.
  const yaml = objects.map((o) => JSON.stringify(o)).join('\n---\n')
  return run(check, yaml, distribution, now)
    .map((f) => `${f.object.name}: ${f.status} ${f.message}`)
    .sort()
}

export const namespace = (name: string, status: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...(name === 'kube-system' ? { uid: '1' } : {}) },
  status,
})

type Pod = { readonly labels?: Readonly<Record<string, string>>; readonly [field: string]: unknown }

/** A Deployment (or another workload) in namespace shop with one container `app`, unless `pod` says otherwise. */
export const workload = (name: string, pod: Pod = {}, spec: object = {}, kind = 'Deployment', namespace = 'shop') => {
  const { labels = {}, ...rest } = pod
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app' }], ...rest } }
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace }, spec: { template, ...spec } }
}

export const policy = (name: string, spec: object, namespace = 'shop') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec,
})

import type { KubeObject } from '#model/refs.ts'
import { isJsonMap } from './json.ts'
import { managedEntries } from './owned.ts'

/** Managers in managedFields that put an object back to what their source says. */
const MANAGERS: { readonly [manager: string]: string } = {
  helm: 'Helm',
  'argocd-controller': 'Argo CD',
  'argocd-application-controller': 'Argo CD',
  'kustomize-controller': 'Flux',
  'helm-controller': 'Flux',
}

/**
 * What would put the object back: Helm, Argo CD, Flux or an operator; undefined where nothing is known to. Labels and
 * annotations as their documentation names them.
 */
export function managedBy(object: KubeObject): string | undefined {
  const labels = object.metadata.labels ?? {}
  const annotations = object.metadata.annotations ?? {}
  const has = (key: string): string | undefined => annotations[key] ?? labels[key]
  const argo = has('argocd.argoproj.io/tracking-id') ?? has('argocd.argoproj.io/instance')
  if (argo !== undefined) return `Argo CD application ${argo.split(':')[0]}`
  const flux = has('kustomize.toolkit.fluxcd.io/name') ?? has('helm.toolkit.fluxcd.io/name')
  if (flux !== undefined) return `Flux ${flux}`
  const release = annotations['meta.helm.sh/release-name']
  if (release !== undefined) return `Helm release ${release}`
  if (labels['app.kubernetes.io/managed-by'] === 'Helm') return 'Helm'
  const owner = controllerOf(object)
  if (owner !== undefined) return owner
  const entry = managedEntries(object.metadata.managedFields).find((e) => Object.hasOwn(MANAGERS, e.manager))
  return entry === undefined ? undefined : MANAGERS[entry.manager]
}

function controllerOf(object: KubeObject): string | undefined {
  const owners = object.metadata.ownerReferences
  const owner = Array.isArray(owners) ? owners.find((o) => isJsonMap(o) && o.controller === true) : undefined
  return isJsonMap(owner) ? `${String(owner.kind)} ${String(owner.name)}` : undefined
}

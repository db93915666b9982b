/**
 * How the API server merges a field: the structured-merge-diff schema of Kubernetes 1.36
 * (client-go/applyconfigurations/internal), cut down to the fields of the kinds in the model.
 */
export type Merge =
  | { readonly kind: 'granular' }
  | { readonly kind: 'atomic' }
  | { readonly kind: 'set' }
  | { readonly kind: 'keyed'; readonly keys: readonly string[]; readonly defaults?: { readonly [key: string]: string } }

const GRANULAR: Merge = { kind: 'granular' }
const ATOMIC: Merge = { kind: 'atomic' }
const by = (...keys: string[]): Merge => ({ kind: 'keyed', keys })

/** Lists that are merged, by field name; every other list is replaced as a whole. */
const LISTS: Readonly<Record<string, Merge>> = {
  containers: by('name'),
  initContainers: by('name'),
  ephemeralContainers: by('name'),
  env: by('name'),
  volumes: by('name'),
  volumeMounts: by('mountPath'),
  volumeDevices: by('devicePath'),
  hostAliases: by('ip'),
  topologySpreadConstraints: by('topologyKey', 'whenUnsatisfiable'),
  resourceClaims: by('name'),
  schedulingGates: by('name'),
  ownerReferences: by('uid'),
  conditions: by('type'),
}

/** Maps that are replaced as a whole. */
const ATOMIC_MAPS = new Set([
  'roleRef',
  'podSelector',
  'namespaceSelector',
  'labelSelector',
  'nodeSelector',
  'secretKeyRef',
  'configMapKeyRef',
  'fieldRef',
  'resourceFieldRef',
  'requiredDuringSchedulingIgnoredDuringExecution',
])

/** How the value at `path` (field names only, list items left out) is merged. */
export function mergeOf(path: readonly string[], isList: boolean): Merge {
  const field = path.at(-1) ?? ''
  const parent = path.at(-2)
  // Labels, annotations and data are plain maps whatever their keys are called.
  if (parent === 'labels' || parent === 'annotations' || parent === 'data') return GRANULAR
  if (!isList) return ATOMIC_MAPS.has(field) || (field === 'selector' && parent === 'spec') ? ATOMIC : GRANULAR
  if (field === 'finalizers' && parent === 'metadata') return { kind: 'set' }
  if (field === 'ports') {
    if (parent === 'containers' || parent === 'initContainers')
      return { kind: 'keyed', keys: ['containerPort', 'protocol'], defaults: { protocol: 'TCP' } }
    return parent === 'spec' ? { kind: 'keyed', keys: ['port', 'protocol'], defaults: { protocol: 'TCP' } } : ATOMIC
  }
  if (field === 'imagePullSecrets') return parent === 'spec' ? by('name') : ATOMIC
  if (field === 'secrets' && path.length === 1) return by('name')
  return LISTS[field] ?? ATOMIC
}

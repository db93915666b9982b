/** Which object, in kubectl's terms. */
export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** The apiVersion of what is asked of the API server and is no object of it. */
export const PROBE_API = 'probe.kubeharden/v1'

/** The apiVersion of a component on a node, in journals and previews; its kind is the component's name. */
export const NODE_API = 'node.kubeharden/v1'

/** What was asked, in the operator's words. */
const PROBES: { readonly [kind: string]: (name: string) => string } = {
  Cluster: () => 'the whole cluster',
  AnonymousProbe: (name) => `anonymous request to ${name}`,
  EncryptionProbe: (name) => `API server ${name}`,
  IdentityProbe: (name) => `sign-in as ${name}`,
  ApiServerProbe: (name) => `API server ${name}`,
  KubeletProbe: (name) => `kubelet of ${name}`,
  TlsProbe: (name) => `TLS of ${name}`,
  ImageScan: (name) => `scan ${name}`,
}

/** `Role shop/reader`, `ClusterRole admin`: how an object is named to the operator (escape with `safe` on screens). */
export function refLabel(ref: ObjectRef): string {
  const probe = ref.apiVersion === PROBE_API ? PROBES[ref.kind] : undefined
  if (probe !== undefined) return probe(ref.name)
  if (ref.apiVersion === NODE_API) return `${ref.kind} on node ${ref.name}`
  return `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`
}

/** A stable key for maps and sets. */
export function refKey(ref: ObjectRef): string {
  return `${ref.apiVersion}|${ref.kind}|${ref.namespace ?? ''}|${ref.name}`
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** A whole Kubernetes object as it travels; what the change room and writers handle. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly [key: string]: Json | undefined
  }
  readonly [key: string]: Json | undefined
}

export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata
  return { apiVersion: object.apiVersion, kind: object.kind, ...(namespace === undefined ? {} : { namespace }), name }
}

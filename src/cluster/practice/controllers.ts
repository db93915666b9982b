import { createHash } from 'node:crypto'
import type { Json, KubeObject } from '#model/refs.ts'
import { isMap } from './fieldSet.ts'
import { born } from './store.ts'

/** What the controllers put into a new namespace. */
export function namespaceBorn(object: KubeObject, now: string): KubeObject[] {
  if (object.apiVersion !== 'v1' || object.kind !== 'Namespace') return []
  const namespace = object.metadata.name
  return [
    born({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }, now),
    born({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace }, data: { 'ca.crt': 'made up' } }, now),
  ]
}

interface Place {
  readonly node: string
  readonly hostIP: string
}

/** The pods that controllers would run for Deployments, StatefulSets and DaemonSets, always the same ones for the same objects. */
export function podsOf(objects: readonly KubeObject[]): KubeObject[] {
  const nodes = objects.filter((o) => o.kind === 'Node').map(toPlace)
  const workers = nodes.filter((n) => !n.node.startsWith('cp-'))
  let next = 0
  return objects.flatMap((object) => {
    const copies = copiesOf(object)
    if (copies === undefined) return []
    const everywhere = object.kind === 'DaemonSet'
    const places = everywhere ? nodes : Array.from({ length: copies }, (_, i) => workers[i % Math.max(workers.length, 1)])
    return places.flatMap((place, index) => {
      if (place === undefined) return []
      next += 1
      return [podOf(object, index, place, `10.244.${nodes.indexOf(place)}.${10 + next}`)]
    })
  })
}

function copiesOf({ kind, spec }: KubeObject): number | undefined {
  if (kind === 'DaemonSet') return 0
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return undefined
  return isMap(spec) && typeof spec.replicas === 'number' ? Math.min(spec.replicas, 50) : 1
}

function toPlace(node: KubeObject): Place {
  const status = isMap(node.status) ? node.status : {}
  const addresses = Array.isArray(status.addresses) ? (status.addresses as readonly Json[]).filter(isMap) : []
  const address = addresses.find((a) => a.type === 'InternalIP')?.address
  return { node: node.metadata.name, hostIP: typeof address === 'string' ? address : '' }
}

function podOf(owner: KubeObject, index: number, { node, hostIP }: Place, ip: string): KubeObject {
  const spec = isMap(owner.spec) ? owner.spec : {}
  const template = isMap(spec.template) ? spec.template : {}
  const podSpec = isMap(template.spec) ? template.spec : {}
  const labels = isMap(template.metadata) && isMap(template.metadata.labels) ? template.metadata.labels : {}
  const { name, namespace, creationTimestamp } = owner.metadata
  const hash = digest(`${namespace}/${name}`).slice(0, 9)
  const suffix = digest(`${namespace}/${name}/${index}`).slice(0, 5)
  const isSet = owner.kind === 'StatefulSet'
  const replicaSet = owner.kind === 'Deployment' ? `${name}-${hash}` : undefined
  const podName = isSet ? `${name}-${index}` : `${replicaSet ?? name}-${suffix}`
  const controller =
    replicaSet === undefined
      ? { apiVersion: owner.apiVersion, kind: owner.kind, name, uid: owner.metadata.uid ?? '', controller: true }
      : {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: replicaSet,
          uid: uuidOf(`ReplicaSet ${namespace}/${replicaSet}`),
          controller: true,
        }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName,
      namespace,
      uid: uuidOf(`Pod ${namespace}/${podName}`),
      creationTimestamp,
      labels: { ...(labels as Record<string, string>), ...(replicaSet === undefined ? {} : { 'pod-template-hash': hash }) },
      ownerReferences: [controller],
    },
    spec: { serviceAccountName: 'default', restartPolicy: 'Always', ...podSpec, nodeName: node },
    status: { phase: 'Running', hostIP, podIP: podSpec.hostNetwork === true ? hostIP : ip, startTime: creationTimestamp },
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A uid that is the same in each session. */
export function uuidOf(text: string): string {
  const h = digest(text)
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`
}

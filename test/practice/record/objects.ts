import { createHash } from 'node:crypto'
import { type Json, type KubeObject, refKey, refOf } from '../../../src/model/refs.ts'
import type { TestNode } from '../../cluster/node/node.ts'
import { CONTROL_PLANE, MACHINE, type Stock } from './stock.ts'
import { INSTALLED } from './times.ts'

type JsonMap = { readonly [key: string]: Json | undefined }

/** Who wrote an object first, by managedFields, and the file that its objects go to. The first that had a hand in it counts. */
const WRITERS = {
  kubelet: 'kubelet.yaml',
  kubeadm: 'kubeadm.yaml',
  'kube-apiserver': 'kube-apiserver.yaml',
  'kubectl-client-side-apply': 'kube-router.yaml',
  'kube-controller-manager': 'kube-controller-manager.yaml',
} as const
export type RecordedFile = (typeof WRITERS)[keyof typeof WRITERS]
export const RECORDED_FILES: readonly RecordedFile[] = Object.values(WRITERS)

const KINDS = [
  'namespaces',
  'nodes',
  'pods',
  'serviceaccounts',
  'clusterroles',
  'clusterrolebindings',
  'roles',
  'rolebindings',
  'configmaps',
  'services',
  'deployments',
  'daemonsets',
]
/** Fixed, because the mirror pods name it as their owner. */
const NODE_UID = '00000000-0000-4000-8000-000000000010'
const MADE_UP = 'made up'

/** What the cluster holds besides the objects in `others`, as the practice cluster keeps it, by the file it goes to. */
export async function readObjects(
  node: TestNode,
  stock: Stock,
  others: readonly KubeObject[],
): Promise<ReadonlyMap<RecordedFile, readonly KubeObject[]>> {
  const text = await node.kubectl(['get', KINDS.join(','), '--all-namespaces', '-o', 'json', '--show-managed-fields'])
  const { items } = JSON.parse(text) as { items: KubeObject[] }
  const known = new Set(others.map((object) => refKey(refOf(object))))
  const files = new Map<RecordedFile, KubeObject[]>(RECORDED_FILES.map((file) => [file, []]))
  for (const item of items.filter((i) => isKept(i) && !known.has(refKey(refOf(i)))).sort(byKind))
    files.get(fileOf(item))?.push(plainOf(stock.of(item)))
  return files
}

/** Pods but mirror pods are made anew from their templates; a pod of a workload has no place in the files. */
function isKept({ kind, metadata }: KubeObject): boolean {
  return kind !== 'Pod' || metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
}

function byKind(a: KubeObject, b: KubeObject): number {
  const key = ({ kind, metadata }: KubeObject) =>
    `${String(KINDS.indexOf(`${kind.toLowerCase()}s`)).padStart(2, '0')} ${metadata.namespace ?? ''}/${metadata.name}`
  return key(a) < key(b) ? -1 : 1
}

function fileOf(object: KubeObject): RecordedFile {
  const fields = (object.metadata.managedFields ?? []) as unknown as readonly { readonly manager: string }[]
  const managers = new Set(fields.map(({ manager }) => manager))
  for (const [writer, file] of Object.entries(WRITERS)) if (managers.has(writer)) return file
  // A bare ServiceAccount has no field that anybody could own.
  if (object.kind === 'ServiceAccount') return 'kube-controller-manager.yaml'
  throw new Error(`${refKey(refOf(object))} was written by ${[...managers].join(', ')}, whom nobody knows here.`)
}

/** Without what belongs to that one cluster and day. */
function plainOf({ apiVersion, kind, metadata, status, ...rest }: KubeObject): KubeObject {
  const { name, namespace, labels } = metadata
  const annotations = annotationsOf(metadata.annotations ?? {}, rest)
  const owners = metadata.ownerReferences as unknown as readonly JsonMap[] | undefined
  const kept = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(kind === 'Node' ? { uid: NODE_UID } : {}),
    ...(labels === undefined ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(owners === undefined ? {} : { ownerReferences: owners.map((owner) => ({ ...owner, uid: NODE_UID })) }),
  }
  const seen = statusOf(kind, (status ?? {}) as JsonMap)
  const body =
    kind === 'ConfigMap'
      ? { ...rest, data: dataOf(rest.data as JsonMap) }
      : kind === 'Node'
        ? { ...rest, spec: nodeSpec(rest.spec as JsonMap) }
        : rest
  return { apiVersion, kind, metadata: kept, ...body, ...(seen === undefined ? {} : { status: seen }) } as unknown as KubeObject
}

/** The hash of a mirror pod is that of its manifest, which names the node's address: of the practice cluster's pod instead. */
function annotationsOf(annotations: Readonly<Record<string, string>>, rest: object): Record<string, string> {
  const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 32)
  return Object.fromEntries(
    Object.entries(annotations)
      .filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
      .map(([key, value]) => {
        if (key === 'kubernetes.io/config.hash' || key === 'kubernetes.io/config.mirror') return [key, hash]
        return [key, key === 'kubernetes.io/config.seen' ? INSTALLED : value]
      }),
  )
}

/** Certificates are public, but new in each cluster. The signature of a join token goes with the token, after a day. */
function dataOf(data: JsonMap): JsonMap {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([key]) => !key.startsWith('jws-kubeconfig-'))
      .map(([key, value]) => {
        const text = String(value)
        if (text.startsWith('-----BEGIN ')) return [key, MADE_UP]
        if (key === 'since') return [key, INSTALLED.slice(0, 10)]
        return [key, text.replace(/(certificate-authority-data: )\S+/, `$1${Buffer.from(MADE_UP).toString('base64')}`)]
      }),
  )
}

/** The bench takes the taint away, because its one node does everything. */
function nodeSpec(spec: JsonMap): JsonMap {
  return { ...spec, taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }
}

function statusOf(kind: string, status: JsonMap): Json | undefined {
  const nodeInfo = status.nodeInfo as JsonMap | undefined
  switch (kind) {
    case 'Namespace':
      return { phase: status.phase }
    case 'Node':
      return {
        addresses: status.addresses,
        allocatable: MACHINE.allocatable,
        nodeInfo: {
          architecture: nodeInfo?.architecture,
          containerRuntimeVersion: nodeInfo?.containerRuntimeVersion,
          kernelVersion: MACHINE.kernelVersion,
          kubeletVersion: nodeInfo?.kubeletVersion,
          operatingSystem: nodeInfo?.operatingSystem,
          osImage: MACHINE.osImage,
        },
        conditions: (status.conditions as readonly JsonMap[])
          .filter(({ type }) => type === 'Ready')
          .map(({ type, status: is, reason }) => ({ type, status: is, reason })),
      }
    case 'Pod':
      return { phase: status.phase, hostIP: CONTROL_PLANE.address, podIP: CONTROL_PLANE.address, startTime: INSTALLED }
    case 'Deployment':
      return { replicas: status.replicas, readyReplicas: status.readyReplicas }
    case 'DaemonSet':
      return { numberReady: status.numberReady }
    default:
      return undefined
  }
}

import type { Item } from '../../../src/model/kinds.ts'
import type { NodeEvidence } from '../../../src/model/objects/evidence.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { CONTROL_PLANE, WORKERS } from './stock.ts'

/** The practice cluster has two workers, which the bench's one node stands for: `kubeadm join` writes the same kubelet. */
const ON_CONTROL_PLANES = ['node-role.kubernetes.io/control-plane', 'node.kubernetes.io/exclude-from-external-load-balancers']
/** Of the control plane's files a worker has the CA's certificate only. */
const ON_WORKERS = ['kubelet-service', 'kubelet-kubeconfig', 'kubelet-config', 'client-ca', 'cni', 'pki-directory']

type Worker = (typeof WORKERS)[number]

export function workerNodes(controlPlane: KubeObject): readonly KubeObject[] {
  return WORKERS.map((worker) => {
    const { uid: _, labels = {}, ...metadata } = renamed(controlPlane, worker).metadata
    const { status } = renamed(controlPlane, worker)
    const kept = Object.fromEntries(Object.entries(labels).filter(([key]) => !ON_CONTROL_PLANES.includes(key)))
    const spec = { podCIDR: worker.podCIDR, podCIDRs: [worker.podCIDR] }
    return { ...controlPlane, metadata: { ...metadata, labels: kept }, spec, status } as unknown as KubeObject
  })
}

export function workerKubelets(controlPlane: Item<'kubelets'>): readonly Item<'kubelets'>[] {
  return WORKERS.map((worker) => renamed(controlPlane, worker))
}

export function workerEvidence(controlPlane: NodeEvidence): readonly NodeEvidence[] {
  const files = controlPlane.files.filter(({ what, path }) => ON_WORKERS.includes(what) || path === '/etc/kubernetes/pki/ca.crt')
  return WORKERS.map((worker) => renamed({ ...controlPlane, files, sha256: {} }, worker))
}

/** One that runs on every node runs on the workers too. */
export function onAllNodes(object: KubeObject): KubeObject {
  return object.kind === 'DaemonSet' ? { ...object, status: { numberReady: 1 + WORKERS.length } } : object
}

function renamed<T>(value: T, { name, address }: Worker): T {
  const text = JSON.stringify(value).replaceAll(`"${CONTROL_PLANE.name}"`, `"${name}"`)
  return JSON.parse(text.replaceAll(`"${CONTROL_PLANE.address}"`, `"${address}"`)) as T
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Json, KubeObject } from '../../../src/model/refs.ts'
import type { TestNode } from '../../cluster/node/node.ts'

type JsonMap = { readonly [key: string]: Json | undefined }

const IMAGE = 'registry.kubeharden.test/shop:1'

/**
 * Puts the practice cluster's own objects onto the node and waits until all its pods run. No registry has their images: each
 * container runs the bench's, which listens on the port that the container names; all else is as written.
 */
export async function runShop(node: TestNode, objects: readonly KubeObject[]): Promise<void> {
  const volumes = objects.flatMap(volumeFor)
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...volumes, ...objects.map(withStandIns)] })
  // A pod is refused until its namespace has a default service account.
  for (let tries = 0; ; tries += 1) {
    const { code, stderr } = await node.exec(['kubectl', 'apply', '--validate=strict', '-f', '-'], { input })
    if (code === 0) break
    if (tries === 5) throw new Error(`The API server refused objects of the shop: ${stderr}`)
    await sleep(1000)
  }
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name)
  for (const name of namespaces) await node.kubectl(['-n', name, 'wait', '--for=create', 'configmap/kube-root-ca.crt', '--timeout=60s'])
  for (const { kind, metadata } of objects.filter((o) => o.kind === 'Deployment' || o.kind === 'StatefulSet'))
    await node.kubectl(['-n', metadata.namespace ?? '', 'rollout', 'status', `${kind.toLowerCase()}/${metadata.name}`, '--timeout=120s'])
  await works(node)
}

/** A new Service takes a moment to lead to its pods. */
async function works(node: TestNode): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const open = await node.kubectl(['-n', 'shop', 'exec', 'deploy/web', '--', 'shop', 'probe', 'api:8080', 'db:5432'])
    if (open === 'api:8080 open\ndb:5432 open\n') return
    if (tries === 20) throw new Error(`The shop does not work: ${open}`)
    await sleep(500)
  }
}

/** Nothing on the node makes volumes: the claim's is made beforehand, under the name that the claim asks for. */
function volumeFor({ kind, spec }: KubeObject): readonly object[] {
  if (kind !== 'PersistentVolumeClaim') return []
  const { volumeName, storageClassName, accessModes, resources } = spec as JsonMap
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: {
        storageClassName,
        accessModes,
        capacity: (resources as JsonMap).requests,
        hostPath: { path: `/var/lib/kubelet/volumes-of-the-shop/${volumeName}`, type: 'DirectoryOrCreate' },
      },
    },
  ]
}

/** The object with the bench's image in each container. */
function withStandIns(object: KubeObject): KubeObject {
  return standIn(object) as KubeObject
}

function standIn(value: Json | undefined, key = ''): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => (key === 'containers' ? runsShop(item as JsonMap) : (standIn(item) as Json)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, standIn(item, name)]))
}

function runsShop({ command: _, ...container }: JsonMap): Json {
  const [port] = (container.ports ?? []) as readonly JsonMap[]
  return { ...container, image: IMAGE, args: [String(container.name), String(port?.containerPort ?? 8080)] } as Json
}

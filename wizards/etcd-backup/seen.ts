import type { z } from 'zod'
import { itemsOf, type State } from '#model/state.ts'
import type { Opened } from '#model/wizard.ts'
import { controlPlane, flag } from '#simulate/controlPlane.ts'
import { controlPlaneNodes } from '../shared/cluster.ts'
import { isNodePath, isSubdomain } from '../shared/names.ts'
import type { questions } from './questions.ts'

/** From etcd's static pod: its image and where its certificates are; and one node where there are several. */
export function defaults(state: State, finding?: Opened): Partial<z.input<typeof questions>> {
  const etcd = itemsOf(state, 'pods').find((p) => p.metadata.namespace === 'kube-system' && p.metadata.labels.component === 'etcd')
  const container = etcd?.spec.containers.find((c) => c.name === 'etcd') ?? etcd?.spec.containers[0]
  const image = container?.image
  const certificate = [...(container?.command ?? []), ...(container?.args ?? [])]
    .map((word) => /^--trusted-ca-file=(.+)\/[^/]+$/.exec(word)?.[1])
    .find((folder) => folder !== undefined)
  // A claim in the namespace of the backup was put there for it.
  const encryptionFile = apiServerFlag(state, 'encryption-provider-config')
  const claim = itemsOf(state, 'persistentVolumeClaims').find((c) => c.metadata.namespace === 'etcd-backup')?.metadata.name
  return {
    encryptionCopy: finding?.check === 'backup/encryption-configuration' ? 'volume-claim' : 'by-hand',
    encryptionFile: encryptionFile !== undefined && isNodePath(encryptionFile) ? encryptionFile : undefined,
    inNamespace: 'etcd-backup',
    retention: 'daily-7',
    atHour: 2,
    atMinute: 17,
    storage: claim === undefined ? 'node-folder' : 'volume-claim',
    claim,
    folder: '/var/backups/etcd',
    onNode: firstOfSeveral(state),
    etcdImage: image === undefined || image === '' || !/[:@]/.test(image) ? 'registry.k8s.io/etcd:3.6.8-0' : image,
    certificateFolder: certificate ?? '/etc/kubernetes/pki/etcd',
  }
}

function apiServerFlag(state: State, name: string): string | undefined {
  const server = controlPlane(itemsOf(state, 'pods'), 'kube-apiserver')?.[0]
  return server === undefined ? undefined : flag(server, name)
}

function firstOfSeveral(state: State): string | undefined {
  const nodes = controlPlaneNodes(state)
  return nodes.length > 1 ? nodes[0] : undefined
}

/** A member of etcd as its static pod starts it. */
export interface Member {
  readonly name: string
  readonly address: string
  readonly peer: string
}

/** The members, from their static pods; empty where none was seen. */
export function membersOf(state: State): Member[] {
  return itemsOf(state, 'pods')
    .filter((p) => p.metadata.namespace === 'kube-system' && p.metadata.labels.component === 'etcd')
    .flatMap((p) => {
      const words = p.spec.containers.flatMap((c) => [...c.command, ...c.args])
      const flag = (name: string) => words.find((w) => w.startsWith(`--${name}=`))?.slice(name.length + 3)
      const name = flag('name')
      const peer = flag('initial-advertise-peer-urls')
      // They become words of a shell: only what is a name and an address.
      if (name === undefined || peer === undefined || !isSubdomain(name) || !/^https?:\/\/[\w.:[\]-]+$/.test(peer)) return []
      return [{ name, peer, address: peer.replace(/^https?:\/\//, '').replace(/:\d+$/, '') }]
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

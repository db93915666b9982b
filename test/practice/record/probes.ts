import { connectLive } from '../../../src/cluster/index.ts'
import { type Item, KINDS, type Kind } from '../../../src/model/kinds.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { itemsOf } from '../../../src/model/state.ts'
import type { TestNode } from '../../cluster/node/node.ts'
import { EXTRA_NAMES, type Stock } from './stock.ts'
import { sinceInstalled } from './times.ts'
import { workerKubelets } from './workers.ts'

const ASKED = ['encryption', 'anonymous', 'identity', 'apiServers', 'tls', 'kubelets'] as const
type Asked = (typeof ASKED)[number]

/** What the live reader sees of the node beyond its objects. Throws where something could not be seen. */
export async function readProbes(node: TestNode, stock: Stock): Promise<readonly KubeObject[]> {
  const { reader } = await connectLive({ kubeconfig: node.kubeconfig, env: {} })
  try {
    const state = await reader.collect(ASKED)
    const gaps = Object.values(state.kinds).flatMap((kind) => kind.gaps)
    if (gaps.length > 0) throw new Error(`Not everything could be seen: ${JSON.stringify(gaps)}`)
    const items = <K extends Asked>(kind: K): readonly Item<K>[] => stock.of(itemsOf(state, kind))
    const kubelets = items('kubelets').map(stockKubelet)
    return [
      ...written('encryption', items('encryption')),
      ...written('anonymous', items('anonymous')),
      ...written('identity', items('identity').map(withValidity)),
      ...written('apiServers', items('apiServers').map(withoutFlags)),
      ...written('tls', items('tls').map(withNames).map(withValidity)),
      ...written('kubelets', [...kubelets, ...kubelets.flatMap(workerKubelets)]),
    ]
  } finally {
    await reader.close()
  }
}

function written<K extends Kind>(kind: K, items: readonly object[]): readonly KubeObject[] {
  const { apiVersion, kind: name } = KINDS[kind]
  return items.map((item) => ({ apiVersion, kind: name, ...item }) as KubeObject)
}

function withValidity<T extends Pick<Item<'tls'>, 'certificate'> | Pick<Item<'identity'>, 'certificate'>>(item: T): T {
  return item.certificate === undefined ? item : { ...item, certificate: sinceInstalled(item.certificate) }
}

/** The mirror pod says the flags; a second copy of them would go on saying the old ones after a change on the node. */
function withoutFlags({ flags: _, ...server }: Item<'apiServers'>): Omit<Item<'apiServers'>, 'flags'> {
  return server
}

function withNames(item: Item<'tls'>): Item<'tls'> {
  return item.certificate === undefined
    ? item
    : { ...item, certificate: { ...item.certificate, names: item.certificate.names - EXTRA_NAMES } }
}

/** The bench gives --node-ip, because its machine has many addresses. */
function stockKubelet(kubelet: Item<'kubelets'>): Item<'kubelets'> {
  return { ...kubelet, flags: { ...kubelet.flags, 'node-ip': '' } }
}

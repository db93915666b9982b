import type { Connection } from '#model/access.ts'
import { type KubeObject, PROBE_API } from '#model/refs.ts'
import { pickKinds } from '../objects/pick.ts'
import { stateFromObjects } from '../objects/toState.ts'
import { podsOf } from './controllers.ts'
import { interrupted } from './errors.ts'
import { loadPractice } from './load.ts'
import { makePracticeNodes } from './nodes.ts'
import { Store } from './store.ts'
import { makePracticeWriter } from './writer.ts'

/**
 * The practice cluster: an unhardened kubeadm cluster with a small shop, from the package's own files. What is written
 * to it stays in memory until the connection ends. Throws HardenError `internal` where the files are missing.
 */
export async function connectPractice(clock: () => Date = () => new Date()): Promise<Connection> {
  const store = new Store()
  const probes: KubeObject[] = []
  for (const object of await loadPractice(clock())) {
    if (object.apiVersion === PROBE_API) probes.push(object)
    else store.put(object)
  }
  const uid = store.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' })?.metadata.uid
  return {
    reader: {
      kind: 'practice',
      async collect(kinds, options = {}) {
        interrupted(options.signal)
        const objects = store.all()
        const state = stateFromObjects([...objects, ...podsOf(objects), ...probes], {
          source: 'practice',
          name: 'practice',
          now: clock(),
          complete: true,
          cluster: { ...(uid === undefined ? {} : { uid }), context: 'practice', version: 'v1.36.3', distribution: 'kubeadm' },
        })
        return pickKinds(state, kinds, options)
      },
      close: async () => {},
    },
    writer: makePracticeWriter(store, clock),
    nodes: makePracticeNodes(store, probes),
  }
}

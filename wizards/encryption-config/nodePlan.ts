import type { NodePlan } from '#model/node.ts'
import { itemsOf, type State } from '#model/state.ts'
import type { Order } from '#simulate/encryptionLife.ts'
import { isNodePath } from '../shared/names.ts'
import { contentOf, type KeyOf, pluginOf } from './files.ts'
import type { EncryptionAnswers } from './questions.ts'
import { configPath } from './seen.ts'

const FOLDER = '/etc/kubernetes/enc'
const NEW_FILE = `${FOLDER}/encryption-config.yaml`
/** How the mounts of the encryption are called in the manifest. */
const ENC_VOLUME = 'encryption-config'
const KMS_VOLUME = 'kms-plugin'
const FLAG = 'encryption-provider-config'
const RELOAD = 'encryption-provider-config-automatic-reload'

/**
 * One file on one control-plane node. Where flags and folder are there already only the file is replaced, and the API server
 * reads it within a minute; the *folder* is mounted, because a file that is replaced by a rename would still be seen as it was.
 */
export function filePlan(state: State, answers: EncryptionAnswers, order: Order, keyOf: KeyOf): NodePlan {
  const seen = configPath(state)
  const path = seen !== undefined && isNodePath(seen) ? seen : NEW_FILE
  const own = path === NEW_FILE
  const kms = order.some((id) => id.startsWith('kms:'))
  return {
    component: 'kube-apiserver',
    folders: own ? [{ path: FOLDER, mode: 0o700 }] : [],
    files: [{ path, mode: 0o600, kind: 'encryption-configuration', content: contentOf(order, answers, keyOf) }],
    flags: [
      { name: FLAG, value: path },
      { name: RELOAD, value: 'true' },
    ],
    mounts: [
      ...(own ? [{ name: ENC_VOLUME, hostPath: FOLDER, mountPath: FOLDER, readOnly: true, type: 'DirectoryOrCreate' } as const] : []),
      ...(kms ? [socketMount(answers)] : []),
    ],
    settings: [],
    loads: path,
    withinSeconds: 240,
  }
}

/** The plugin's socket, by its folder: a plugin that starts anew makes a new one. */
function socketMount(answers: EncryptionAnswers): NodePlan['mounts'][number] {
  const socket = pluginOf(answers).kmsEndpoint.replace(/^unix:\/\//, '')
  const folder = socket.slice(0, socket.lastIndexOf('/')) || '/run'
  return { name: KMS_VOLUME, hostPath: folder, mountPath: folder, readOnly: false, type: 'Directory' }
}

/** Mounts that only the encryption needs. */
const VOLUMES = [ENC_VOLUME, KMS_VOLUME]

/**
 * Plain text needs no configuration: flags and mounts go, and the manifest is as it was before the first encryption. File and
 * folder stay on the node until they are removed by hand: old snapshots need the key.
 */
export function flagsAwayPlan(state: State): NodePlan {
  const seen = mountsSeen(state)
  return {
    component: 'kube-apiserver',
    folders: [],
    files: [],
    flags: [{ name: FLAG }, { name: RELOAD }],
    mounts: [],
    unmounts: seen.length > 0 ? seen : [{ name: ENC_VOLUME, hostPath: FOLDER, mountPath: FOLDER }],
    settings: [],
    withinSeconds: 180,
  }
}

/** As the mirror pods show them. */
function mountsSeen(state: State): NonNullable<NodePlan['unmounts']> {
  const found = itemsOf(state, 'pods')
    .filter((pod) => pod.metadata.namespace === 'kube-system' && pod.metadata.labels.component === 'kube-apiserver')
    .flatMap(({ spec }) =>
      spec.volumes.flatMap(({ name, hostPath }) =>
        spec.containers.flatMap((c) =>
          c.volumeMounts
            .filter((m) => m.name === name && VOLUMES.includes(name) && hostPath !== undefined)
            .map((m) => ({ name, hostPath: hostPath?.path ?? '', mountPath: m.mountPath })),
        ),
      ),
    )
    .filter((m) => isNodePath(m.hostPath) && isNodePath(m.mountPath))
  return [...new Map(found.map((m) => [JSON.stringify(m), m])).values()]
}

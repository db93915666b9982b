import type { NodePlan } from '#model/node.ts'
import type { State } from '#model/state.ts'
import type { Order } from '#simulate/encryptionLife.ts'
import { isNodePath } from '../shared/names.ts'
import { contentOf, type KeyOf, pluginOf } from './files.ts'
import type { EncryptionAnswers } from './questions.ts'
import { configPath } from './seen.ts'

const FOLDER = '/etc/kubernetes/enc'
const NEW_FILE = `${FOLDER}/encryption-config.yaml`
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
      ...(own
        ? [{ name: 'encryption-config', hostPath: FOLDER, mountPath: FOLDER, readOnly: true, type: 'DirectoryOrCreate' } as const]
        : []),
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
  return { name: 'kms-plugin', hostPath: folder, mountPath: folder, readOnly: false, type: 'Directory' }
}

/** Plain text needs no configuration. File and folder stay on the node until they are removed by hand: old snapshots need the key. */
export function flagsAwayPlan(): NodePlan {
  return {
    component: 'kube-apiserver',
    folders: [],
    files: [],
    flags: [{ name: FLAG }, { name: RELOAD }],
    mounts: [],
    settings: [],
    withinSeconds: 180,
  }
}

import type { Step } from '#model/change.ts'
import { itemsOf, type State } from '#model/state.ts'
import { isControlPlane } from '../shared/cluster.ts'
import { isNodePath } from '../shared/names.ts'
import { apiServerFlag, configPath } from './seen.ts'

/** Where the folder lies on each control-plane node; every command with a path of the folder runs in it. */
export const FOLDER = '/root/kubeharden-encryption'
export const BACKUP = '/root/kubeharden-backup'
export const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const NEW_FILE = '/etc/kubernetes/enc/encryption-config.yaml'

/** What the steps must know of the cluster to be commands and not advice. */
export interface Place {
  /** The file that the API servers read. */
  readonly file: string
  readonly port: number
  /** Control-plane nodes as ssh may know them; empty where they were not seen. */
  readonly nodes: readonly string[]
}

/** `reuse`: the file that is in use keeps its path (a rotation). */
export function placeOf(state: State, reuse: boolean): Place {
  const seen = reuse ? configPath(state) : undefined
  const port = apiServerFlag(state, 'secure-port')
  return {
    file: seen !== undefined && isNodePath(seen) ? seen : NEW_FILE,
    port: port !== undefined && /^[1-9]\d{1,4}$/.test(port) ? Number(port) : 6443,
    nodes: itemsOf(state, 'nodes')
      .filter((n) => isControlPlane(n.metadata.labels) && /^[a-z0-9][a-z0-9.-]*$/.test(n.metadata.name))
      .map((n) => n.metadata.name)
      .toSorted(),
  }
}

/**
 * kubectl that asks the API server of this node and no other: not through a load balancer. kubeadm's certificate does not
 * name 127.0.0.1, but always `kubernetes`; signed in, so that it also works with anonymous requests switched off.
 */
export function localKubectl({ port }: Place): string {
  return `kubectl --kubeconfig=/etc/kubernetes/admin.conf --server=https://127.0.0.1:${port} --tls-server-name=kubernetes --request-timeout=5s`
}

/** The folder onto the nodes: keys go over ssh only and belong to root alone. */
export function copyStep({ nodes }: Place): Step {
  return {
    title: { en: 'On this machine, in this folder: copy it to each control-plane node' },
    explain: {
      en:
        `${nodes.length === 0 ? 'Put the addresses of the control-plane nodes in place of NODE1 NODE2 NODE3. ' : 'The names are those of the nodes; write addresses where ssh does not know them. '}` +
        `Nothing but “copied” may be printed for a node: any other line is a file that others can read. All other steps run on the control-plane nodes, as root, in ${FOLDER}.`,
    },
    commands: [
      `for node in ${nodes.length === 0 ? 'NODE1 NODE2 NODE3' : nodes.join(' ')}; do`,
      `  ssh -n "root@$node" 'install -d -m 0700 -o root -g root ${FOLDER}' &&`,
      `    scp -pr ./* "root@$node:${FOLDER}/" &&`,
      `    ssh -n "root@$node" 'cd ${FOLDER} && chown -R root:root . && chmod -R go= . && find . "(" ! -user root -o -perm /077 ")" -print' &&`,
      '    echo "copied to $node" || { echo "NOT copied to $node"; break; }',
      'done',
    ],
  }
}

/** The file is written beside the old one and renamed, so that the API server never reads half of it. */
export function putFile(path: string, { file }: Place): string[] {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return [
    `cd ${FOLDER}`,
    ...(file === NEW_FILE ? [`install -d -m 0700 -o root -g root ${folder}`] : []),
    `install -m 0600 -o root -g root ${path} ${file}.new && mv ${file}.new ${file}`,
  ]
}

/** The old manifest back onto a node, by rename; works without the API. A copy in the manifests folder would be run by the kubelet. */
export const MANIFEST_BACK = `install -m 0600 ${BACKUP}/kube-apiserver.yaml /etc/kubernetes/kube-apiserver.yaml.back && mv /etc/kubernetes/kube-apiserver.yaml.back ${MANIFEST}`

const RUNNING = "crictl ps --state running --name '^kube-apiserver$' --quiet"

/** Remembers which container runs now, and only then replaces the manifest. */
export function replaceManifest(command: string): string[] {
  return [
    `${RUNNING} > ${BACKUP}/kube-apiserver.container && test -s ${BACKUP}/kube-apiserver.container &&`,
    `  ${command} ||`,
    "  echo 'NOT REPLACED: no API server runs here, or the command failed'",
  ]
}

/**
 * Waits for the new API server of this node: the old container answers /readyz for a while yet, and a load balancer
 * answers for the other nodes. 42 seconds were measured.
 */
export function waitRestarted(place: Place, otherwise: string): string[] {
  return [
    'end=$(($(date +%s) + 180))',
    `until new=$(${RUNNING}) && [ -n "$new" ] && ! printf '%s\\n' "$new" | grep -qxFf ${BACKUP}/kube-apiserver.container &&`,
    `  ${localKubectl(place)} get --raw /readyz > /dev/null 2>&1; do`,
    `  if [ "$(date +%s)" -ge "$end" ]; then echo 'NOT READY AFTER 3 MINUTES: ${otherwise}'; break; fi`,
    '  sleep 2',
    'done',
    `${localKubectl(place)} get --raw /readyz; echo`,
  ]
}

/** Waits until the API server of this node uses the file of this node: its metric names the sha256. */
export function waitLoaded(place: Place): string[] {
  return [
    `want=$(sha256sum ${place.file} | cut -d ' ' -f 1)`,
    'late=; end=$(($(date +%s) + 180))',
    `until ${localKubectl(place)} get --raw /metrics 2> /dev/null |`,
    `  grep '^apiserver_encryption_config_controller_last_config_info{' | grep -qF "hash=\\"sha256:$want\\"} 1"; do`,
    `  if [ "$(date +%s)" -ge "$end" ]; then late=yes; echo 'NOT LOADED AFTER 3 MINUTES: put the file of the step before back'; break; fi`,
    '  sleep 5',
    'done',
    `if [ -z "$late" ]; then echo "this node uses $want"; fi`,
  ]
}

/** Reads every object and writes it again, so that it is stored with the provider that is now first. */
export function rewrites(resources: readonly string[]): string[] {
  return [
    'export KUBECONFIG=/etc/kubernetes/admin.conf',
    ...resources.map((r) => `kubectl get ${r} --all-namespaces -o json | kubectl replace -f -`),
  ]
}

/** etcdctl in etcd's own container. */
export function etcdctl(words: string): string {
  const pki = '/etc/kubernetes/pki/etcd'
  return `crictl exec "$(crictl ps --name '^etcd$' --quiet)" etcdctl --endpoints=https://127.0.0.1:2379 --cacert=${pki}/ca.crt --cert=${pki}/healthcheck-client.crt --key=${pki}/healthcheck-client.key ${words}`
}

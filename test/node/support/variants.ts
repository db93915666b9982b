import { type Access, type Component, type EditableNode, type Editor, setFlag } from './edit.ts'

/** The node with one setting broken: which controls must fail by it, and how it is done. */
export interface Variant {
  readonly what: string
  readonly fails: readonly string[]
  /** What restarts by it; undefined where only a mode or an owner changes. */
  readonly of?: Component | 'kubelet'
  readonly make: (editor: Editor, node: EditableNode) => Promise<void>
}

const flag =
  (of: Component) =>
  (what: string, fails: readonly string[], name: string, value: string | undefined): Variant => ({
    what,
    fails,
    of,
    make: (editor) => editor.command(of, setFlag(name, value)),
  })
const apiServer = flag('kube-apiserver')
const controllerManager = flag('kube-controller-manager')
const scheduler = flag('kube-scheduler')
const etcd = flag('etcd')
const kubelet = (what: string, fails: readonly string[], change: (config: Record<string, unknown>) => void): Variant => ({
  what,
  fails,
  of: 'kubelet',
  make: (editor) => editor.kubelet(change),
})
const access = (what: string, fails: readonly string[], path: string, to: Access): Variant => ({
  what,
  fails,
  make: (editor) => editor.access(path, to),
})

/** Modes and owners of files, which no API shows: ten seconds each. */
export const FILE_VARIANTS: readonly Variant[] = [
  access('a manifest of the API server that all may read', ['1.1.1'], '/etc/kubernetes/manifests/kube-apiserver.yaml', { mode: '644' }),
  access('a manifest of etcd that belongs to somebody else', ['1.1.8'], '/etc/kubernetes/manifests/etcd.yaml', { owner: '1000:0' }),
  access('data of etcd that all may list', ['1.1.11'], '/var/lib/etcd', { mode: '755' }),
  access('a second credential of administrators that a group may read', ['1.1.13'], '/etc/kubernetes/super-admin.conf', { mode: '640' }),
  access('a credential of administrators that belongs to somebody else', ['1.1.14'], '/etc/kubernetes/admin.conf', { owner: '1000:1000' }),
  access('a credential of the scheduler that runs as its owner', ['1.1.15'], '/etc/kubernetes/scheduler.conf', { mode: '4600' }),
  access('a folder in the PKI that belongs to a group', ['1.1.19'], '/etc/kubernetes/pki/etcd', { owner: '0:1000' }),
  access('a CA that a group may replace', ['1.1.20', '4.1.7'], '/etc/kubernetes/pki/ca.crt', { mode: '664' }),
  access('a private key that all may read', ['1.1.21'], '/etc/kubernetes/pki/etcd/peer.key', { mode: '644' }),
  access('a credential of the kubelet that all may read', ['4.1.5'], '/etc/kubernetes/kubelet.conf', { mode: '644' }),
  access('a configuration of the kubelet that belongs to somebody else', ['4.1.10'], '/var/lib/kubelet/config.yaml', { owner: '1000:0' }),
]

/** What our checks of files ask to be done on a stock node, done. */
export const FILES_REPAIRED: { readonly passes: readonly string[]; readonly make: (editor: Editor, node: EditableNode) => Promise<void> } =
  {
    passes: ['1.1.9', '1.1.12', '4.1.1', '4.1.9'],
    make: async (editor, node) => {
      // kubeadm's etcd runs as root and makes no such user.
      await node.must(['sh', '-c', 'getent passwd etcd || { groupadd -r etcd && useradd -r -g etcd -M -s /usr/sbin/nologin etcd; }'])
      await editor.access('/var/lib/etcd', { owner: 'etcd:etcd' })
      for (const folder of ['/etc/cni/net.d', '/etc/systemd/system/kubelet.service.d'])
        for (const file of (await node.must(['find', folder, '-type', 'f'])).trim().split('\n')) await editor.access(file, { mode: '600' })
      await editor.access('/var/lib/kubelet/config.yaml', { mode: '600' })
    },
  }

const TOKENS = '/etc/kubernetes/pki/kubeharden-test-tokens.csv'

/**
 * Each a setting that the component still runs with. Not among them: --authorization-mode=AlwaysAllow, for with it the API server
 * takes no anonymous requests, kubeadm's probes get 401, and the kubelet kills it again and again.
 */
export const VARIANTS: readonly Variant[] = [
  kubelet('a kubelet that lets anonymous requests in', ['4.2.1'], (config) => {
    config.authentication = { ...(config.authentication as object), anonymous: { enabled: true } }
  }),
  kubelet('a kubelet with a read-only port', ['4.2.4'], (config) => {
    config.readOnlyPort = 10255
  }),
  kubelet('a kubelet that does not renew its certificate', ['4.2.10'], (config) => {
    delete config.rotateCertificates
  }),
  scheduler('a scheduler that listens for the network', ['1.4.2'], 'bind-address', '0.0.0.0'),
  controllerManager('a controller manager with one identity for all', ['1.3.3'], 'use-service-account-credentials', 'false'),
  controllerManager('a controller manager that says no address', ['1.3.7'], 'bind-address', undefined),
  etcd('an etcd that lets everybody in', ['2.2'], 'client-cert-auth', 'false'),
  etcd('an etcd whose members make up their certificates', ['2.6'], 'peer-auto-tls', 'true'),
  apiServer('an API server with AlwaysAdmit and without NodeRestriction', ['1.2.10', '1.2.14'], 'enable-admission-plugins', 'AlwaysAdmit'),
  apiServer('an API server without the ServiceAccount plugin', ['1.2.12'], 'disable-admission-plugins', 'ServiceAccount'),
  apiServer('an API server without the NamespaceLifecycle plugin', ['1.2.13'], 'disable-admission-plugins', 'NamespaceLifecycle'),
  apiServer('an API server that takes tokens of accounts that are gone', ['1.2.21'], 'service-account-lookup', 'false'),
  {
    what: 'an API server with static tokens',
    fails: ['1.2.2'],
    of: 'kube-apiserver',
    make: async (editor, node) => {
      await node.must(['sh', '-c', `umask 077; echo "$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n'),someone,1" > ${TOKENS}`])
      await editor.command('kube-apiserver', setFlag('token-auth-file', TOKENS))
    },
  },
]

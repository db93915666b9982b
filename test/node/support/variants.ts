import { type Component, type EditableNode, type Editor, setFlag } from './edit.ts'

/** The node with one setting broken: which controls must fail by it, and how it is done. */
export interface Variant {
  readonly what: string
  readonly fails: readonly string[]
  readonly of: Component | 'kubelet'
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

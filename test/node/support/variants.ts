import { type EditableNode, editCommand, editKubelet, setFlag } from './edit.ts'

/** The node with one setting broken: which control must fail by it, and how it is done (and undone by what comes back). */
export interface Variant {
  readonly what: string
  readonly fails: readonly string[]
  readonly make: (node: EditableNode) => Promise<() => Promise<void>>
}

const apiServer = (what: string, fails: readonly string[], name: string, value: string | undefined): Variant => ({
  what,
  fails,
  make: (node) => editCommand(node, 'kube-apiserver', setFlag(name, value)),
})
const controllerManager = (what: string, fails: readonly string[], name: string, value: string | undefined): Variant => ({
  what,
  fails,
  make: (node) => editCommand(node, 'kube-controller-manager', setFlag(name, value)),
})
const etcd = (what: string, fails: readonly string[], name: string, value: string): Variant => ({
  what,
  fails,
  make: (node) => editCommand(node, 'etcd', setFlag(name, value)),
})
const kubelet = (what: string, fails: readonly string[], change: (config: Record<string, unknown>) => void): Variant => ({
  what,
  fails,
  make: (node) => editKubelet(node, change),
})

const TOKENS = '/etc/kubernetes/pki/kubeharden-test-tokens.csv'

/**
 * Each a setting that the component still runs with. Not among them: --authorization-mode=AlwaysAllow, for with it the API server
 * takes no anonymous requests, kubeadm's probes get 401, and the kubelet kills it again and again.
 */
export const VARIANTS: readonly Variant[] = [
  {
    what: 'an API server with static tokens',
    fails: ['1.2.2'],
    make: async (node) => {
      await node.must(['sh', '-c', `umask 077; echo "$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n'),someone,1" > ${TOKENS}`])
      const back = await editCommand(node, 'kube-apiserver', setFlag('token-auth-file', TOKENS))
      return async () => {
        await back()
        await node.must(['rm', '-f', TOKENS])
      }
    },
  },
  apiServer('an API server with AlwaysAdmit and without NodeRestriction', ['1.2.10', '1.2.14'], 'enable-admission-plugins', 'AlwaysAdmit'),
  apiServer('an API server without the ServiceAccount plugin', ['1.2.12'], 'disable-admission-plugins', 'ServiceAccount'),
  apiServer('an API server without the NamespaceLifecycle plugin', ['1.2.13'], 'disable-admission-plugins', 'NamespaceLifecycle'),
  apiServer('an API server that takes tokens of accounts that are gone', ['1.2.21'], 'service-account-lookup', 'false'),
  controllerManager('a controller manager with one identity for all', ['1.3.3'], 'use-service-account-credentials', 'false'),
  controllerManager('a controller manager that says no address', ['1.3.7'], 'bind-address', undefined),
  {
    what: 'a scheduler that listens for the network',
    fails: ['1.4.2'],
    make: (node) => editCommand(node, 'kube-scheduler', setFlag('bind-address', '0.0.0.0')),
  },
  etcd('an etcd that lets everybody in', ['2.2'], 'client-cert-auth', 'false'),
  etcd('an etcd whose members make up their certificates', ['2.6'], 'peer-auto-tls', 'true'),
  kubelet('a kubelet that lets anonymous requests in', ['4.2.1'], (config) => {
    config.authentication = { ...(config.authentication as object), anonymous: { enabled: true } }
  }),
  kubelet('a kubelet with a read-only port', ['4.2.4'], (config) => {
    config.readOnlyPort = 10255
  }),
  kubelet('a kubelet that does not renew its certificate', ['4.2.10'], (config) => {
    delete config.rotateCertificates
  }),
]

import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import type { Distribution } from '#model/state.ts'
import { sideOf } from '#simulate/network/decide.ts'
import { FOREIGN_KINDS, foreignOf } from '#simulate/network/foreign.ts'
import { worldOf } from '#simulate/network/world.ts'
import { podTemplates, WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { CLUSTER, namespaceRef, params } from '#simulate/workloadsRefs.ts'
import { userNamespaces } from './namespaces.ts'

const ADDRESS = { kind: 'outside', ip: '169.254.169.254' } as const
const HTTP = { port: 80, protocol: 'TCP' } as const
/** Providers of node ids that are no cloud: there is no metadata service at the address. */
const NO_CLOUD = /^(?:kind|k3s|k3d|minikube|metal3|baremetalhost|vsphere|proxmox|harvester|tinkerbell|byoh|libvirt|docker):\/\//

type Cloud = 'cloud' | 'none' | 'unseen'

export const check = defineCheck({
  id: 'network/metadata-address',
  severity: 'medium',
  controls: { topic: ['T11'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Pods cannot reach the cloud’s metadata service' },
    why: {
      en: 'The metadata service at 169.254.169.254 hands out the node’s cloud credentials to whoever asks from the node or its pods. One request forgery in a web application is enough to become the node in the cloud account.',
    },
    fix: {
      en: 'Deny egress to 169.254.169.254/32 (keep DNS: on GKE it is answered at that address, port 53), and set the hop limit of IMDSv2 to 1 or use workload identity.',
    },
  },
  reads: ['namespaces', 'networkPolicies', 'nodes', ...WORKLOAD_KINDS, ...FOREIGN_KINDS],
  messages: {
    reachable: { en: '{workloads} of {total} workloads may connect to 169.254.169.254, port 80.' },
    newPods: { en: 'No workload is here yet; a new pod could connect to 169.254.169.254, port 80.' },
    foreign: {
      en: 'Policies of another kind decide whether pods may connect to 169.254.169.254, port 80; what they do is not worked out.',
    },
    denied: { en: 'No pod may connect to 169.254.169.254, port 80.' },
    noCloud: { en: 'The nodes belong to no cloud provider: there is no metadata service.' },
    unseen: { en: 'No node was seen, so it is not known whether there is a metadata service.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Node
metadata: { name: node-1 }
spec: { providerID: 'aws:///eu-central-1a/i-0abc' }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`,
    good: `
apiVersion: v1
kind: Node
metadata: { name: node-1 }
spec: { providerID: 'aws:///eu-central-1a/i-0abc' }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: no-metadata, namespace: shop }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [169.254.169.254/32] } }, { namespaceSelector: {} }] }]
`,
  },
  evaluate: function* ({ namespaces, networkPolicies, nodes, ...lists }, { cluster }) {
    const cloud = cloudOf(nodes, cluster.distribution)
    if (cloud !== 'cloud') {
      yield cloud === 'none'
        ? { status: 'not-applicable', object: CLUSTER, message: 'noCloud' }
        : { status: 'unknown', object: CLUSTER, message: 'unseen' }
      return
    }
    const templates = podTemplates(lists)
    const labelsOf = new Map(namespaces.map((n) => [n.metadata.name, n.metadata.labels]))
    const world = worldOf(networkPolicies, { foreign: foreignOf(lists, (name) => labelsOf.get(name)) })
    for (const namespace of userNamespaces(namespaces)) {
      const object = namespaceRef(namespace)
      // Pods on the host's network are beyond every policy; checks of workloads tell of them.
      const here = templates.filter((t) => t.namespace === namespace && t.spec.hostNetwork !== true)
      const reaches = (labels: Readonly<Record<string, string>>) =>
        sideOf(world, 'Egress', { kind: 'pod', namespace, name: '', labels, named: [] }, ADDRESS, HTTP).sure
      const open = here.filter((t) => reaches(t.labels) === 2).length
      if (open > 0) yield { status: 'fail', object, message: 'reachable', params: params({ workloads: open, total: here.length }) }
      else if (here.some((t) => reaches(t.labels) === 1) || (here.length === 0 && reaches({}) === 1))
        yield { status: 'unknown', object, message: 'foreign' }
      else if (here.length === 0 && reaches({}) === 2) yield { status: 'fail', object, message: 'newPods' }
      else yield { status: 'pass', object, message: 'denied' }
    }
  },
})

function cloudOf(nodes: readonly Item<'nodes'>[], distribution: Distribution): Cloud {
  if (distribution === 'eks' || distribution === 'gke' || distribution === 'aks') return 'cloud'
  if (nodes.length === 0) return 'unseen'
  const ids = nodes.map((n) => (n.spec as { providerID?: string }).providerID ?? '')
  return ids.some((id) => id !== '' && !NO_CLOUD.test(id)) ? 'cloud' : 'none'
}

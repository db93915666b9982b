import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { params, refTo } from '#simulate/workloadsRefs.ts'

/** Annotations that ask a cloud for a load balancer inside its network; their values are not kept. */
const INTERNAL_ANNOTATIONS = [
  'service.beta.kubernetes.io/aws-load-balancer-internal',
  'service.beta.kubernetes.io/aws-load-balancer-scheme',
  'service.beta.kubernetes.io/azure-load-balancer-internal',
  'networking.gke.io/load-balancer-type',
  'cloud.google.com/load-balancer-type',
  'service.beta.kubernetes.io/openstack-internal-load-balancer',
  'service.beta.kubernetes.io/oci-load-balancer-internal',
]

export const check = defineCheck({
  id: 'network/exposed-services',
  severity: 'low',
  controls: { topic: ['T11', 'T13'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Services are open to the outside only on purpose' },
    why: {
      en: 'A NodePort opens a port on every node, past Ingress, TLS and its logs. A LoadBalancer without source ranges is open to the world. External IPs let whoever may write the Service take over traffic meant for others (CVE-2020-8554).',
    },
    fix: {
      en: 'Use ClusterIP behind an Ingress or Gateway. Where a LoadBalancer is wanted, set loadBalancerSourceRanges; accept the finding for what is public on purpose.',
    },
  },
  reads: ['services'],
  messages: {
    inside: { en: 'Can be reached from inside the cluster only.' },
    limited: { en: 'The load balancer lets in {ranges} only.' },
    nodePort: { en: 'Opens port {ports} on every node.' },
    loadBalancer: { en: 'The load balancer lets everybody in.' },
    externalIPs: { en: 'Takes traffic for the external IPs {ips}.' },
    maybeInternal: { en: 'The annotation {annotation} may keep the load balancer inside the cloud’s network. Confirm that it does.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, nodePort: 30080 }] }
`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: ClusterIP, selector: { app: web }, ports: [{ port: 80 }] }
`,
  },
  evaluate: function* ({ services }) {
    for (const service of services) {
      const object = refTo('services', service)
      const { type = 'ClusterIP', externalIPs, loadBalancerSourceRanges } = service.spec
      const ranges = loadBalancerSourceRanges.join(', ')
      const ips = externalIPs.join(', ')
      const ports = nodePorts(service)
      const annotation = INTERNAL_ANNOTATIONS.find((a) => Object.hasOwn(service.metadata.annotations, a))
      if (ips !== '') yield { status: 'fail', object, path: 'spec.externalIPs', saw: ips, message: 'externalIPs', params: params({ ips }) }
      else if (type === 'NodePort')
        yield { status: 'fail', object, path: 'spec.type', saw: type, message: 'nodePort', params: params({ ports }) }
      else if (type !== 'LoadBalancer') yield { status: 'pass', object, message: 'inside' }
      else if (ranges !== '' && !loadBalancerSourceRanges.some((r) => r.trim().endsWith('/0')))
        yield { status: 'pass', object, path: 'spec.loadBalancerSourceRanges', saw: ranges, message: 'limited', params: params({ ranges }) }
      else if (annotation !== undefined) yield { status: 'manual', object, message: 'maybeInternal', params: params({ annotation }) }
      else yield { status: 'fail', object, path: 'spec.loadBalancerSourceRanges', saw: ranges, message: 'loadBalancer' }
    }
  },
})

function nodePorts(service: Item<'services'>): string {
  return service.spec.ports.map((p) => String(p.nodePort ?? '(chosen by the API server)')).join(', ')
}

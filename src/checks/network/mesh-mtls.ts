import { defineCheck } from '#model/check.ts'
import { isImage } from '#simulate/software.ts'
import { isFinished } from '#simulate/workloads.ts'
import { CLUSTER, namespaceRef, params } from '#simulate/workloadsRefs.ts'

/** Where Istio's settings for the whole mesh stand unless it was told otherwise. */
const ROOT = 'istio-system'

export const check = defineCheck({
  id: 'network/mesh-mtls',
  severity: 'medium',
  controls: { topic: ['T12'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The service mesh takes nothing but mutual TLS' },
    why: {
      en: 'In permissive mode a mesh encrypts what its own pods send, and still takes plain connections from everybody: from a pod without a proxy nothing is asked.',
    },
    fix: {
      en: 'Watch which connections are still plain, then set PeerAuthentication mtls.mode to STRICT in the mesh’s root namespace. Linkerd: set the default inbound policy to all-authenticated.',
    },
  },
  reads: ['pods', 'peerAuthentications', 'namespaces'],
  messages: {
    strict: { en: 'Its {pods} pods in the mesh take mutual TLS only.' },
    permissive: { en: 'Its {pods} pods in the mesh take plain connections as well ({mode}).' },
    linkerd: {
      en: '{pods} pods have a Linkerd proxy. Whether it takes plain connections is set in its default inbound policy: look there, then attest it.',
    },
  },
  examples: {
    bad: istio('PERMISSIVE'),
    good: istio('STRICT'),
  },
  evaluate: function* ({ pods, peerAuthentications }) {
    const running = pods.filter((pod) => !isFinished(pod))
    const having = (image: string) =>
      running.filter(({ spec }) => [...spec.initContainers, ...spec.containers].some((c) => isImage(c.image, image)))
    const modeOf = (namespace: string) =>
      peerAuthentications.find((p) => p.metadata.namespace === namespace && p.spec.selector === undefined)?.spec.mtls?.mode
    const whole = modeOf(ROOT) ?? 'PERMISSIVE'
    for (const [namespace, own] of Map.groupBy(having('proxyv2'), (pod) => pod.metadata.namespace ?? 'default')) {
      const said = modeOf(namespace) ?? 'UNSET'
      const mode = said === 'UNSET' ? whole : said
      const at = { object: namespaceRef(namespace), saw: mode, params: params({ pods: own.length, mode }) }
      yield mode === 'STRICT' ? { status: 'pass', ...at, message: 'strict' } : { status: 'fail', ...at, message: 'permissive' }
    }
    const linkerd = having('linkerd/proxy').length
    if (linkerd > 0) yield { status: 'manual', object: CLUSTER, message: 'linkerd', params: { pods: linkerd } }
  },
})

function istio(mode: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { containers: [{ name: app }, { name: istio-proxy, image: 'docker.io/istio/proxyv2:1.28.0' }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: ${mode} } }
`
}

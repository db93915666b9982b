import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { params, refTo } from '#simulate/workloadsRefs.ts'

/** Annotations by which a cloud's load balancer is told its certificate instead of by spec.tls. */
const CERTIFICATE_ANNOTATIONS = [
  'alb.ingress.kubernetes.io/certificate-arn',
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'networking.gke.io/managed-certificates',
  'networking.gke.io/certmap',
  'appgw.ingress.kubernetes.io/appgw-ssl-certificate',
]

export const check = defineCheck({
  id: 'network/ingress-without-tls',
  severity: 'medium',
  controls: { topic: ['T13'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Every Ingress serves TLS' },
    why: {
      en: 'Without TLS passwords, cookies and answers travel readable and changeable through every network between the user and the cluster.',
    },
    fix: { en: 'Add spec.tls with a certificate for each host (cert-manager renews them) and let the controller redirect HTTP.' },
  },
  reads: ['ingresses'],
  messages: {
    tls: { en: 'Every host has TLS.' },
    annotation: { en: 'The certificate is set by the annotation {annotation}.' },
    none: { en: 'It has no TLS at all.' },
    some: { en: 'Without TLS: {hosts}.' },
  },
  examples: {
    bad: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  rules: [{ host: shop.example, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }]
`,
    good: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  tls: [{ hosts: [shop.example], secretName: shop-tls }]
  rules: [{ host: shop.example, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }]
`,
  },
  evaluate: function* ({ ingresses }) {
    for (const ingress of ingresses) {
      const object = refTo('ingresses', ingress)
      const annotation = CERTIFICATE_ANNOTATIONS.find((a) => Object.hasOwn(ingress.metadata.annotations, a))
      const open = hostsWithoutTls(ingress)
      const hosts = open.join(', ')
      if (annotation !== undefined) yield { status: 'pass', object, message: 'annotation', params: params({ annotation }) }
      else if (ingress.spec.tls.length === 0) yield { status: 'fail', object, path: 'spec.tls', message: 'none' }
      else if (open.length > 0) yield { status: 'fail', object, path: 'spec.tls', saw: hosts, message: 'some', params: params({ hosts }) }
      else yield { status: 'pass', object, message: 'tls' }
    }
  },
})

/** A tls entry without hosts stands for all; a rule without a host is taken by whatever certificate the controller has. */
function hostsWithoutTls(ingress: Item<'ingresses'>): readonly string[] {
  const { tls, rules } = ingress.spec
  if (tls.some((t) => t.hosts.length === 0)) return []
  const covered = tls.flatMap((t) => t.hosts)
  return [...new Set(rules.flatMap((r) => r.host ?? []))].filter((host) => !covered.some((pattern) => coversHost(pattern, host)))
}

/** A wildcard stands for exactly one label. */
function coversHost(pattern: string, host: string): boolean {
  if (pattern === host) return true
  if (!pattern.startsWith('*.')) return false
  const dot = host.indexOf('.')
  return dot > 0 && host.slice(dot) === pattern.slice(1) && !host.startsWith('*')
}

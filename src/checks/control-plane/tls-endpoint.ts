import { defineCheck, type Finding } from '#model/check.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

/** By handshakes alone, so on any cluster, managed ones too. A load balancer that ends TLS in front is what is seen then. */
export const check = defineCheck({
  id: 'control-plane/tls-endpoint',
  severity: 'medium',
  controls: { topic: ['T13'], cis: ['1.2.29'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API endpoint refuses old TLS' },
    why: {
      en: 'TLS 1.0 and 1.1 are broken, and suites with a plain RSA key exchange can be read by whoever gets the server’s key later. What the endpoint accepts, somebody in between can make clients use.',
    },
    fix: {
      en: 'Set --tls-min-version=VersionTLS12 (or 13) and --tls-cipher-suites with forward secrecy on every API server; where a load balancer ends TLS in front of them, set its TLS policy.',
    },
  },
  reads: ['tls'],
  messages: {
    good: { en: 'Speaks {versions} only, with forward secrecy.' },
    old: { en: 'Accepts {versions}.' },
    weak: { en: 'Accepts suites without forward secrecy or worse: {suites}.' },
  },
  *evaluate({ tls }): Iterable<Finding<'good' | 'old' | 'weak'>> {
    for (const probe of tls) {
      const object = refTo('tls', probe)
      const accepted = probe.protocols.filter((one) => one.accepted).map(({ protocol }) => protocol)
      const old = accepted.filter((protocol) => protocol === 'TLSv1' || protocol === 'TLSv1.1' || protocol.startsWith('SSL'))
      // CBC with SHA-1 but with forward secrecy is still on the benchmark's list of strong suites.
      const weak = probe.weakCiphers.filter((suite) => !suite.startsWith('ECDHE-'))
      if (old.length > 0)
        yield { status: 'fail', object, path: 'protocols', saw: old.join(', '), message: 'old', params: { versions: old.join(', ') } }
      if (weak.length > 0)
        yield { status: 'fail', object, path: 'weakCiphers', saw: weak.join(', '), message: 'weak', params: { suites: weak.join(', ') } }
      if (old.length === 0 && weak.length === 0)
        yield {
          status: 'pass',
          object,
          path: 'protocols',
          saw: accepted.join(', '),
          message: 'good',
          params: { versions: accepted.join(', ') },
        }
    }
  },
  examples: {
    bad: `apiVersion: probe.kubeharden/v1
kind: TlsProbe
metadata:
  name: 10.0.0.1:6443
protocols:
  - { protocol: TLSv1.1, accepted: true, cipher: ECDHE-RSA-AES256-SHA }
  - { protocol: TLSv1.2, accepted: true, cipher: ECDHE-RSA-AES128-GCM-SHA256 }
weakCiphers: [AES128-SHA]
`,
    good: `apiVersion: probe.kubeharden/v1
kind: TlsProbe
metadata:
  name: 10.0.0.1:6443
protocols:
  - { protocol: TLSv1.1, accepted: false }
  - { protocol: TLSv1.2, accepted: true, cipher: ECDHE-RSA-AES128-GCM-SHA256 }
  - { protocol: TLSv1.3, accepted: true, cipher: TLS_AES_128_GCM_SHA256 }
`,
  },
})

import { defineCheck } from '#model/check.ts'
import type { KubeletConfig } from '#model/objects/control.ts'
import { isTls13Only, weakOf } from '#simulate/cipherSuites.ts'
import { IN_KUBELET, overKubelets, type Verdict } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-cipher-suites',
  severity: 'low',
  controls: { topic: ['T13'], cis: ['4.2.12'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Kubelets name the cipher suites they speak' },
    why: {
      en: 'Without a list the suites are those that the Go version of the build prefers, CBC with SHA-1 among them, and nobody notices when an upgrade changes them.',
    },
    fix: {
      en: `Set tlsCipherSuites to AEAD suites with forward secrecy (TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and its kin), or tlsMinVersion: VersionTLS13, ${IN_KUBELET}.`,
    },
  },
  ...overKubelets({
    path: 'tlsCipherSuites',
    messages: {
      good: { en: 'Speaks strong suites only: {saw}.' },
      bad: { en: 'Leaves its suites to the build: {saw}.' },
      weak: { en: 'Speaks weak suites: {saw}.' },
    },
    bad: 'config: { tlsCipherSuites: [] }',
    good: 'config: { tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384] }',
    judge,
  }),
})

function judge({ tlsCipherSuites: suites = [], tlsMinVersion }: KubeletConfig): Verdict<'good' | 'bad' | 'weak'> {
  if (isTls13Only(tlsMinVersion)) return { status: 'pass', message: 'good', saw: `tlsMinVersion: ${tlsMinVersion}` }
  if (suites.length === 0) return { status: 'fail', message: 'bad', saw: 'no tlsCipherSuites' }
  const weak = weakOf(suites)
  return weak.length === 0
    ? { status: 'pass', message: 'good', saw: `${suites.length} suites` }
    : { status: 'fail', message: 'weak', saw: weak.join(', ') }
}

import { defineCheck } from '#model/check.ts'
import { AEAD_SUITES, isTls13Only, weakOf } from '#simulate/cipherSuites.ts'
import { flag, flagList, type Instance } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, overFlags, type Verdict } from './flag.ts'

const FLAG = 'tls-cipher-suites'

/** kube-bench fails a server that speaks TLS 1.3 only (--tls-min-version=VersionTLS13), where there is no weak suite to leave out. */
export const check = defineCheck({
  id: 'control-plane/tls-cipher-suites',
  severity: 'low',
  controls: { topic: ['T13'], cis: ['1.2.29'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API server names the cipher suites it speaks' },
    why: {
      en: 'Without a list the suites are those that the Go version of the build prefers. Today these are sound but for CBC with SHA-1, in older builds plain RSA and 3DES are among them, and nobody notices when an upgrade changes them.',
    },
    fix: {
      en: `Set --tls-cipher-suites=${AEAD_SUITES} ${IN_MANIFEST['kube-apiserver']}. Clients older than TLS 1.2 with GCM no longer connect: rare, but look at load balancers that check health by TLS.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Speaks strong suites only: {saw}.' },
      bad: { en: 'Leaves its suites to the build: {saw}.' },
      weak: { en: 'Speaks weak suites: {saw}.' },
    },
    bad: [`--${FLAG}=TLS_RSA_WITH_AES_128_CBC_SHA,TLS_AES_128_GCM_SHA256`],
    good: [`--${FLAG}=${AEAD_SUITES}`],
    judge,
  }),
})

function judge(instance: Instance): Verdict<'good' | 'bad' | 'weak'> {
  if (isTls13Only(flag(instance, 'tls-min-version'))) return { status: 'pass', message: 'good', saw: given(instance, 'tls-min-version') }
  const suites = flagList(instance, FLAG)
  if (suites.length === 0) return { status: 'fail', message: 'bad', saw: `no --${FLAG}` }
  const weak = weakOf(suites)
  if (weak.length > 0) return { status: 'fail', message: 'weak', saw: weak.join(', ') }
  return { status: 'pass', message: 'good', saw: `${suites.length} suites` }
}

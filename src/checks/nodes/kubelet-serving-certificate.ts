import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import type { KubeletConfig } from '#model/objects/control.ts'
import { decide, IN_KUBELET, overKubelets, type Verdict } from './kubelet.ts'

/** kube-bench only knows tlsCertFile, and fails a kubelet whose serving certificate the cluster’s CA signs (serverTLSBootstrap). */
export const check = defineCheck({
  id: 'nodes/kubelet-serving-certificate',
  severity: 'medium',
  controls: { topic: ['T13'], cis: ['4.2.9'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Kubelets serve with a certificate that can be verified' },
    why: {
      en: 'By default a kubelet makes itself a self-signed certificate. Nobody can verify it, so the API server does not, and somebody between them reads exec sessions and logs.',
    },
    fix: {
      en: `Set serverTLSBootstrap: true ${IN_KUBELET}. Each kubelet then asks for a serving certificate, and nothing approves these requests by itself: approve them (kubectl certificate approve, after a look at the node's names and addresses) or run an approver; until then exec and logs of that node fail. Or name a certificate of your own in tlsCertFile and tlsPrivateKeyFile.`,
    },
  },
  ...overKubelets({
    path: 'tlsCertFile',
    messages: {
      good: { en: 'Serves with a certificate that can be verified: {saw}.' },
      bad: { en: 'Serves with a self-signed certificate: {saw}.' },
    },
    bad: 'config: { tlsCertFile: /var/lib/kubelet/pki/kubelet.crt, tlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key }',
    good: 'config: { serverTLSBootstrap: true }',
    judge,
  }),
})

/** `/configz` shows the self-signed pair that the kubelet made for itself as if it had been named: kubelet.crt in its --cert-dir. */
function judge(config: KubeletConfig, { flags }: Item<'kubelets'>): Verdict<'good' | 'bad'> {
  if (config.serverTLSBootstrap === true) return decide(true, 'serverTLSBootstrap: true')
  const { tlsCertFile = '', tlsPrivateKeyFile = '' } = config
  if (tlsCertFile === '' || tlsPrivateKeyFile === '') return decide(false, 'no tlsCertFile, no serverTLSBootstrap')
  const made = `${flags?.['cert-dir'] ?? '/var/lib/kubelet/pki'}/kubelet.crt`
  return decide(tlsCertFile !== made, `tlsCertFile: ${tlsCertFile}`)
}

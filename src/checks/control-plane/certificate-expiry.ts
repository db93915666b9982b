import { defineCheck } from '#model/check.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

const DAY = 86_400_000
/** Warned this many days before. */
const SOON = 30

export const check = defineCheck({
  id: 'control-plane/certificate-expiry',
  severity: 'high',
  controls: { topic: ['T13', 'T26'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API server’s certificate is valid for a while' },
    why: {
      en: 'When it expires, kubectl, kubelets and controllers all stop at the same moment, and the repair needs a hand on every control-plane node.',
    },
    fix: {
      en: 'On kubeadm run kubeadm certs renew all on each control-plane node, then restart its four static pods (an upgrade renews them as well). kubeadm certs check-expiration shows all of them.',
    },
  },
  reads: ['tls'],
  messages: {
    good: { en: 'Valid until {date}, for {days} more days.' },
    soon: { en: 'Expires on {date}, in {days} days.' },
    expired: { en: 'Expired on {date}.' },
    early: { en: 'Is valid only from {date} on: look at the clocks.' },
    unseen: { en: 'The handshake showed no certificate.' },
  },
  *evaluate({ tls }, { now }) {
    for (const probe of tls) {
      const object = refTo('tls', probe)
      const { certificate } = probe
      if (certificate === undefined) {
        yield { status: 'unknown', object, message: 'unseen' }
        continue
      }
      const days = Math.floor((Date.parse(certificate.notAfter) - now.getTime()) / DAY)
      const until = {
        object,
        path: 'certificate.notAfter',
        saw: certificate.notAfter,
        params: { date: certificate.notAfter.slice(0, 10), days },
      }
      if (Date.parse(certificate.notBefore) > now.getTime() + DAY)
        yield {
          status: 'fail',
          object,
          path: 'certificate.notBefore',
          message: 'early',
          params: { date: certificate.notBefore.slice(0, 10) },
        }
      else if (days < 0) yield { ...until, status: 'fail', message: 'expired' }
      else if (days < SOON) yield { ...until, status: 'fail', message: 'soon' }
      else yield { ...until, status: 'pass', message: 'good' }
    }
  },
  examples: {
    bad: `apiVersion: probe.kubeharden/v1
kind: TlsProbe
metadata:
  name: 10.0.0.1:6443
protocols: []
certificate: { issuer: CN=kubernetes, notBefore: '2019-01-01T00:00:00.000Z', notAfter: '2020-01-01T00:00:00.000Z', names: 4, selfSigned: false }
`,
    good: `apiVersion: probe.kubeharden/v1
kind: TlsProbe
metadata:
  name: 10.0.0.1:6443
protocols: []
certificate: { issuer: CN=kubernetes, notBefore: '2019-01-01T00:00:00.000Z', notAfter: '2100-01-01T00:00:00.000Z', names: 4, selfSigned: false }
`,
  },
})

import { defineCheck, type Finding } from '#model/check.ts'
import { type Item, PROBE_API } from '#model/kinds.ts'

const DAY = 86_400_000

/** Hours from its start to its end; undefined where the dates cannot be read. */
function lifetimeOf(certificate: NonNullable<Item<'identity'>['certificate']>): number | undefined {
  const span = Date.parse(certificate.notAfter) - Date.parse(certificate.notBefore)
  return Number.isNaN(span) ? undefined : span
}

export const check = defineCheck({
  id: 'access/client-certificate-user',
  severity: 'medium',
  controls: { topic: ['T07'], cis: ['3.1.1'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Your own sign-in can be revoked' },
    why: {
      en: 'Kubernetes cannot revoke a client certificate. Whoever copies the kubeconfig keeps its rights until the certificate ends, often a year; with the organization system:masters RBAC is not asked at all.',
    },
    fix: {
      en: 'Sign in through OIDC or your provider’s login. Where it has to be a certificate, take one for a day or less from the CSR API. Keep super-admin.conf and admin.conf on the control-plane node for emergencies.',
    },
  },
  reads: ['identity'],
  messages: {
    masters: {
      en: 'You sign in as {user} with a certificate of system:masters, valid until {until}: it cannot be revoked, and no RBAC rule limits it.',
    },
    certificate: { en: 'You sign in as {user} with a client certificate valid until {until}; it cannot be revoked before.' },
    short: { en: 'You sign in as {user} with a client certificate that lives a day or less; it ends at {until}.' },
    other: { en: 'You sign in as {user} by {credential}, not by a client certificate.' },
  },
  *evaluate({ identity }): Iterable<Finding<'masters' | 'certificate' | 'short' | 'other'>> {
    for (const { metadata, groups, credential, certificate } of identity) {
      const finding = {
        object: { apiVersion: PROBE_API, kind: 'IdentityProbe', name: metadata.name },
        path: 'credential',
        saw: credential,
        params: { user: metadata.name, credential, until: certificate?.notAfter ?? 'an unknown date' },
      }
      if (credential !== 'client-certificate') {
        yield { ...finding, status: 'pass', message: 'other' }
        continue
      }
      const lifetime = certificate === undefined ? undefined : lifetimeOf(certificate)
      const isMaster = certificate?.organizations.includes('system:masters') || groups.includes('system:masters')
      if (isMaster) yield { ...finding, status: 'fail', saw: 'client-certificate, O=system:masters', message: 'masters' }
      else if (lifetime !== undefined && lifetime <= DAY) yield { ...finding, status: 'pass', message: 'short' }
      else yield { ...finding, status: 'fail', message: 'certificate' }
    }
  },
  examples: {
    bad: `apiVersion: probe.kubeharden/v1
kind: IdentityProbe
metadata:
  name: kubernetes-admin
groups: [kubeadm:cluster-admins, system:authenticated]
credential: client-certificate
certificate:
  organizations: [kubeadm:cluster-admins]
  notBefore: "2026-01-10T08:00:00Z"
  notAfter: "2027-01-10T08:00:00Z"
`,
    good: `apiVersion: probe.kubeharden/v1
kind: IdentityProbe
metadata:
  name: oidc:ada@example.org
groups: [platform, system:authenticated]
credential: exec
`,
  },
})

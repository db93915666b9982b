import { defineCheck } from '#model/check.ts'
import { parsePolicyVersion } from '#simulate/podSecurity/version.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const VERSION = `${ENFORCE}-version`

export const check = defineCheck({
  id: 'workloads/pod-security-version',
  severity: 'low',
  controls: { topic: ['T20'], cis: ['5.2.1'] },
  text: {
    title: { en: 'Enforced levels of Pod Security are pinned to a version' },
    why: {
      en: 'Without enforce-version the rules are those of the newest version that the API server knows: an upgrade of the cluster may then refuse pods that ran yesterday, at the moment when nodes are drained. A version that cannot be read counts as latest, too.',
    },
    fix: {
      en: 'Label the namespace pod-security.kubernetes.io/enforce-version with the version that was tried (v1.36), and raise it after each upgrade, with `kubeharden preview pod-security --policy-version`.',
    },
  },
  reads: ['namespaces'],
  messages: {
    latest: { en: 'Enforces {level} at the newest version.' },
    unread: { en: 'Enforces {level} at {version}, which is no version: the newest holds.' },
    pinned: { en: 'Enforces {level} at {version}.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.36 } }
`,
  },
  *evaluate({ namespaces }) {
    for (const { metadata } of namespaces) {
      const level = metadata.labels[ENFORCE]
      if (level !== 'baseline' && level !== 'restricted') continue
      const version = metadata.labels[VERSION] ?? 'latest'
      const at = { object: namespaceRef(metadata.name), path: `metadata.labels["${VERSION}"]`, saw: version, params: { level, version } }
      if (version === 'latest') yield { status: 'fail', ...at, message: 'latest' }
      else if (parsePolicyVersion(version) === undefined && !/^v1\.\d+$/.test(version)) yield { status: 'fail', ...at, message: 'unread' }
      else yield { status: 'pass', ...at, message: 'pinned' }
    }
  },
})

import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'

const PREFIX = 'pod-security.kubernetes.io/'
const STRICTNESS = ['privileged', 'baseline', 'restricted']

export const check = defineCheck({
  id: 'workloads/pod-security-warn',
  severity: 'low',
  controls: { topic: ['T20'], cis: ['5.2.1'] },
  text: {
    title: { en: 'Namespaces warn about and record what restricted would refuse' },
    why: {
      en: 'enforce looks at pods only: a Deployment that breaks the level is stored without a word, and its pods never come. warn tells whoever applies it at once, audit writes it into the audit log. At restricted they show the way there without stopping anything.',
    },
    fix: {
      en: 'Label the namespace pod-security.kubernetes.io/warn: restricted and pod-security.kubernetes.io/audit: restricted. Nothing is refused by them.',
    },
  },
  reads: ['namespaces'],
  messages: {
    silent: { en: 'Has no {missing} label at restricted.' },
    told: { en: 'Warns about and records what restricted would refuse.' },
    enforced: { en: 'Enforces restricted, and {missing} says nothing of templates that break it.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: baseline } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/warn: restricted, pod-security.kubernetes.io/audit: restricted } }
`,
  },
  *evaluate({ namespaces }) {
    for (const { metadata, implied } of namespaces) {
      if (isSystemNamespace(metadata.name) || implied === true) continue
      const levelOf = (mode: string) => metadata.labels[`${PREFIX}${mode}`] ?? 'privileged'
      const missing = ['warn', 'audit'].filter((mode) => STRICTNESS.indexOf(levelOf(mode)) < STRICTNESS.indexOf('restricted'))
      const words = missing.join(' and no ')
      const at = { object: namespaceRef(metadata.name), path: 'metadata.labels', params: { missing: words } }
      if (missing.length === 0) yield { status: 'pass', ...at, message: 'told' }
      else if (levelOf('enforce') === 'restricted')
        yield { status: 'fail', ...at, params: { missing: missing.join(' and ') }, message: 'enforced' }
      else yield { status: 'fail', ...at, message: 'silent' }
    }
  },
})

import { defineCheck } from '#model/check.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

const LIMIT_DAYS = 365
/** Kinds of Secrets that people make; tokens and Helm releases come and go by themselves. */
const TYPES = new Set([
  'Opaque',
  'kubernetes.io/tls',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/dockercfg',
  'kubernetes.io/basic-auth',
  'kubernetes.io/ssh-auth',
])

export const check = defineCheck({
  id: 'encryption/stale-secrets',
  severity: 'low',
  controls: { topic: ['T14'] },
  text: {
    title: { en: 'Secrets are not older than a year' },
    why: {
      en: 'A credential that never changes stays usable for everybody who ever saw it: former colleagues, old backups, forgotten laptops. Old Secrets are often not in use at all.',
    },
    fix: {
      en: 'Replace the credential at its source and create the Secret anew, or delete it if nothing uses it. The age counts from creation: a value renewed in place still shows as old, accept it then.',
    },
  },
  reads: ['secrets'],
  messages: {
    old: { en: 'Created {days} days ago.' },
    fresh: { en: 'Created {days} days ago.' },
    ageUnknown: { en: 'Its age could not be read.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Secret
metadata: { name: db, namespace: shop }
type: Opaque
keys: 2
ageDays: 800
`,
    good: `
apiVersion: v1
kind: Secret
metadata: { name: db, namespace: shop }
type: Opaque
keys: 2
ageDays: 40
`,
  },
  evaluate: function* ({ secrets }) {
    for (const secret of secrets) {
      if (!TYPES.has(secret.type)) continue
      const object = refTo('secrets', secret)
      const { ageDays } = secret
      if (ageDays === undefined) yield { status: 'unknown', object, message: 'ageUnknown' }
      else {
        const days = Math.floor(ageDays)
        const at = { object, saw: `${days} days`, params: { days } }
        if (ageDays > LIMIT_DAYS) yield { status: 'fail', ...at, message: 'old' }
        else yield { status: 'pass', ...at, message: 'fresh' }
      }
    }
  },
})

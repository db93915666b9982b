import { defineCheck } from '#model/check.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'encryption/configmap-credentials',
  severity: 'high',
  controls: { topic: ['T14'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'No credentials are kept in ConfigMaps' },
    why: {
      en: 'ConfigMaps are readable with the plain view role, are usually not encrypted at rest, and are printed by every debugging session. A credential in one is open to the whole team and to every pod that can read it.',
    },
    fix: { en: 'Move the key into a Secret, mount it as a file, and replace the credential itself.' },
  },
  reads: ['configMaps'],
  messages: {
    found: { en: 'Keys that look like they hold a credential: {keys}.' },
    clean: { en: 'No key looks like it holds a credential.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: shop }
data: { DB_HOST: db, DB_PASSWORD: correct-horse }
`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: shop }
data: { DB_HOST: db, DB_PASSWORD_FILE: /run/secrets/db/password }
`,
  },
  evaluate: function* ({ configMaps }) {
    for (const configMap of configMaps) {
      const object = refTo('configMaps', configMap)
      const keys = configMap.keys.filter((k) => k.credential).map((k) => k.name)
      const saw = keys.join(', ')
      if (keys.length === 0) yield { status: 'pass', object, message: 'clean' }
      else yield { status: 'fail', object, path: 'data', saw, message: 'found', params: { keys: saw } }
    }
  },
})

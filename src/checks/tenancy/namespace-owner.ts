import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'

/** The last part of a key, in any of the usual spellings: `owner`, `example.org/team`, `owned-by`, `contact_email`. */
const OWNER =
  /^(owner|owners|owned-?by|owner-?(email|team|name)|team|team-?name|squad|tenant|tenant-?(id|name)|contact|contact-?(email|person)|maintainers?|responsible|department|business-?unit|requester|creator|workspace|projectid)$/

export function ownerKeys(keys: readonly string[]): readonly string[] {
  return keys.filter((key) =>
    OWNER.test(
      key
        .slice(key.lastIndexOf('/') + 1)
        .toLowerCase()
        .replaceAll(/[._]/g, '-'),
    ),
  )
}

export const check = defineCheck({
  id: 'tenancy/namespace-owner',
  severity: 'low',
  controls: { topic: ['T10'], cis: ['5.6.1'] },
  text: {
    title: { en: 'Every namespace says whose it is' },
    why: {
      en: 'When something is found in a namespace, or has to be switched off at night, somebody must be asked. Namespaces without an owner are the ones that nobody patches and nobody dares to delete.',
    },
    fix: {
      en: 'Label or annotate the namespace with its owner: `kubectl label namespace NAME owner=TEAM`. Keys that end in owner, team, tenant, contact or maintainer are read, whatever stands before the slash.',
    },
  },
  reads: ['namespaces'],
  messages: {
    nobody: { en: 'Names no owner.' },
    owned: { en: 'Names its owner in {key}.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kubernetes.io/metadata.name: shop } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { example.org/team: webshop } }
`,
  },
  *evaluate({ namespaces }) {
    for (const { metadata, implied } of namespaces) {
      if (isSystemNamespace(metadata.name) || metadata.name === 'default' || implied === true) continue
      const labels = Object.entries(metadata.labels).flatMap(([key, value]) => (value === '' ? [] : [key]))
      const [key] = ownerKeys([...labels, ...Object.keys(metadata.annotations)])
      const object = namespaceRef(metadata.name)
      if (key === undefined) yield { status: 'fail', object, path: 'metadata.labels', message: 'nobody' }
      else yield { status: 'pass', object, path: 'metadata.labels', saw: key, message: 'owned', params: { key } }
    }
  },
})

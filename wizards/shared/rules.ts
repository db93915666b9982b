import * as z from 'zod'
import type { Json } from '#model/refs.ts'

/** A rule as a Role holds it, without what stays empty. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** `a, b ,c` as a list; empty parts are dropped. */
export function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

const group = /^(\*|core|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$/
const resource = /^(\*|[a-z0-9]+([-.][a-z0-9]+)*)(\/[a-z0-9*]+)?$/
const verb = /^(\*|[a-z][a-zA-Z0-9:-]*)$/

function every(text: string, shape: RegExp): boolean {
  const parts = split(text)
  return parts.length > 0 && parts.every((part) => shape.test(part))
}

/** One row of own rules. Lists are comma-separated texts, so that each front end can ask them. */
const ruleRow = z
  .strictObject({
    apiGroups: z.string().refine((v) => every(v, group), { error: 'name API groups, comma separated: core, apps, batch …' }),
    resources: z.string().refine((v) => every(v, resource), {
      error: 'name resources in lower case, comma separated: pods, pods/log, deployments …',
    }),
    verbs: z
      .string()
      .refine((v) => every(v, verb), { error: 'name verbs, comma separated: get, list, watch, create, update, patch, delete …' }),
    resourceNames: z.string().optional(),
  })
  .superRefine((row, context) => {
    const resources = split(row.resources)
    const dead = resources.filter((r) => r.endsWith('/*'))
    if (dead.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['resources'],
        message: `${dead.join(', ')} matches nothing: name each subresource, such as pods/log`,
      })
    const nameless = split(row.verbs).filter(
      (v) => v === 'deletecollection' || (v === 'create' && resources.every((r) => !r.includes('/'))),
    )
    if (split(row.resourceNames ?? '').length > 0 && nameless.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['resourceNames'],
        message: `a ${nameless.join(' or ')} request carries no name, so the rule would never match: put ${nameless.join(' and ')} into a row without resourceNames`,
      })
  })

export const ruleRows = z.array(ruleRow).optional()
export type RuleRow = z.infer<typeof ruleRow>

/** Rows as rules; `core` is the API group without a name. */
export function toRules(rows: readonly RuleRow[]): Rule[] {
  return rows.map((row) => {
    const names = split(row.resourceNames ?? '')
    return {
      apiGroups: split(row.apiGroups).map((g) => (g === 'core' ? '' : g)),
      resources: split(row.resources),
      ...(names.length === 0 ? {} : { resourceNames: names }),
      verbs: split(row.verbs),
    }
  })
}

/** Rules as a template's value. */
export function rulesValue(rules: readonly Rule[]): Json {
  return rules.map(({ apiGroups, resources, resourceNames, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
    verbs: [...verbs],
  }))
}

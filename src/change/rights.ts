import { readdirSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { groupOf, KINDS, kindOf } from '#model/kinds.ts'
import { loadTemplate, packageRoot } from './templates.ts'

export interface WriteRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** Server-side apply needs patch and create; edits update; undo deletes what was created. */
const VERBS = ['get', 'create', 'patch', 'update', 'delete']

/** Wizards without templates of their own: what they write from another's. What they edit and remove is of the same kinds. */
const BORROWED: { readonly [wizard: string]: readonly string[] } = {
  'rbac-replace-binding': ['rbac-role/role', 'rbac-role/role-binding', 'rbac-role/cluster-role', 'rbac-role/cluster-role-binding'],
}

function templatesOf(wizard: string): readonly string[] {
  const borrowed = BORROWED[wizard]
  if (borrowed !== undefined) return borrowed
  return readdirSync(path.join(packageRoot(), 'templates', wizard))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `${wizard}/${file.slice(0, -5)}`)
}

/** The rules that previewing, applying and undoing a wizard needs: taken from its templates, so that none is forgotten. */
export function writtenBy(wizard: string): readonly WriteRule[] {
  const kinds = templatesOf(wizard)
    .flatMap((template) => parseAllDocuments(loadTemplate(template)).map((d) => d.toJS() as unknown))
    .flatMap((object) => {
      const { apiVersion, kind } = (object ?? {}) as { apiVersion?: string; kind?: string }
      const known = kindOf(apiVersion ?? '', kind ?? '')
      return known === undefined ? [] : [known]
    })
  const byGroup = Map.groupBy(new Set(kinds), groupOf)
  return [...byGroup]
    .sort()
    .map(([group, list]) => ({ apiGroups: [group], resources: list.map((k) => KINDS[k].plural).sort(), verbs: VERBS }))
}

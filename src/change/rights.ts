import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { GUARD_EXTRAS, GUARD_RIGHTS } from '#model/guardRights.ts'
import { groupOf, KINDS, kindOf } from '#model/kinds.ts'
import { loadTemplate, packageRoot } from './templates.ts'

export interface WriteRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** Server-side apply needs patch and create; edits update; undo deletes what was created. */
const VERBS = ['get', 'create', 'patch', 'update', 'delete']

type Writing = { readonly id: string; readonly borrows?: readonly string[]; readonly onNodes?: boolean; readonly keptIn?: string }

function templatesOf({ id, borrows = [] }: Writing): readonly string[] {
  const folder = path.join(packageRoot(), 'templates', id)
  const own = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : []
  return [...own.map((file) => `${id}/${file.slice(0, -5)}`), ...borrows]
}

/** The rules that previewing, applying and undoing a wizard needs: taken from its templates, so that none is forgotten. */
export function writtenBy(wizard: Writing): readonly WriteRule[] {
  const kinds = templatesOf(wizard)
    .flatMap((template) => parseAllDocuments(loadTemplate(template)).map((d) => d.toJS() as unknown))
    .flatMap((object) => {
      const { apiVersion, kind } = (object ?? {}) as { apiVersion?: string; kind?: string }
      const known = kindOf(apiVersion ?? '', kind ?? '')
      return known === undefined ? [] : [known]
    })
  const byGroup = Map.groupBy(new Set(kinds), groupOf)
  const own = [...byGroup]
    .sort()
    .map(([group, list]) => ({ apiGroups: [group], resources: list.map((k) => KINDS[k].plural).sort(), verbs: VERBS }))
  return [...own, ...(wizard.onNodes === true ? guardRules() : []), ...(wizard.keptIn === undefined ? [] : [keepingRule(wizard.keptIn)])]
}

/** One ConfigMap that is there already is changed, with PUT, and put back with its owners: that one, and no other. */
function keepingRule(name: string): WriteRule {
  return { apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get', 'patch', 'update'] }
}

/** What the guards of a wizard need beyond its objects, one rule for each resource. */
function guardRules(): WriteRule[] {
  const byResource = Map.groupBy([...GUARD_RIGHTS, ...GUARD_EXTRAS], (right) => `${right.group}|${right.resource}`)
  return [...byResource.values()].flatMap((rights) =>
    rights[0] === undefined ? [] : [{ apiGroups: [rights[0].group], resources: [rights[0].resource], verbs: rights.map((r) => r.verb) }],
  )
}

import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { namespaceName, orEmpty, rbacName } from '../shared/names.ts'
import { PRESET_HELP, PRESETS } from '../shared/presets.ts'
import { ruleRows } from '../shared/rules.ts'

const REPLACEMENTS = ['none', ...PRESETS, 'custom'] as const
const GIVES_RIGHTS = REPLACEMENTS.filter((p) => p !== 'none')

export const questions = z.strictObject({
  bindingScope: z.enum(['cluster', 'namespace']).default('cluster'),
  bindingNamespace: orEmpty(namespaceName),
  binding: rbacName,
  moveSubjects: z
    .array(
      z.string().regex(/^(User .+|Group .+|ServiceAccount [^/\s]+\/[^/\s]+)$/, {
        error: 'write a subject as User NAME, Group NAME or ServiceAccount NAMESPACE/NAME',
      }),
    )
    .optional(),
  preset: z.enum(REPLACEMENTS).default('read-only'),
  rules: ruleRows,
  newScope: z.enum(['namespace', 'cluster']).default('namespace'),
  inNamespaces: z.array(namespaceName).optional(),
  newRoleName: orEmpty(rbacName),
})
export type ReplaceAnswers = z.output<typeof questions>

export const when: Conditions = {
  bindingNamespace: { bindingScope: ['namespace'] },
  rules: { preset: ['custom'] },
  newScope: { preset: GIVES_RIGHTS },
  inNamespaces: { preset: GIVES_RIGHTS, newScope: ['namespace'] },
  newRoleName: { preset: GIVES_RIGHTS },
}

export const texts = {
  bindingScope: {
    label: { en: 'Kind of binding' },
    help: { en: 'cluster: a ClusterRoleBinding. namespace: a RoleBinding.' },
  },
  bindingNamespace: { label: { en: 'Namespace of the binding' }, help: { en: 'Where the RoleBinding is.' } },
  binding: { label: { en: 'Binding to replace' }, help: { en: 'Its subjects lose what it grants.' } },
  moveSubjects: {
    label: { en: 'Who is moved' },
    help: {
      en: 'Subjects that lose this binding and get the new role: User NAME, Group NAME, ServiceAccount NAMESPACE/NAME. Left empty: all that do not belong to the cluster itself. The others stay bound.',
    },
  },
  preset: { label: { en: 'New rights' }, help: { en: `none: no new rights, the binding is only taken away. ${PRESET_HELP}` } },
  rules: {
    label: { en: 'Own rules' },
    help: { en: 'One row for each rule; several values in a field are separated by commas. The core API group is written core.' },
  },
  newScope: {
    label: { en: 'Where the new role applies' },
    help: { en: 'namespace: in the namespaces named next. cluster: in all namespaces, those created later too.' },
  },
  inNamespaces: {
    label: { en: 'Namespaces' },
    help: { en: 'The new role and its binding are written into each of them.' },
  },
  newRoleName: { label: { en: 'Name of the new role' }, help: { en: 'Left empty: a name made from the binding and the rights.' } },
} as const

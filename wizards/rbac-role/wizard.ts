import type { z } from 'zod'
import type { Change, Impact } from '#model/change.ts'
import type { Subject } from '#model/objects/access.ts'
import { isSystemNamespace, type State } from '#model/state.ts'
import { defineWizard } from '#model/wizard.ts'
import { subjectLabel } from '#simulate/rbacSubjects.ts'
import { input, requireNamespaces, userNamespaces } from '../shared/cluster.ts'
import { grantChanges } from '../shared/grant.ts'
import { given, slug } from '../shared/names.ts'
import type { Opened } from '../shared/opened.ts'
import { presetRules } from '../shared/presets.ts'
import { grantImpacts } from '../shared/risks.ts'
import { type Rule, toRules } from '../shared/rules.ts'
import { questions, type RoleAnswers, texts, when } from './questions.ts'
import { exists, subjectOf } from './subject.ts'

export const wizard = defineWizard({
  id: 'rbac-role',
  area: 'access',
  title: { en: 'Give narrow rights to a person, group or service account' },
  summary: {
    en:
      'Writes a Role with its RoleBinding in one namespace, or a ClusterRole with its ClusterRoleBinding where you ask for the whole cluster. ' +
      'The ready-made sets of rights hold no wildcards, no Secrets and no commands in containers.',
  },
  fixes: [],
  reads: ['namespaces', 'serviceAccounts', 'roles', 'clusterRoles', 'roleBindings', 'clusterRoleBindings'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  reversible: true,
})

function defaults(state: State, finding?: Opened): Partial<z.input<typeof questions>> {
  const object = finding?.object
  const account = object?.kind === 'ServiceAccount' ? object : undefined
  const namespace = object?.kind === 'Namespace' ? object.name : (object?.namespace ?? userNamespaces(state)[0])
  return {
    subjectKind: account === undefined ? 'User' : 'ServiceAccount',
    subjectName: account?.name,
    subjectNamespace: account?.namespace,
    createServiceAccount: false,
    preset: 'read-only',
    scope: 'namespace',
    inNamespace: namespace,
  }
}

function plan(state: State, answers: RoleAnswers): readonly Change[] {
  const subject = subjectOf(state, answers)
  const namespaces = answers.scope === 'cluster' ? undefined : [namespaceOf(state, answers)]
  const roleName = roleNameOf(answers, subject)
  return [
    ...accountChanges(state, answers, subject),
    ...grantChanges(state, {
      wizard: 'rbac-role',
      roleName,
      bindingName: bindingName(roleName, subject),
      rules: rulesOf(answers),
      subjects: [subject],
      namespaces,
    }),
  ]
}

function namespaceOf(state: State, answers: RoleAnswers): string {
  const namespace = given(answers.inNamespace)
  if (namespace === undefined)
    throw input('inNamespace: in which namespace does the role apply?', 'Name a namespace, or answer scope with cluster.')
  requireNamespaces(state, 'inNamespace', [namespace])
  return namespace
}

function rulesOf(answers: RoleAnswers): readonly Rule[] {
  if (answers.preset !== 'custom') return presetRules(answers.preset, answers.scope)
  if (answers.rules === undefined || answers.rules.length === 0)
    throw input('rules: own rules are asked for, and there are none.', 'Add at least one row, or choose a ready-made set of rights.')
  return toRules(answers.rules)
}

function roleNameOf(answers: RoleAnswers, subject: Subject): string {
  return given(answers.roleName) ?? (answers.preset === 'custom' ? `custom-${slug(subject.name)}` : answers.preset)
}

/** One binding for each subject: adding a second one never touches the first. */
function bindingName(roleName: string, subject: Subject): string {
  const parts = subject.kind === 'ServiceAccount' ? [subject.namespace ?? '', subject.name] : [subject.name]
  return [roleName, subject.kind.toLowerCase(), ...parts.map(slug)].join('-')
}

function accountChanges(state: State, answers: RoleAnswers, subject: Subject): Change[] {
  if (subject.kind !== 'ServiceAccount' || !answers.createServiceAccount) return []
  if (exists(state, subject.namespace ?? '', subject.name)) return []
  return [{ kind: 'apply', template: 'rbac-role/service-account', values: { name: subject.name, namespace: subject.namespace } }]
}

function impact(state: State, answers: RoleAnswers): readonly Impact[] {
  const who = subjectLabel(subjectOf(state, answers))
  const namespace = given(answers.inNamespace)
  const where = answers.scope === 'cluster' ? 'in all namespaces' : `in namespace ${namespace ?? ''}`
  const lines = grantImpacts(rulesOf(answers), who, where, answers.scope)
  if (answers.scope === 'namespace' && namespace !== undefined && isSystemNamespace(namespace))
    lines.push({
      level: 'warn',
      text: { en: '{namespace} holds what the cluster runs on; rights in it reach the whole cluster sooner than elsewhere.' },
      params: { namespace },
    })
  if (answers.subjectKind === 'Group' && /^system:(authenticated|serviceaccounts$)/.test(answers.subjectName))
    lines.push({ level: 'danger', text: { en: '{who} is everybody who can log in to this cluster, or every pod in it.' }, params: { who } })
  const names = rulesOf(answers).some((r) => r.resourceNames !== undefined && r.verbs.some((v) => v === 'list' || v === 'watch'))
  if (names)
    lines.push({
      level: 'info',
      text: {
        en: 'list and watch with resourceNames only work for requests that ask for that one name (--field-selector metadata.name=…).',
      },
    })
  return lines
}

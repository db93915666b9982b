import type { Change, Impact } from '#model/change.ts'
import type { State } from '#model/state.ts'
import { defineWizard } from '#model/wizard.ts'
import { systemBinding, systemSubject } from '#simulate/rbacSubjects.ts'
import { input, requireNamespaces } from '../shared/cluster.ts'
import { grantChanges } from '../shared/grant.ts'
import { given } from '../shared/names.ts'
import { presetRules } from '../shared/presets.ts'
import { grantImpacts, risksOf } from '../shared/risks.ts'
import { type Rule, toRules } from '../shared/rules.ts'
import { subjectValue } from '../shared/subjects.ts'
import { defaults } from './defaults.ts'
import { lockoutImpacts, refuseLockout } from './lockout.ts'
import { questions, type ReplaceAnswers, texts, when } from './questions.ts'
import { labelIn, type Target, targetOf } from './target.ts'

export const wizard = defineWizard({
  id: 'rbac-replace-binding',
  area: 'access',
  title: { en: 'Replace a risky binding by a narrow role' },
  summary: {
    en:
      'Writes the narrow role and its bindings first, then takes the subjects out of the risky binding: the binding goes where nobody is left in it, ' +
      'else only its list of subjects is changed. With new rights "none" it only takes away.',
  },
  fixes: [
    'access/cluster-admin-bindings',
    'access/wildcard-rules',
    'access/secrets-read',
    'access/exec-attach',
    'access/workload-create',
    'access/nodes-proxy',
    'access/escalate-bind-impersonate',
    'access/token-create',
    'access/webhook-write',
    'access/csr-approve',
    'access/pv-create',
    'access/masters-group',
    'access/anonymous-bindings',
    'access/dangling-bindings',
  ],
  borrows: ['rbac-role/role', 'rbac-role/role-binding', 'rbac-role/cluster-role', 'rbac-role/cluster-role-binding'],
  reads: ['namespaces', 'serviceAccounts', 'roles', 'clusterRoles', 'roleBindings', 'clusterRoleBindings', 'identity'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  reversible: {
    en: 'Undo writes the old binding again. The API server only accepts that from somebody who holds the rights it gives (or may bind its role), so someone narrowed by this change cannot undo it.',
  },
})

function plan(state: State, answers: ReplaceAnswers): readonly Change[] {
  const target = targetOf(state, answers)
  refuseLockout(state, target)
  return [...newRights(state, answers, target), oldBinding(target)]
}

function newRights(state: State, answers: ReplaceAnswers, target: Target): Change[] {
  if (answers.preset === 'none' || target.moved.length === 0) return []
  const name = given(answers.newRoleName) ?? `${target.grant.binding.name.replace(/^(system:)+/, '')}-${answers.preset}`
  return grantChanges(state, {
    wizard: 'rbac-replace-binding',
    roleName: name,
    bindingName: name,
    rules: rulesOf(answers),
    subjects: target.moved,
    from: target.grant.meta.namespace,
    namespaces: answers.newScope === 'cluster' ? undefined : namespacesOf(state, answers),
  })
}

function namespacesOf(state: State, answers: ReplaceAnswers): readonly string[] {
  const namespaces = [...new Set(answers.inNamespaces ?? [])]
  if (namespaces.length === 0)
    throw input(
      'inNamespaces: in which namespaces do the new rights apply?',
      'Name at least one namespace, or answer preset with none to only take the binding away.',
    )
  requireNamespaces(state, 'inNamespaces', namespaces)
  return namespaces
}

function rulesOf(answers: ReplaceAnswers): readonly Rule[] {
  if (answers.preset === 'none') return []
  if (answers.preset !== 'custom') return presetRules(answers.preset, answers.newScope)
  if (answers.rules === undefined || answers.rules.length === 0)
    throw input('rules: own rules are asked for, and there are none.', 'Add at least one row, or choose a ready-made set of rights.')
  return toRules(answers.rules)
}

/** Nobody left: the binding goes. Else its subjects are set; other bindings of the same role are not touched. */
function oldBinding({ grant, kept }: Target): Change {
  if (kept.length === 0) return { kind: 'remove', ref: grant.binding }
  return {
    kind: 'edit',
    ref: grant.binding,
    edits: [{ op: 'set', path: ['subjects'], value: kept.map((s) => subjectValue(s, grant.meta.namespace)) }],
  }
}

function impact(state: State, answers: ReplaceAnswers): readonly Impact[] {
  const target = targetOf(state, answers)
  const { grant, moved } = target
  const scope = answers.newScope
  const where = scope === 'cluster' ? 'in all namespaces' : `in ${(answers.inNamespaces ?? []).join(', ')}`
  const who = moved.map((s) => labelIn(grant, s)).join(', ')
  const lines = [...lockoutImpacts(state, target), ...losses(target), ...systemLines(target)]
  if (answers.preset === 'none' && moved.length > 0)
    lines.push({ level: 'warn', text: { en: '{who} gets no other rights in exchange.' }, params: { who } })
  lines.push({
    level: 'info',
    text: {
      en:
        answers.preset === 'none'
          ? 'Only the binding is touched; the role {role} itself stays.'
          : 'What a binding binds cannot be changed, so a new one is written and the old one is taken away; the role {role} itself stays.',
    },
    params: { role: grant.roleRef.name },
  })
  return moved.length === 0 ? lines : [...lines, ...grantImpacts(rulesOf(answers), who, where, scope)]
}

function systemLines({ grant, moved }: Target): Impact[] {
  const lines: Impact[] = moved.flatMap((s): Impact[] => {
    const why = systemSubject(s, grant.meta.namespace)
    return why === undefined
      ? []
      : [{ level: 'danger', text: { en: '{who} is {why}: the cluster may need these rights.' }, params: { who: labelIn(grant, s), why } }]
  })
  if (systemBinding(grant.meta, grant.roleRef.name) === 'made by the API server at its start')
    lines.push({
      level: 'info',
      text: { en: 'The API server adds what is missing in its own bindings at each start; subjects that were added by hand stay away.' },
    })
  return lines
}

function losses({ grant, moved }: Target): Impact[] {
  const role = grant.roleRef.name
  if (grant.role === 'missing')
    return [
      {
        level: 'info',
        text: { en: 'The role {role} was not seen: today the binding gives nothing, or what it gives cannot be said.' },
        params: { role },
      },
    ]
  const where = grant.scope.kind === 'cluster' ? 'in all namespaces' : `in namespace ${grant.scope.namespace}`
  const risks = risksOf(grant.rules)
  return moved.flatMap((subject): Impact[] => {
    const params = { who: labelIn(grant, subject), where, role }
    if (risks.length === 0) return [{ level: 'warn', text: { en: '{who} loses what {role} allows {where}.' }, params }]
    return risks.map((risk) => ({ level: 'danger', text: { en: `{who} can no longer ${risk.words} {where}.` }, params }))
  })
}

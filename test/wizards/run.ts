import { expect } from 'vitest'
import { fileText as changeText } from '../../src/change/guide.ts'
import { renderObject, renderTemplate } from '../../src/change/render.ts'
import type { Change, GeneratedFile } from '../../src/model/change.ts'
import { HardenError } from '../../src/model/errors.ts'
import { type Answers, mergeAnswers, parseAnswers } from '../../src/model/questions.ts'
import type { Json, KubeObject } from '../../src/model/refs.ts'
import type { State } from '../../src/model/state.ts'
import { say } from '../../src/model/text.ts'
import type { Wizard } from '../../src/model/wizard.ts'
import { wizard as auditPolicy } from '../../wizards/audit-policy/wizard.ts'
import { wizard as controlPlaneFlags } from '../../wizards/control-plane-flags/wizard.ts'
import { wizard as encryptionConfig } from '../../wizards/encryption-config/wizard.ts'
import { wizard as etcdBackup } from '../../wizards/etcd-backup/wizard.ts'
import { wizard as kubeletConfig } from '../../wizards/kubelet-config/wizard.ts'
import { wizard as networkPolicies } from '../../wizards/network-policies/wizard.ts'
import { wizard as rbacReplaceBinding } from '../../wizards/rbac-replace-binding/wizard.ts'
import { wizard as rbacRole } from '../../wizards/rbac-role/wizard.ts'

export const WIZARDS = {
  rbacRole,
  rbacReplaceBinding,
  encryptionConfig,
  etcdBackup,
  networkPolicies,
  auditPolicy,
  controlPlaneFlags,
  kubeletConfig,
}

/** As the session does it: given answers over the cluster's defaults, then parsed. Wrong ones throw. */
export function answersOf(wizard: Wizard, state: State, given: Answers = {}, finding?: Parameters<Wizard['defaults']>[1]): Answers {
  const parsed = parseAnswers(wizard.questions, mergeAnswers(given, wizard.defaults(state, finding, given)), wizard.when)
  if ('problems' in parsed) throw new Error(parsed.problems.map((p) => `${p.path.join('.')}: ${p.message}`).join('\n'))
  return parsed.answers
}

export function planOf(wizard: Wizard, state: State, given: Answers = {}, finding?: Parameters<Wizard['defaults']>[1]): readonly Change[] {
  return wizard.plan(state, answersOf(wizard, state, given, finding))
}

/** Words of the impact lines, with their level. */
export function impactsOf(wizard: Wizard, state: State, given: Answers = {}): string[] {
  return wizard.impact(state, answersOf(wizard, state, given)).map((i) => `${i.level}: ${say(i.text, 'en', i.params)}`)
}

/** What the plan refuses, as message and hint. */
export function refusalOf(wizard: Wizard, state: State, given: Answers = {}): string {
  try {
    planOf(wizard, state, given)
  } catch (error) {
    expect(error).toBeInstanceOf(HardenError)
    const refusal = error as HardenError
    expect(refusal.code).toBe('input')
    return `${refusal.message} | ${refusal.hint}`
  }
  return expect.fail('the plan was not refused')
}

export function objectsOf(changes: readonly Change[]): KubeObject[] {
  return changes.flatMap((c) => (c.kind === 'apply' ? [renderObject(c.template, c.values).object] : []))
}

/** A generated file's text; keys are taken from `key`. */
export function fileText(file: GeneratedFile, key: (id: string) => string = (id) => `KEY(${id})`): string {
  if (file.content.kind === 'text') return file.content.text
  if (file.content.kind !== 'template') return changeText(file, (source) => key(source.id))
  const keys = Object.entries(file.content.keys ?? {}).map(([hole, source]) => [hole, key(source.id)])
  return renderTemplate(file.content.template, { ...file.content.values, ...(Object.fromEntries(keys) as Record<string, Json>) }).text
}

export function filesOf(changes: readonly Change[]): readonly GeneratedFile[] {
  return changes.flatMap((c) => (c.kind === 'guide' ? c.files : []))
}

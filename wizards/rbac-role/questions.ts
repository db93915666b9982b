import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { namespaceName, orEmpty, rbacName } from '../shared/names.ts'
import { PRESET_HELP, PRESETS } from '../shared/presets.ts'
import { ruleRows } from '../shared/rules.ts'

export const questions = z.strictObject({
  subjectKind: z.enum(['User', 'Group', 'ServiceAccount']).default('User'),
  subjectName: z
    .string()
    .trim()
    .min(1, { error: 'name the person, group or service account' })
    .max(253, { error: 'longer than 253 characters' })
    .refine((v) => /^\P{C}+$/u.test(v), { error: 'holds characters that cannot be seen' }),
  subjectNamespace: orEmpty(namespaceName),
  createServiceAccount: z.boolean().default(false),
  preset: z.enum([...PRESETS, 'custom']).default('read-only'),
  rules: ruleRows,
  scope: z.enum(['namespace', 'cluster']).default('namespace'),
  inNamespace: orEmpty(namespaceName),
  roleName: orEmpty(rbacName),
})
export type RoleAnswers = z.output<typeof questions>

export const when: Conditions = {
  subjectNamespace: { subjectKind: ['ServiceAccount'] },
  createServiceAccount: { subjectKind: ['ServiceAccount'] },
  rules: { preset: ['custom'] },
  inNamespace: { scope: ['namespace'] },
}

export const texts = {
  subjectKind: {
    label: { en: 'Who gets the role' },
    help: { en: 'User: one person, by the name in the certificate or token. Group: all its members. ServiceAccount: a program in a pod.' },
  },
  subjectName: {
    label: { en: 'Name' },
    help: { en: 'Exactly as the API server knows it. A user or group that does not exist gets the rights on the day it appears.' },
  },
  subjectNamespace: {
    label: { en: 'Namespace of the service account' },
    help: { en: 'Where the service account lives. Left empty: the namespace of the role.' },
  },
  createServiceAccount: {
    label: { en: 'Create the service account' },
    help: { en: 'Yes creates it without a mounted token: a pod that talks to the API then asks for the token itself.' },
  },
  preset: { label: { en: 'Rights' }, help: { en: PRESET_HELP } },
  rules: {
    label: { en: 'Own rules' },
    help: { en: 'One row for each rule; several values in a field are separated by commas. The core API group is written core.' },
  },
  scope: {
    label: { en: 'Where it applies' },
    help: { en: 'namespace: in one namespace only. cluster: in all namespaces, those created later too.' },
  },
  inNamespace: {
    label: { en: 'Namespace' },
    help: { en: 'The rights apply to objects in this namespace and nowhere else.' },
  },
  roleName: {
    label: { en: 'Name of the role' },
    help: { en: 'Left empty: the name of the preset; for own rules a name made from who gets them.' },
  },
} as const

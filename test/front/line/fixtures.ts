import * as z from 'zod'
import { AREAS, type Area, STATUSES, type Status } from '#model/areas.ts'
import type { Assessment, CheckResult, JudgedFinding, Score } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import { type Check, defineCheck } from '#model/check.ts'
import type { JournalEntry, JournalRun } from '#model/journal.ts'
import { defineWizard, type Wizard } from '#model/wizard.ts'

export const ESC = '\u001b'
/** A name that would clear the screen if it were printed as it is. */
export const EVIL = `evil${ESC}[2J`

const check = (id: Check['id'], title: string): Check =>
  defineCheck({
    id,
    severity: 'high',
    controls: { topic: ['T07'], cis: ['5.1.3'] },
    text: { title: { en: title }, why: { en: `Why of ${id}.` }, fix: { en: `Fix of ${id}.` } },
    messages: { bad: { en: '{who} holds too much' }, good: { en: 'narrow' } },
    examples: { bad: 'a: 1', good: 'a: 2' },
    reads: ['roles'],
    evaluate: () => [],
  })

export const CHECKS: readonly Check[] = [
  check('access/wildcards', 'No wildcards in roles'),
  check('network/default-deny', 'Default deny in each namespace'),
  check('backup/restore-tested', 'A restore was tried'),
]

const finding = (name: string, status: Status = 'fail'): JudgedFinding => ({
  status,
  object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'shop', name },
  path: 'rules[0]',
  saw: '*',
  message: 'bad',
  params: { who: name },
})

const result = (check: Check, status: Status, findings: readonly JudgedFinding[]): CheckResult => ({
  id: check.id,
  area: check.area,
  severity: check.severity,
  status,
  title: check.text.title,
  controls: check.controls,
  messages: check.messages,
  findings,
  gaps:
    check.area === 'network'
      ? [
          {
            kind: 'networkPolicies',
            namespace: 'kube-system',
            reason: 'forbidden',
            detail: '403',
            needs: { verb: 'list', group: 'networking.k8s.io', resource: 'networkpolicies', namespace: 'kube-system' },
          },
        ]
      : [],
})

const score = (value: number, status: Status): Score => ({
  score: value,
  coverage: 80,
  totals: { ...(Object.fromEntries(STATUSES.map((s) => [s, 0])) as Record<Status, number>), [status]: 1 },
})

/** Twelve objects fail (so that lists have a second page), or none after the fix. */
export function assessment(fixed: boolean, accepted = 0): Assessment {
  const names = [EVIL, ...Array.from({ length: 11 }, (_, i) => `role-${i + 2}`)]
  const status: Status = fixed ? 'pass' : 'fail'
  const [access, network, backup] = CHECKS
  if (access === undefined || network === undefined || backup === undefined) throw new Error('fixtures')
  const checks = [
    result(
      access,
      status,
      names.map((n, i) => finding(n, i < accepted ? 'accepted' : status)),
    ),
    result(network, 'unknown', []),
    result(backup, 'manual', [finding('restore', 'manual')]),
  ]
  const areas: Partial<Record<Area, Score>> = {
    access: score(fixed ? 100 : 20, status),
    network: score(50, 'unknown'),
    backup: score(60, 'manual'),
  }
  return {
    schemaVersion: 1,
    at: '2026-11-22T12:00:00.000Z',
    source: 'live',
    cluster: { name: 'prod', distribution: 'kubeadm' },
    overall: score(fixed ? 71 : 42, status),
    areas: Object.fromEntries(AREAS.flatMap((a) => (areas[a] === undefined ? [] : [[a, areas[a]]]))),
    checks,
    gaps: checks.flatMap((c) => c.gaps),
  }
}

/** Asks one question of each kind. */
export const WIZARD: Wizard = defineWizard({
  id: 'narrow-role',
  area: 'access',
  title: { en: 'Narrow a role' },
  summary: { en: 'Replaces wildcards by what is used.' },
  fixes: ['access/wildcards'],
  reads: ['roles'],
  questions: z.strictObject({
    roleName: z.string().min(1, { error: 'name the role' }).max(20, { error: 'longer than 20 characters' }),
    note: z.string().optional(),
    scope: z.enum(['one', 'all']).default('one'),
    days: z.int().min(1, { error: 'at least 1 day' }).default(7),
    strict: z.boolean().default(true),
    verbs: z
      .array(z.enum(['get', 'list', 'watch']))
      .min(1, { error: 'choose at least one verb' })
      .default(['get']),
    names: z.array(z.string()).default([]),
    rules: z.array(z.strictObject({ group: z.string().min(1, { error: 'name the group' }), count: z.int().optional() })).optional(),
  }),
  texts: {
    roleName: { label: { en: 'Name of the role' }, help: { en: 'The role that is narrowed.' } },
    note: { label: { en: 'Note' }, help: { en: 'For people.' } },
    scope: { label: { en: 'Scope' }, help: { en: 'one: this role. all: all roles, with own rules.' } },
    days: { label: { en: 'Days' }, help: { en: 'How long.' } },
    strict: { label: { en: 'Strict' }, help: { en: 'No exceptions.' } },
    verbs: { label: { en: 'Verbs' }, help: { en: 'What stays allowed.' } },
    names: { label: { en: 'Names' }, help: { en: 'Only these objects.' } },
    rules: { label: { en: 'Own rules' }, help: { en: 'One row each.' } },
  },
  when: { rules: { scope: ['all'] } },
  defaults: (_state, from) => ({ roleName: from?.object.name === EVIL ? 'evil' : from?.object.name }),
  plan: () => [],
  reversible: true,
})

/** What the dry run answers for a Role in a namespace, or for a ClusterRole. */
export function preview(options: { clusterWide?: boolean; guide?: boolean; ok?: boolean } = {}): Preview {
  const ref = options.clusterWide
    ? { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'reader' }
    : { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'shop', name: 'reader' }
  const ok = options.ok ?? true
  return {
    wizard: WIZARD.id,
    cluster: { name: 'prod' },
    items: [
      {
        kind: 'object',
        change: { kind: 'edit', ref, edits: [] },
        ref,
        action: 'update',
        yaml: '',
        fields: [{ path: ['rules', 'verbs'], before: '*', after: 'get' }],
        warnings: ['a warning of the server'],
        conflicts: ok ? [] : [{ manager: `helm${ESC}[1m`, field: 'rules' }],
        managedBy: 'Helm release shop',
      },
      ...(options.guide === true ? [guideItem()] : []),
    ],
    impacts: [{ level: 'warn', text: { en: 'Pods of {ns} lose a right.' }, params: { ns: 'shop' } }],
    reversible: true,
    ok,
  }
}

function guideItem(): Extract<Preview['items'][number], { kind: 'guide' }> {
  return {
    kind: 'guide',
    change: {
      kind: 'guide',
      title: { en: 'Install the configuration' },
      files: [],
      rollback: [{ title: { en: 'Put the old manifest back' }, commands: ['cp old new'] }],
      steps: [{ title: { en: 'Copy the file to the node' }, commands: ['scp enc.yaml node:'] }],
      proof: { kind: 'check', check: 'access/wildcards' },
    },
    files: [{ path: 'enc.yaml', mode: 0o600, masked: 'secret: <made when written>' }],
  }
}

export function entry(state: JournalEntry['state'], name = 'reader'): JournalEntry {
  return {
    id: `e-${name}`,
    wizard: WIZARD.id,
    ref: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'shop', name },
    action: 'update',
    fieldManager: `kubeharden:${WIZARD.id}`,
    state,
    fields: [],
  }
}

export function run(id: string, kind: 'apply' | 'undo', entries: JournalEntry[]): JournalRun {
  return {
    schemaVersion: 1,
    id,
    kind,
    ...(kind === 'undo' ? { undoes: 'run-1' } : {}),
    cluster: { name: 'prod' },
    who: 'olga',
    startedAt: '2026-11-22T12:00:00.000Z',
    endedAt: '2026-11-22T12:00:01.000Z',
    entries,
    verification: {
      at: '2026-11-22T12:00:01.000Z',
      checks: [
        {
          check: 'access/wildcards',
          before: kind === 'apply' ? 'fail' : 'pass',
          after: kind === 'apply' ? 'pass' : 'fail',
          failsBefore: kind === 'apply' ? 12 : 0,
          failsAfter: kind === 'apply' ? 0 : 12,
        },
      ],
      objects: [],
      ok: true,
    },
  }
}

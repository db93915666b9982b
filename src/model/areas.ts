import type { Text } from './text.ts'

/** The twelve checklist screens, in the order an operator meets them. */
export const AREAS = [
  'access',
  'encryption',
  'backup',
  'network',
  'workloads',
  'images',
  'admission',
  'control-plane',
  'nodes',
  'audit',
  'tenancy',
  'operations',
] as const
export type Area = (typeof AREAS)[number]

export const AREA_TITLES: Record<Area, Text> = {
  access: { en: 'Access (RBAC)' },
  encryption: { en: 'Encryption of etcd' },
  backup: { en: 'Backups' },
  network: { en: 'Network policies' },
  workloads: { en: 'Workloads' },
  images: { en: 'Images' },
  admission: { en: 'Admission' },
  'control-plane': { en: 'Control plane' },
  nodes: { en: 'Nodes' },
  audit: { en: 'Audit' },
  tenancy: { en: 'Tenancy' },
  operations: { en: 'Operations' },
}

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Weight of a severity in the score (design: 10, 5, 2, 1). */
export const SEVERITY_WEIGHT: Record<Severity, number> = { critical: 10, high: 5, medium: 2, low: 1 }

export const STATUSES = ['fail', 'unknown', 'manual', 'accepted', 'attested', 'not-applicable', 'pass'] as const
/** Status of a check or a finding. `unknown` never counts as pass. */
export type Status = (typeof STATUSES)[number]

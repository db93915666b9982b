import type { ScopeRequirement } from '#model/objects/tenancy.ts'
import { selects } from '../selectors.ts'
import { isBestEffort, type PodNeeds } from './pod.ts'

/** What a scope is asked of. What is neither pod nor claim is in no scope. */
export type Scoped =
  | { readonly kind: 'pod'; readonly pod: PodNeeds }
  | { readonly kind: 'claim'; readonly attributesClasses: readonly string[] }
  | { readonly kind: 'other' }

/** Is it in all of these scopes? In none of none: everything is. */
export function inScopes(requirements: readonly ScopeRequirement[], scoped: Scoped): boolean {
  return requirements.every((requirement) => inScope(requirement, scoped))
}

function inScope(requirement: ScopeRequirement, scoped: Scoped): boolean {
  if (scoped.kind === 'pod') return podInScope(requirement, scoped.pod)
  if (scoped.kind === 'other' || requirement.scopeName !== 'VolumeAttributesClass') return false
  const { attributesClasses } = scoped
  if (requirement.operator === 'Exists') return attributesClasses.length > 0
  return attributesClasses.length === 0 ? holds(requirement, undefined) : attributesClasses.some((name) => holds(requirement, name))
}

function podInScope(requirement: ScopeRequirement, pod: PodNeeds): boolean {
  switch (requirement.scopeName) {
    case 'Terminating':
      return pod.terminating
    case 'NotTerminating':
      return !pod.terminating
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'PriorityClass':
      return holds(requirement, pod.priorityClass === '' ? undefined : pod.priorityClass)
    case 'CrossNamespacePodAffinity':
      return pod.affineElsewhere
    default:
      return false
  }
}

/** As a label selector over one label, which is absent where there is no value. */
function holds({ scopeName, operator, values }: ScopeRequirement, value: string | undefined): boolean {
  const labels = value === undefined ? {} : { [scopeName]: value }
  return selects({ matchLabels: {}, matchExpressions: [{ key: scopeName, operator, values }] }, labels)
}

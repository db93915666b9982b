import type { LabelSelector } from '#model/objects/meta.ts'

export type Labels = Readonly<Record<string, string>>

/** A label that is there, never one of Object's own properties. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

/**
 * Does the selector select an object with these labels? All requirements must hold, so an empty selector selects
 * everything; an absent one (undefined) selects nothing. `NotIn` holds where the key is absent.
 * Source: apimachinery, labels.Requirement.Matches and metav1.LabelSelectorAsSelector.
 */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false
  for (const [key, value] of Object.entries(selector.matchLabels)) if (labelOf(labels, key) !== value) return false
  return selector.matchExpressions.every((expression) => holds(expression, labels))
}

function holds(expression: LabelSelector['matchExpressions'][number], labels: Labels): boolean {
  const value = labelOf(labels, expression.key)
  switch (expression.operator) {
    case 'In':
      return value !== undefined && expression.values.includes(value)
    case 'NotIn':
      return value === undefined || !expression.values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      // The API server refuses any other operator: nothing is selected by what cannot exist.
      return false
  }
}

/** Is this the empty selector, the one that selects every object whatever its labels? */
export function selectsAll(selector: LabelSelector | undefined): boolean {
  return selector !== undefined && Object.keys(selector.matchLabels).length === 0 && selector.matchExpressions.length === 0
}

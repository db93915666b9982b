import { type Edit, pathLabel } from '#model/change.ts'
import type { ObjectViolation } from '#model/podSecurity.ts'
import { safe } from '#model/text.ts'
import type { Line } from './previewText.ts'

/** The edits that cure an object, each once. */
export function cureLines(violations: readonly ObjectViolation[]): readonly Line[] {
  const edits = new Map(violations.flatMap((v) => v.cure ?? []).map((edit) => [`${edit.op} ${pathLabel(edit.path)}`, edit]))
  return [...edits.values()].map(lineOf)
}

function lineOf(edit: Edit): Line {
  const path = safe(pathLabel(edit.path))
  return edit.op === 'set'
    ? { tone: 'add', text: `      + ${path}: ${safe(JSON.stringify(edit.value))}` }
    : { tone: 'remove', text: `      - ${path}` }
}

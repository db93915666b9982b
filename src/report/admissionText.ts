import type { AdmissionPreview, AdmissionUnknown, AdmissionViolation, PolicyVerdict } from '#model/admission.ts'
import { refKey, refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import type { Line } from './previewText.ts'

/** Objects of one policy that are shown. */
const MOST = 50

/** What the policies would refuse: policy by policy, object by object, with what cannot be told. */
export function admissionLines({ policies, probe, cluster }: AdmissionPreview): readonly Line[] {
  const lines = policies.flatMap((policy, i): Line[] => [...(i === 0 ? [] : [BLANK]), ...policyLines(policy)])
  if (probe === undefined) return lines
  const { written, entry } = probe
  return [
    ...lines,
    BLANK,
    {
      tone: 'note',
      text: `For this, ${written.length} objects were written into cluster ${safe(cluster)} and removed again (journal entry ${entry}). No object was changed.`,
    },
  ]
}

const BLANK: Line = { tone: 'plain', text: '' }

function policyLines(policy: PolicyVerdict): Line[] {
  const { name, violations, unknown, typeChecking, typeChecked, evaluated, notes } = policy
  return [
    { tone: 'title', text: `ValidatingAdmissionPolicy ${safe(name)}: ${totalWords(policy)}` },
    ...violationLines(violations),
    ...typeChecking.map(
      ({ field, warning }): Line => ({ tone: 'warn', text: `  ! ${safe(field)}: ${safe(warning.trim().replace(/\s+/g, ' '))}` }),
    ),
    ...unknownLines(unknown),
    ...notes.map((text): Line => ({ tone: 'note', text: `  ${safe(text)}` })),
    ...(typeChecked || evaluated === 0
      ? []
      : [{ tone: 'note', text: '  The types of its expressions were not checked: no controller of this cluster did.' } as const]),
  ]
}

function totalWords({ violations, unknown, evaluated }: PolicyVerdict): string {
  const objects = new Set(violations.map((v) => refKey(v.object))).size
  if (objects > 0) return `${objects} ${objects === 1 ? 'object violates' : 'objects violate'} it`
  if (evaluated === 0) return unknown.length > 0 ? 'unknown' : 'nothing of today is matched by it'
  return `nothing ${unknown.length > 0 ? 'that could be judged ' : ''}violates it (${evaluated} dry runs)`
}

function violationLines(violations: readonly AdmissionViolation[]): Line[] {
  const byObject = [...Map.groupBy(violations, (v) => refKey(v.object)).values()]
  return [
    ...byObject
      .slice(0, MOST)
      .flatMap((all): Line[] => [
        { tone: 'plain', text: `  ${all[0] === undefined ? '' : safe(refLabel(all[0].object))}` },
        ...all.map(
          (v): Line => ({ tone: 'danger', text: `    ! ${safe(v.message)}${v.operation === 'CREATE' ? ' (when it is created)' : ''}` }),
        ),
      ]),
    ...(byObject.length > MOST ? [{ tone: 'note', text: `  and ${byObject.length - MOST} more (-o json shows all)` } as const] : []),
  ]
}

/** The same reason is said once, with the objects it holds for. */
function unknownLines(unknown: readonly AdmissionUnknown[]): Line[] {
  return [...Map.groupBy(unknown, (u) => u.reason)].map(([reason, all]): Line => {
    const names = all.flatMap((u) => (u.object === undefined ? (u.kind === undefined ? [] : [u.kind]) : [refLabel(u.object)]))
    const shown = names.slice(0, 5).map(safe).join(', ')
    const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
    return { tone: 'warn', text: `  ? ${shown === '' ? '' : `${shown}${more}: `}${safe(reason)}` }
  })
}

import { describeRight } from '#model/right.ts'
import { safe } from '#model/text.ts'
import { gapSentence } from '#report/words.ts'
import type { WhoCanAnswer } from '#session/whoCan.ts'

type Holder = WhoCanAnswer['subjects'][number]

/** Each subject, and under it the bindings and rules that let it. */
export function whoCanText({ request, subjects, gaps }: WhoCanAnswer): string {
  const what =
    'path' in request
      ? describeRight(request)
      : describeRight({ ...request, resource: `${request.resource}${request.subresource === undefined ? '' : `/${request.subresource}`}` })
  const lines = [
    `${safe(what)}: ${subjects.length === 0 ? 'no subject' : `${subjects.length} subject${subjects.length === 1 ? '' : 's'}`}`,
    ...subjects.flatMap(subjectLines),
    ...gaps.map((gap) => `Could not be seen, there may be more: ${gapSentence(gap)}`),
    'Members of system:masters pass before RBAC is asked; no binding shows who they are.',
  ]
  return `${lines.join('\n')}\n`
}

function subjectLines(subject: Holder): readonly string[] {
  const where = subject.namespace === undefined ? '' : `${safe(subject.namespace)}/`
  return [
    `  ${safe(subject.kind)} ${where}${safe(subject.name)}`,
    ...subject.via.map(({ binding, role, rule }) => {
      const at = binding.namespace === undefined ? '' : `${safe(binding.namespace)}/`
      const what = [...rule.resources, ...rule.nonResourceURLs].join(', ')
      const names = rule.resourceNames.length === 0 ? '' : ` (only ${rule.resourceNames.join(', ')})`
      return `      ${binding.kind} ${at}${safe(binding.name)} -> ${safe(role.kind)} ${safe(role.name)}: ${safe(`${rule.verbs.join(', ')} on ${what}${names}`)}`
    }),
  ]
}

/** The answer as JSON: fields of a rule that are empty are left out, as in a manifest. */
export function whoCanJson({ request, subjects, notes, gaps }: WhoCanAnswer): unknown {
  return {
    request,
    subjects: subjects.map((s) => ({ ...s, via: s.via.map((v) => ({ ...v, rule: tidyRule(v.rule) })) })),
    notes,
    gaps,
  }
}

/** A rule as in a manifest: without the fields that are empty. */
export function tidyRule(rule: object): object {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => !Array.isArray(value) || value.length > 0))
}

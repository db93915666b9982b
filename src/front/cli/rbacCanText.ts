import { safe } from '#model/text.ts'
import { gapSentence } from '#report/words.ts'
import type { CanAnswer } from '#session/rbacCan.ts'
import { tidyRule } from './whoCanText.ts'

type Rule = CanAnswer['clusterWide'][number]

/** `user alice`, as it can be given to the verb again. */
export function subjectWords(subject: CanAnswer['subject']): string {
  return safe(subject.kind === 'ServiceAccount' ? `ServiceAccount ${subject.namespace}/${subject.name}` : `${subject.kind} ${subject.name}`)
}

/** What a subject may do, by place; what is given on many resources in one way is one line. */
export function canText({ subject, groups, clusterWide, namespaces, risks, gaps }: CanAnswer): string {
  const held = clusterWide.length + namespaces.reduce((sum, ns) => sum + ns.rules.length, 0)
  const lines = [
    subjectWords(subject),
    ...(groups.length === 0 ? [] : [`  in groups ${groups.map(safe).join(', ')}`]),
    ...(held === 0 ? ['  no right is given to it.'] : []),
    ...place('Cluster-wide', clusterWide),
    ...namespaces.flatMap(({ name, rules }) => place(`In namespace ${safe(name)}`, rules)),
    ...(risks.length === 0 ? [] : ['Risks:']),
    ...risks.flatMap(({ severity, title, check, risks: ids, held: sentences }) => [
      `  ${severity}: not kept: ${title} (${check}, ${ids.join(', ')})`,
      ...sentences.map((sentence) => `      ${safe(sentence)}`),
    ]),
    ...gaps.map((gap) => `Could not be seen, there may be more: ${gapSentence(gap)}`),
  ]
  return `${lines.join('\n')}\n`
}

function place(title: string, rules: readonly Rule[]): readonly string[] {
  const together = Map.groupBy(rules, (rule) => JSON.stringify([rule.verbs, rule.resourceNames, rule.via.map(viaWords)]))
  if (rules.length === 0) return []
  return [
    title,
    ...[...together.values()].flatMap((alike) => {
      const [first] = alike
      if (first === undefined) return []
      const what = alike.flatMap((rule) => [...rule.resources.map((r) => qualified(r, rule.apiGroups)), ...rule.nonResourceURLs])
      const names = first.resourceNames.length === 0 ? '' : ` (only ${first.resourceNames.join(', ')})`
      return [
        `  ${safe(first.verbs.join(', '))} on ${safe(`${what.join(', ')}${names}`)}`,
        ...new Set(first.via.map((via) => `      ${viaWords(via)}`)),
      ]
    }),
  ]
}

function qualified(resource: string, groups: readonly string[]): string {
  const [group = ''] = groups
  return group === '' ? resource : `${resource}.${group}`
}

export function viaWords({ binding, role, to }: Rule['via'][number]): string {
  const at = binding.namespace === undefined ? '' : `${safe(binding.namespace)}/`
  return `${binding.kind} ${at}${safe(binding.name)} -> ${safe(role.kind)} ${safe(role.name)}, for ${subjectWords(to)}`
}

/** The answer as JSON: fields of a rule that are empty are left out, as in a manifest. */
export function canJson(answer: CanAnswer): unknown {
  return { ...answer, ...canRulesJson(answer) }
}

export function canRulesJson({ clusterWide, namespaces }: Pick<CanAnswer, 'clusterWide' | 'namespaces'>): object {
  const rule = ({ via, ...own }: Rule) => ({ ...tidyRule(own), via: via.map((v) => ({ ...v, rule: tidyRule(v.rule) })) })
  return { clusterWide: clusterWide.map(rule), namespaces: namespaces.map(({ name, rules }) => ({ name, rules: rules.map(rule) })) }
}

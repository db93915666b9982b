import { stringify } from 'yaml'
import { safe } from '#model/text.ts'
import type { Learned } from '#session/learn.ts'

/** Nobody wants to read anchors in a role. */
const YAML = { lineWidth: 0, version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false } as const

/** Roles and bindings as one YAML stream. */
export function learnYaml(objects: Learned['subjects'][number]['objects']): string {
  return objects.map((object) => `---\n${stringify(object, YAML)}`).join('')
}

/** What was learned from what, and what to look at before it is used; for people. */
export function learnLines(learned: Learned): string {
  const { window, events } = learned
  const lines = [`${events} events, ${safe(window.from)} to ${safe(window.to)}.`, ...learned.notes.map(safe)]
  for (const { user, replay, wanted, notes, granted, now, objects } of learned.subjects) {
    lines.push(`${safe(user)}: ${objects.length} objects; of ${replay.calls} allowed calls in the logs, ${replay.denied} would be denied.`)
    for (const { right, calls } of wanted.slice(0, 10)) lines.push(`  was forbidden and stays so: ${safe(right)} (${calls} times)`)
    for (const note of notes) lines.push(`  ${safe(note)}`)
    if (now !== undefined) lines.push(`  of the rights used, ${now.unchanged.length} are granted now and ${now.missing.length} are not.`)
    for (const right of (now?.missing ?? []).slice(0, 10)) lines.push(`  used, and not granted now: ${safe(right)}`)
    for (const { binding, rule, calls, throughGroup } of granted ?? [])
      if (calls === 0) {
        const at = binding.namespace === undefined ? '' : `${safe(binding.namespace)}/`
        const what = safe(`${rule.verbs.join(', ')} on ${[...rule.resources, ...rule.nonResourceURLs].join(', ')}`)
        lines.push(`  not used: ${binding.kind} ${at}${safe(binding.name)}: ${what}${throughGroup ? ' (through a group)' : ''}`)
      }
  }
  for (const { user, reason, calls } of learned.refused) lines.push(`No role for ${safe(user)} (${calls} calls): ${reason}.`)
  return `${lines.join('\n')}\n`
}

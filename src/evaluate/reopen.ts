import type { JudgedFinding } from '#model/assessment.ts'
import type { Finding } from '#model/check.ts'
import type { AcceptedRisk } from '#model/progress.ts'
import { refKey } from '#model/refs.ts'

type Said = Pick<Finding, 'object' | 'path' | 'saw' | 'message'>

/** Where a finding is. A workload's own place may move in its list: the object alone would be too coarse, the sentence too fine. */
export function placeOf({ object, path }: Said): string {
  return path === undefined ? refKey(object) : `${refKey(object)}|${path}`
}

/** What it said there. How many days something is old changes by itself and is no change. */
export function saidOf({ message, saw }: Said): string {
  return saw === undefined ? message : `${message}: ${saw.replace(/\b\d+ days?\b/g, 'some days').slice(0, 300)}`
}

/** What is remembered of findings when a risk is accepted. */
export function seenIn(findings: readonly Said[]): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map((f) => [placeOf(f), saidOf(f)]))
}

/** The finding as it is open again, where it says something else than when it was accepted; undefined where it does not. */
export function reopened(risk: AcceptedRisk, finding: Finding): JudgedFinding | undefined {
  const was = risk.seen?.[placeOf(finding)]
  if (was === undefined || was === saidOf(finding)) return undefined
  return { ...finding, note: { by: risk.owner, reason: `accepted, and changed since (it was: ${was})` } }
}

export function inScope({ scope: { kind, namespace, name } }: Pick<AcceptedRisk, 'scope'>, { object }: Pick<Finding, 'object'>): boolean {
  return (
    (kind === undefined || kind === object.kind) &&
    (namespace === undefined || namespace === object.namespace) &&
    (name === undefined || name === object.name)
  )
}

import { parseManifests } from '#cluster/objects/parse.ts'
import { stateFromObjects } from '#cluster/objects/toState.ts'
import { sightOf } from '#evaluate/see.ts'
import type { Check, Finding } from '#model/check.ts'
import type { KubeObject } from '#model/refs.ts'
import { say } from '#model/text.ts'

export const NOW = new Date('2026-06-01T12:00:00Z')

interface Options {
  readonly now?: Date
  readonly version?: string
  /** False: as if a part of what the check reads had been hidden. */
  readonly complete?: boolean
}

/** Runs a check on YAML documents that are a whole cluster, on the way that a real run takes: parse, trim, narrow, evaluate. */
export function run(check: Check, yaml: string, options: Options = {}): readonly Finding[] {
  const now = options.now ?? NOW
  const objects = parseManifests(yaml, 'example.yaml').objects.map(({ object }) => withAge(object, now))
  const cluster = { distribution: 'kubeadm', ...(options.version === undefined ? {} : { version: options.version }) } as const
  const state = stateFromObjects(objects, { source: 'snapshot', name: 'example', now, complete: true, cluster })
  const { seen, gaps } = sightOf(state, check)
  if (seen === undefined || gaps.length > 0) throw new Error(`the documents have gaps: ${gaps.map((gap) => gap.detail).join('; ')}`)
  return [
    ...check.evaluate(seen, { now, cluster: state.cluster, complete: options.complete ?? true, hidden: new Set(), ...settingsOf(check) }),
  ]
}

function settingsOf({ examples: { settings } }: Check) {
  return settings === undefined ? {} : { settings }
}

/** A Secret may be written as the row it is read as (`ageDays`), so that an example holds at any time. */
function withAge(object: KubeObject, now: Date): KubeObject {
  if (object.kind !== 'Secret' || typeof object.ageDays !== 'number') return object
  const creationTimestamp = new Date(now.getTime() - object.ageDays * 86_400_000).toISOString()
  return { ...object, metadata: { ...object.metadata, creationTimestamp } }
}

/** `fail ClusterRoleBinding ops: Group ops may …`, one line a finding, with the holes filled. */
export function lines(check: Check, findings: readonly Finding[]): readonly string[] {
  return findings.map(({ status, object, message, params }) => {
    const text = check.messages[message]
    return `${status} ${object.kind} ${object.name}: ${text === undefined ? `NO MESSAGE ${message}` : say(text, 'en', params)}`
  })
}

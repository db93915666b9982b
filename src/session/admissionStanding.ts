import type { Writer } from '#model/access.ts'
import type { AdmissionDoor, Served } from '#model/admission.ts'
import { toHardenError } from '#model/errors.ts'
import type { ProposedPolicy } from '#simulate/admission/proposal.ts'
import { ADMISSION_API } from '#simulate/admission/schema.ts'

interface Doors {
  readonly writer: Writer
  readonly admission: AdmissionDoor
  readonly served: Served
  readonly policies: readonly ProposedPolicy[]
  readonly signal?: AbortSignal
}

/** So many bindings are looked at; a cluster has a few dozen. */
const MOST = 200

/** Which of the policies stand in the cluster already under their own names, and what their bindings do. */
export async function standingNotes({
  writer,
  admission,
  served,
  policies,
  signal,
}: Doors): Promise<ReadonlyMap<string, readonly string[]>> {
  const notes = new Map<string, readonly string[]>()
  const standing: string[] = []
  for (const { name } of policies) if ((await look(writer, 'ValidatingAdmissionPolicy', name)) !== undefined) standing.push(name)
  if (standing.length === 0) return notes
  const bindings = await bindingsOf({ writer, admission, served, signal })
  for (const name of standing) {
    const own = bindings?.filter((b) => b.policy === name).map((b) => `${b.name} (${b.actions.join(', ')})`)
    const bound =
      own === undefined ? 'its bindings could not be listed' : own.length === 0 ? 'without a binding' : `in force by ${own.join(', ')}`
    notes.set(name, [`A policy of this name is in the cluster already, ${bound}: what it refuses now is refused beside this answer.`])
  }
  return notes
}

async function bindingsOf({ writer, admission, served, signal }: Omit<Doors, 'policies'>) {
  const resource = served.resources.find((r) => r.plural === 'validatingadmissionpolicybindings' && r.version === 'v1')
  if (resource === undefined) return undefined
  const found: { name: string; policy: unknown; actions: readonly unknown[] }[] = []
  try {
    for await (const page of admission.names(resource, signal === undefined ? {} : { signal }))
      for (const { name } of page.slice(0, MOST - found.length)) {
        const spec = (await look(writer, 'ValidatingAdmissionPolicyBinding', name))?.spec as
          | { policyName?: string; validationActions?: string[] }
          | undefined
        found.push({ name, policy: spec?.policyName, actions: spec?.validationActions ?? [] })
      }
    return found
  } catch (error) {
    if (toHardenError(error).code !== 'forbidden') throw error
    return undefined
  }
}

const look = (writer: Writer, kind: string, name: string) => writer.get({ apiVersion: ADMISSION_API, kind, name })

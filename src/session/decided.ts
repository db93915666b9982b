import type { Writer } from '#model/access.ts'
import type { Decisions } from '#model/decisions.ts'
import { HardenError } from '#model/errors.ts'
import type { Progress } from '#model/progress.ts'
import type { SessionDeps } from './deps.ts'

const NONE: Decisions = { schemaVersion: 1, accepted: [], attested: [] }

/** What the team decided, as it stands now. Throws HardenError `input`, or what the API server says of the ConfigMap. */
export async function decided({ decisions, checks }: SessionDeps, writer: Writer | undefined): Promise<Decisions> {
  if (decisions === undefined) return NONE
  const read = await decisions(writer === undefined ? undefined : (ref) => writer.get(ref))
  const unknown = [...read.accepted, ...read.attested].find((d) => !checks.some((c) => c.id === d.check))
  if (unknown === undefined) return read
  throw new HardenError(
    'input',
    `What the team decided names a check that there is not: ${unknown.check}.`,
    'kubeharden explain lists the checks. Correct the file given with --decisions.',
  )
}

/** The progress as it is judged by: with what the team decided. Only what was decided here is ever stored. */
export function withDecided(progress: Progress, shared: Decisions): Progress {
  return {
    ...progress,
    accepted: [...progress.accepted, ...shared.accepted],
    attested: [...progress.attested, ...shared.attested],
  }
}

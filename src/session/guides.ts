import { type FileHash, hashesOf } from '#change/fileHash.ts'
import type { Assessment } from '#model/assessment.ts'
import type { Probe } from '#model/change.ts'
import type { JournalRun } from '#model/journal.ts'
import { itemsOf, type State } from '#model/state.ts'
import type { Text } from '#model/text.ts'

/** How far a guided change has come, as the API tells: files written here do nothing until somebody carries them to the nodes. */
export interface GuideState {
  readonly run: string
  readonly wizard: string
  /** True: it took. False: not yet. Undefined: it cannot be seen. */
  readonly took: boolean | undefined
  readonly says: Text
  readonly params: { readonly [name: string]: string | number }
}

/** One state for each run that wrote files for nodes and was not followed by a newer one of the same wizard. */
export async function guideStates(runs: readonly JournalRun[], state: State, assessment: Assessment): Promise<readonly GuideState[]> {
  const written = runs.flatMap((run) =>
    run.entries.flatMap((e) =>
      e.action === 'files' && e.state === 'done' && e.proof !== undefined ? [{ run: run.id, entry: e, proof: e.proof }] : [],
    ),
  )
  const newest = new Map(written.map((w) => [w.entry.wizard, w]))
  return Promise.all(
    [...newest.values()].map(async ({ run, entry, proof }) => ({
      run,
      wizard: entry.wizard,
      ...(proof.kind === 'check' ? byCheck(proof, assessment) : byHash(await hashesOf(entry.files ?? []), state)),
    })),
  )
}

type Told = Pick<GuideState, 'took' | 'says' | 'params'>

function byCheck(proof: Extract<Probe, { kind: 'check' }>, assessment: Assessment): Told {
  const status = assessment.checks.find((c) => c.id === proof.check)?.status
  const took = status === undefined || status === 'unknown' ? undefined : status === 'pass'
  return { took, says: { en: 'check {check}: {status}' }, params: { check: proof.check, status: status ?? 'not run' } }
}

/**
 * Each API server announces the sha256 of the EncryptionConfiguration it uses
 * (`apiserver_encryption_config_controller_last_config_info`): which of our files is it, and on how many of them?
 */
function byHash(files: readonly FileHash[], state: State): Told {
  const servers = itemsOf(state, 'encryption')
  const total = servers.length
  if (total === 0 || (state.kinds.encryption?.gaps.length ?? 0) > 0)
    return {
      took: undefined,
      says: { en: 'the metrics of the API servers cannot be seen (get /metrics), so it cannot be told which file is in use' },
      params: {},
    }
  if (files.length === 0)
    return {
      took: undefined,
      says: { en: 'its files are no longer where they were written, so they cannot be compared with what the API servers use' },
      params: {},
    }
  const used = files.map((f) => ({ ...f, on: servers.filter((s) => s.configHash === f.hash).length }))
  const best = used.reduce((a, b) => (b.on > a.on ? b : a))
  if (best.on === 0)
    return { took: false, says: { en: 'none of its files is in use yet on the {total} API servers seen' }, params: { total } }
  const says = best.plain
    ? { en: '{file} is in use on {on} of {total} API servers seen; it still writes plain text' }
    : { en: '{file} is in use on {on} of {total} API servers seen' }
  return {
    took: best.on === total && !best.plain,
    says,
    params: { file: best.name, on: best.on, total },
  }
}

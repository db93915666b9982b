import { type HardenError, toHardenError } from '#model/errors.ts'
import type { Wizard } from '#model/wizard.ts'
import type { SessionDeps } from './deps.ts'
import { standing } from './encryption.ts'
import type { Link } from './link.ts'
import { nextStep } from './next.ts'
import type { ContextChoice, Ready } from './types.ts'

/** What a front end is shown of an open cluster. */
export function readyView(link: Link, wizards: readonly Wizard[]): Ready {
  const next = nextStep(link.assessment, wizards, link.readOnly === undefined)
  return {
    phase: 'ready',
    target: link.target,
    source: link.state.source,
    cluster: link.state.cluster,
    ...(link.readOnly === undefined ? {} : { readOnly: link.readOnly }),
    state: link.state,
    assessment: link.assessment,
    progress: link.progress,
    ...(link.before === undefined ? {} : { before: link.before }),
    runs: link.runs,
    ...(link.lifted.length === 0 ? {} : { lifted: link.lifted }),
    guides: link.guides,
    encryption: standing(link.state, link.progress),
    ...(next === undefined ? {} : { next }),
    refreshing: false,
  }
}

/** The contexts to choose from; where they cannot be read, why. Never throws. */
export async function contextsOf(
  deps: Pick<SessionDeps, 'listContexts'>,
): Promise<{ readonly contexts: readonly ContextChoice[]; readonly problem?: HardenError }> {
  try {
    return { contexts: await deps.listContexts() }
  } catch (error) {
    return { contexts: [], problem: toHardenError(error) }
  }
}

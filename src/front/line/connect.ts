import type { CollectProgress } from '#model/access.ts'
import { KINDS } from '#model/kinds.ts'
import type { ContextChoice, SessionView, Target } from '#session/types.ts'
import type { Choice } from './prompter.ts'
import { attempt, showError, type Ui } from './ui.ts'

/** Runs work that changes the view (start, choose, refresh) and prints the collection's progress, a line each quarter. */
export async function watching(ui: Ui, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  let last = -1
  const stop = ui.session.subscribe(() => {
    const progress = progressOf(ui.session.view())
    if (progress === undefined || progress.total === 0) return
    const quarter = Math.floor((4 * progress.done) / progress.total)
    if (quarter === last) return
    last = quarter
    ui.out.line(
      ui.t('  read {done} of {total} kinds, {objects} objects so far ({kind})', {
        ...progress,
        kind: KINDS[progress.kind]?.plural ?? progress.kind,
      }),
      'dim',
    )
  })
  try {
    await ui.interrupts.reading(work)
  } finally {
    stop()
  }
}

function progressOf(view: SessionView): CollectProgress | undefined {
  if (view.phase === 'connecting') return view.progress
  return view.phase === 'ready' && view.refreshing ? view.refreshProgress : undefined
}

type Picked = Target | 'again'

/** Asks which cluster, and connects; what went wrong before is said first. */
export async function chooseCluster(ui: Ui): Promise<void> {
  const view = ui.session.view()
  const contexts = view.phase === 'choosing' || view.phase === 'failed' ? view.contexts : []
  if (view.phase === 'failed') {
    ui.out.line(ui.t('No connection to {target}.', { target: targetName(view.target) }), 'bad')
    showError(ui, view.error)
  }
  if (view.phase === 'choosing' && view.problem !== undefined) showError(ui, view.problem)
  const choices: Choice<Picked>[] = [
    ...(view.phase === 'failed'
      ? [{ value: 'again' as const, label: ui.t('Try again: {target}', { target: targetName(view.target) }) }]
      : []),
    ...contexts.map((c) => ({ value: { kind: 'context' as const, context: c.name }, label: contextLabel(ui, c) })),
    ...(view.phase === 'failed' && view.target.kind === 'practice'
      ? []
      : [{ value: { kind: 'practice' as const }, label: ui.t('Practice cluster: made up, nothing real is read or changed') }]),
  ]
  const first =
    view.phase === 'failed'
      ? 0
      : Math.max(
          0,
          contexts.findIndex((c) => c.current),
        )
  const picked = await ui.ask.select({
    message: ui.t('Which cluster?'),
    help: ui.t('The contexts come from your kubeconfig. Connecting only reads; nothing is changed without your yes.'),
    choices,
    default: choices[first]?.value,
    back: false,
  })
  const target = picked !== 'again' ? picked : view.phase === 'failed' ? view.target : { kind: 'practice' as const }
  await attempt(ui, () => connect(ui, target))
}

async function connect(ui: Ui, target: Target): Promise<void> {
  ui.out.line(ui.t('Connecting to {target} ...', { target: targetName(target) }))
  await watching(ui, () => ui.session.choose(target))
}

function contextLabel(ui: Ui, context: ContextChoice): string {
  const where = context.server === undefined ? context.cluster : `${context.cluster}, ${context.server}`
  return ui.t(context.current ? '{name} ({where}, as {user}; current)' : '{name} ({where}, as {user})', {
    name: context.name,
    where,
    user: context.user,
  })
}

/** What the operator calls a target. */
export function targetName(target: Target): string {
  switch (target.kind) {
    case 'context':
      return target.context ?? 'the current context'
    case 'from':
      return target.path
    case 'practice':
      return 'the practice cluster'
  }
}

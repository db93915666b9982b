import { render } from 'ink'
import type { Lang } from '#model/text.ts'
import type { Session } from '#session/types.ts'
import { App } from './App.tsx'
import * as act from './actions.ts'
import { type Boot, RENDERING } from './boot.tsx'
import { Ui } from './ui.ts'

export interface TuiOptions {
  readonly lang: Lang
  /** False under NO_COLOR and --no-color: every state is also told by symbol and word. */
  readonly color: boolean
  readonly version: string
  readonly stdin?: NodeJS.ReadStream
  readonly stdout?: NodeJS.WriteStream
  /** Said below the first screen. */
  readonly startedHint?: string
  /** What has to be typed before cluster-wide changes; else the context's or cluster's name. */
  readonly confirmName?: string
  /** The first frame where it is drawn already; the session goes on in its place. */
  readonly boot?: Boot
}

/**
 * The session full screen, until the operator leaves. Draws before the session starts; the terminal is restored however it
 * ends. Returns the exit code: 0, or 130 after Ctrl-C. The session is left open: whoever made it closes it.
 */
export async function runTui(session: Session, options: TuiOptions): Promise<number> {
  const { color, boot, stdin = process.stdin, stdout = process.stdout, ...rest } = options
  const ended = Promise.withResolvers<number>()
  const ui = new Ui(session, { ...rest, onExit: ended.resolve })
  const unfollow = followPhase(ui)
  const screen = <App ui={ui} color={color} />
  const app = boot?.app ?? render(screen, { stdin, stdout, ...RENDERING })
  boot?.app.rerender(screen)
  const interrupted = () => ended.resolve(130)
  process.once('SIGTERM', interrupted)
  try {
    // The first frame is on the screen before anything heavy is loaded.
    await new Promise((resolve) => setImmediate(resolve))
    void act.start(ui)
    return await Promise.race([ended.promise, app.waitUntilExit().then(() => 0)])
  } finally {
    process.off('SIGTERM', interrupted)
    unfollow()
    app.unmount()
    await app.waitUntilExit().catch(() => undefined)
  }
}

/** Away from a cluster no screen about it stays open; on another one the cursor begins at the top. */
function followPhase(ui: Ui): () => void {
  let before = ui.session.view().phase
  ui.first = scoreOf(ui)
  return ui.session.subscribe(() => {
    const { phase } = ui.session.view()
    if (phase === 'ready' && before !== 'ready') {
      ui.first = scoreOf(ui)
      ui.go({ do: 'restart' })
    } else if (phase !== 'ready' && ui.state().nav.length > 1) ui.go({ do: 'home' })
    before = phase
  })
}

function scoreOf(ui: Ui): number | undefined {
  const view = ui.session.view()
  return view.phase === 'ready' ? view.assessment.overall.score : undefined
}
